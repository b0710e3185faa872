// Parallel over items: a limit, progress, values and errors told apart, and asynchronous sources.
// Run it: dotnet fsi examples/41-parallel.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Collections.Generic
open GoGoScope

let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// The length of a page; some are missing.
let length (page: int) : Scoped<int, string> = scope {
    do! Scope.delay (milliseconds (page % 3))

    return!
        (if page % 4 = 0 then
             Error $"page {page} is missing"
         else
             Ok(page * 100))
}

let three = {
    Parallel.Options.Default with
        Concurrency = 3
}

printfn $"map: %A{Scope.runSync (Parallel.mapWith three length [ 1; 2; 3 ])}"

let told = List<string>()

let telling = {
    three with
        OnProgress = Action<int, int, int>(fun completed total _ -> told.Add $"{completed}/{total}")
}

match Scope.runSync (Parallel.aggregateWith telling (Seq.map length [ 1..6 ]): Scoped<_, string>) with
| Error error -> printfn $"{error}"
| Ok all ->
    let values =
        String.Join(", ", [ for item in all.Completed -> $"{item.Index}: {item.Value}" ])

    let errors =
        String.Join(", ", [ for item in all.Errors -> $"{item.Index}: {item.Error}" ])

    let progress = String.Join(" ", told)
    printfn $"values {values}"
    printfn $"errors {errors}"
    printfn $"all of them: {all.AllCompleted}; progress {progress}"

// Stopping at the first error keeps what has ended.
let careful = {
    Parallel.Options.Default with
        Concurrency = 1
        StopOnError = true
}

match Scope.runSync (Parallel.settledWith careful (Seq.map length [ 3; 4; 5 ]): Scoped<_, string>) with
| Error error -> printfn $"{error}"
| Ok outcomes ->
    for outcome in outcomes do
        match outcome with
        | Ok value -> printfn $"settled: {value}"
        | Error error -> printfn $"settled: {error}"

(* prints
map: Ok [|100; 200; 300|]
values 0: 100, 1: 200, 2: 300, 4: 500, 5: 600
errors 3: failed: "page 4 is missing"
all of them: False; progress 1/6 2/6 3/6 4/6 5/6 6/6
settled: 300
settled: failed: "page 4 is missing"
settled: cancelled: its sibling 'item-2' failed
*)
