module FolderIndex.Program

[<EntryPoint>]
let main arguments =
    printfn $"""Would index {arguments |> Array.tryHead |> Option.defaultValue "."}."""
    0
