module FolderIndex.Program

open System
open GoGoScope

/// Indexes and says how it went, in words and as an exit code.
let private index (settings: Settings) =
    use interruption = new Interruption()
    let started = TimeProvider.System.GetTimestamp()

    let outcome =
        Build.run settings Screen.Console
        |> Scope.runWith
            {
                ScopeOptions.Default with
                    Name = "folder-index"
            }
            interruption.Token

    match outcome.AsTask().GetAwaiter().GetResult() with
    | Ok index ->
        for line in Summary.lines settings index (TimeProvider.System.GetElapsedTime started) do
            printfn $"{line}"

        0
    | Error error ->
        match error.Cause with
        | Cause.Cancelled _ when interruption.ExitCode <> 0 ->
            eprintfn "Interrupted: no index was written."
            interruption.ExitCode
        | Cause.Failed reason ->
            eprintfn $"{reason}"
            1
        | _ ->
            eprintfn $"{error}"
            1

[<EntryPoint>]
let main arguments =
    match CommandLine.parse (List.ofArray arguments) with
    | Ok(CommandLine.Request.Index settings) -> index settings
    | Ok CommandLine.Request.Help ->
        printfn $"{CommandLine.help}"
        0
    | Error problem ->
        eprintfn $"{problem}; --help tells more"
        2
