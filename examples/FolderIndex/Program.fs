module FolderIndex.Program

open System
open GoGoScope

/// Runs the work until it ends or a signal comes, tells what came of it, and gives the exit code.
let private run
    name
    (work: Scoped<'T, 'E>)
    (tell: 'T -> TimeSpan -> string list * int)
    (interrupted: string)
    =
    use interruption = new Interruption()
    let started = TimeProvider.System.GetTimestamp()

    let outcome =
        work
        |> Scope.runWith
            {
                ScopeOptions.Default with
                    Name = name
            }
            interruption.Token

    match outcome.AsTask().GetAwaiter().GetResult() with
    | Ok value ->
        let lines, code = tell value (TimeProvider.System.GetElapsedTime started)

        for line in lines do
            printfn $"{line}"

        code
    | Error error ->
        match error.Cause with
        | Cause.Cancelled _ when interruption.ExitCode <> 0 ->
            eprintfn $"{interrupted}"
            interruption.ExitCode
        | Cause.Failed reason ->
            eprintfn $"{reason}"
            1
        | _ ->
            eprintfn $"{error}"
            1

let private index (settings: Settings) =
    let tell found elapsed = Summary.lines settings found elapsed, 0

    run "folder-index" (Build.run settings Screen.Console) tell "Interrupted: no index was written."

let private flaky (seed: int) =
    run "flaky" (Flaky.run seed Screen.Console) (Flaky.report seed) "Interrupted: not all calls were made."

[<EntryPoint>]
let main arguments =
    match CommandLine.parse (List.ofArray arguments) with
    | Ok(CommandLine.Request.Index settings) -> index settings
    | Ok(CommandLine.Request.Flaky seed) -> flaky seed
    | Ok CommandLine.Request.Help ->
        printfn $"{CommandLine.help}"
        0
    | Error problem ->
        eprintfn $"{problem}; --help tells more"
        2
