// Parallel runs many pieces of work, at most so many at a time.
// Run it: dotnet fsi examples/08-parallel.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

let running = ref 0
let most = ref 0

let download (page: int) : Scoped<string, string> = scope {
    let now = Interlocked.Increment running
    lock most (fun () -> most.Value <- max most.Value now)

    try
        do! Scope.delay (TimeSpan.FromMilliseconds 2.)

        return!
            if page = 13 then
                Error "page 13 is missing"
            else
                Ok $"page {page}"
    finally // also when it is stopped
        Interlocked.Decrement running |> ignore
}

let three = {
    Parallel.Options.Default with
        Concurrency = 3
}

// All or nothing: the values in the order of the items; the first failure stops the rest.
let all = Seq.map download >> Parallel.allWith three

// Each outcome for itself.
let settled (pages: int seq) : Scoped<_, string> =
    pages |> Seq.map download |> Parallel.settledWith three

printfn $"%A{Scope.runSync (all [ 1..5 ]) |> Result.map List.ofArray}"
printfn $"%A{Scope.runSync (all [ 1..1000 ]) |> Result.mapError _.Cause}"

match Scope.runSync (settled [ 12; 13; 14 ]) with
| Ok outcomes ->
    for outcome in outcomes do
        printfn $"%A{outcome |> Result.mapError _.Cause}"
| Error error -> printfn $"{error}"

printfn $"never more than three at once: {most.Value <= 3}"

(* prints
Ok ["page 1"; "page 2"; "page 3"; "page 4"; "page 5"]
Error (Failed "page 13 is missing")
Ok "page 12"
Error (Failed "page 13 is missing")
Ok "page 14"
never more than three at once: True
*)
