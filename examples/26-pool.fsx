// A pool lends what is expensive to make, to one at a time, and destroys each once.
// Run it: dotnet fsi examples/26-pool.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

type Connection = { Number: int }

let mutable opened = 0
let mutable closed = 0

let connect (_: CancellationToken) =
    Task.FromResult {
        Number = Interlocked.Increment &opened
    }

let disconnect (_: Connection) (_: CancellationToken) : Task =
    Interlocked.Increment &closed |> ignore
    Task.CompletedTask

let query (connection: Connection) : Scoped<int, string> = scope {
    do! Scope.delay (TimeSpan.FromMilliseconds 2.)
    return connection.Number
}

let work: Scoped<int, string> = scope {
    let! pool = ResourcePool.create 3 connect disconnect

    // twenty queries, three connections
    let! numbers = Parallel.all [ for _ in 1..20 -> ResourcePool.execute pool query ]
    printfn $"{Array.length (Array.distinct numbers)} connections for {numbers.Length} queries"

    // a lease belongs to the scope that borrowed it: its end gives it back, if nothing did before
    use! lease = ResourcePool.borrow pool
    printfn $"{pool}"

    // a broken one is destroyed instead
    do! ResourcePool.discard lease pool
    printfn $"{pool}"
    return pool.Statistics.Total
}

match Scope.runSync work with
| Ok left -> printfn $"{left} left, {opened} opened, {closed} closed"
| Error error -> printfn $"{error}"

(* prints
3 connections for 20 queries
pool (2 free, 1 in use, at most 3)
pool (2 free, 0 in use, at most 3)
2 left, 3 opened, 3 closed
*)
