module GoGoScope.Fuzz.Program

[<EntryPoint>]
let main _ =
    eprintfn "There are no scenarios yet."
    2
