// A hedge asks again when an answer is slow, and takes the first; a fallback answers what failed; a key makes a request safe to send twice.
// Run it: dotnet fsi examples/33-hedge-fallback.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count
let mutable asked = 0

// The first replica has a bad day.
let replica: Scoped<string, string> = scope {
    let number = Interlocked.Increment &asked
    let! here = Scope.current
    use _ = here |> Scope.onCancel (fun reason -> printfn $"replica {number}: {reason}")
    do! Scope.delay (ms (if number = 1 then 60_000. else 1.))
    return $"replica {number}"
}

let quick: Scoped<string, string> =
    replica
    |> Hedge.withOptions {
        HedgeOptions.Default with
            Delay = ms 20.
            Budget = HedgeBudget(0.1, 10) // one call in ten may be doubled
    }

printfn $"%A{Scope.runSync quick}"

let price: Scoped<int, string> = scope { return! Error "no price today" }

let answered: Scoped<int, string> =
    price
    |> Fallback.handle (fun cause -> cause.IsFailed) (fun error -> scope {
        printfn $"yesterday's price, because it {error.Cause}"
        return 42
    })

printfn $"%A{Scope.runSync answered}"

// When the answer fails as well, both causes are there.
match Scope.runSync (price |> Fallback.orElse (Scoped.fail "nor yesterday")) with
| Ok value -> printfn $"{value}"
| Error error -> printfn $"{error}"

// The same order, sent three times, is placed once.
let orders = IdempotencyKeys<string, string, string>(TimeSpan.FromMinutes 10.)
let mutable placed = 0

let place (key: string) : Scoped<string, string> =
    scope {
        do! Scope.delay (ms 5.)
        return $"order {Interlocked.Increment &placed}"
    }
    |> Idempotency.guard orders key

let sent: Scoped<string array, string> =
    Parallel.all [ place "a"; place "a"; place "a" ]

printfn $"%A{Scope.runSync sent}"

(* prints
replica 1: 'attempt-2' won the race
Ok "replica 2"
yesterday's price, because it failed: "no price today"
Ok 42
failed: "nor yesterday" (and one other: failed: "no price today")
Ok [|"order 1"; "order 1"; "order 1"|]
*)
