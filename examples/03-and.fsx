// and! runs its operands at the same time; the first failure stops the others and waits for them.
// Run it: dotnet fsi examples/03-and.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System.Threading
open System.Threading.Tasks
open GoGoScope

/// Waits for a long time, unless it is told to stop.
let slow (name: string) (ct: CancellationToken) : Task<string> = task {
    try
        do! Task.Delay(60_000, ct)
        return name
    finally
        printfn $"{name} has stopped"
}

let quick (name: string) (ct: CancellationToken) : Task<Result<string, string>> = task {
    do! Task.Delay(5, ct)
    return if name = "" then Error "no name" else Ok name
}

let greet first second : Scoped<string, string> = scope {
    let! a = quick first
    and! b = quick second
    and! c = scope { return "hello" } // operands may be of any shape
    return $"{c} {a} and {b}"
}

let doomed: Scoped<string, string> = scope {
    let! a = slow "the slow one"
    and! b = quick ""
    return a + b
}

for work in [ greet "Ada" "Alan"; doomed ] do
    match Scope.runSync work with
    | Ok text -> printfn $"{text}"
    | Error error -> printfn $"{error}"

(* prints
hello Ada and Alan
the slow one has stopped
failed: "no name"
*)
