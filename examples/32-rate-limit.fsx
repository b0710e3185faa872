// Rate limiters are arithmetic on a clock; a bulkhead bounds how much runs at once. Both are shared by all calls.
// Run it: dotnet fsi examples/32-rate-limit.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let minutes (count: float) = TimeSpan.FromMinutes count
let ms (count: float) = TimeSpan.FromMilliseconds count

let say (name: string) (outcome: Result<string, ScopeError<string>>) =
    match outcome with
    | Ok text -> printfn $"{name}: {text}"
    | Error {
                Cause = Cause.Rejected(Rejection.RateLimited after)
            } -> printfn $"{name}: come back in {ceil after.TotalMinutes} minutes"
    | Error { Cause = cause } -> printfn $"{name}: {cause}"

let greet (name: string) : Scoped<string, string> = scope { return $"hello {name}" }

// Two calls in any ten minutes, wherever they begin; a large one counts twice.
let perClient = RateLimiter.slidingWindow 2 (minutes 10.)

let calls: Scoped<unit, string> = scope {
    for name in [ "Ada"; "Bob"; "Cleo" ] do
        let! outcome = greet name |> RateLimiter.guard perClient |> Scoped.result
        say name outcome
}

// A bucket that gives a token each 20 ms; three callers may wait in line for theirs.
let bucket =
    RateLimiter.tokenBucketWith
        {
            RateLimiterOptions.Default with
                QueueLimit = 3
        }
        1
        1
        (ms 20.)

let inLine: Scoped<unit, string> = scope {
    let! all =
        Parallel.settled [
            for name in [ "Ada"; "Bob"; "Cleo" ] -> greet name |> RateLimiter.guard bucket
        ]

    printfn $"{all |> Array.filter _.IsOk |> Array.length} had their turn"
}

// One at a time, and one may wait.
let printer =
    Bulkhead.create {
        BulkheadOptions.Default with
            Concurrency = 1
            QueueLimit = 1
    }

let print (name: string) : Scoped<string, string> =
    scope {
        do! Scope.delay (ms 10.)
        return "printed"
    }
    |> Bulkhead.guard printer

let jobs: Scoped<unit, string> = scope {
    let! first = Scope.task (print "first")
    let! second = Scope.task (print "second")
    let! third = Scope.task (print "third")

    for name, job in [ "first", first; "second", second; "third", third ] do
        let! outcome = ScopeTask.result job
        say name outcome
}

printfn $"%A{Scope.runSync calls}"
printfn $"%A{Scope.runSync inLine}"
printfn $"%A{Scope.runSync jobs}"

(* prints
Ada: hello Ada
Bob: hello Bob
Cleo: come back in 10 minutes
Ok ()
3 had their turn
Ok ()
first: printed
second: printed
third: rejected: the queue is full (1)
Ok ()
*)
