// A daemon helps the rest of its scope: it is stopped when everything else has ended, the youngest daemon first.
// Run it: dotnet fsi examples/12-daemons.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count

/// Runs until it is told to stop, and then brings its work to an end.
let helper (name: string) (lastWords: string) : Scoped<unit, string> = scope {
    use! _ = Scope.ensure (ms 1000.) (scope { printfn $"{name}: {lastWords}" })
    printfn $"{name} runs"
    do! Scope.delay (TimeSpan.FromDays 1.)
}

let job (name: string) (takes: float) : Scoped<unit, string> = scope {
    do! Scope.delay (ms takes)
    printfn $"{name} done"
}

let import (fails: bool) : Scoped<string, string> = scope {
    do! Scope.onDispose (fun () -> printfn "connection closed")
    let! _ = Scope.daemon (helper "log" "flushed")
    let! _ = Scope.daemon (helper "progress" "one last line, to the log") // younger: it may still use the log
    let! _ = fork (job "first half" 5.)
    let! _ = fork (job "second half" 20.)

    if fails then
        do! Scope.delay (ms 10.)
        return! (Error "the disk is full": Result<string, string>)
    else
        return "imported"
}

for fails in [ false; true ] do
    match Scope.runSync (import fails) with
    | Ok value -> printfn $"-> {value}"
    | Error error -> printfn $"-> {error.Cause}"

(* prints
log runs
progress runs
first half done
second half done
progress: one last line, to the log
log: flushed
connection closed
-> imported
log runs
progress runs
first half done
progress: one last line, to the log
log: flushed
connection closed
-> failed: "the disk is full"
*)
