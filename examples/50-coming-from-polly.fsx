// Ten pipelines of docs/coming-from-polly.md. A policy is a function: work in, work out; the innermost stands first.
// Run it: dotnet fsi examples/50-coming-from-polly.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

type StockError =
    | Busy
    | NoSuchLamp

let ms (count: float) = TimeSpan.FromMilliseconds count

/// A service that fails as often as it is told to, or hangs, and then has three lamps.
let service (failures: int) (hangs: int) (error: StockError) : Scoped<int, StockError> =
    let calls = ref 0

    scope {
        let call = Interlocked.Increment &calls.contents

        if call <= hangs then
            do! Scope.delay (TimeSpan.FromMinutes 1.)

        if call <= failures then return! Error error else return 3
    }

let say (name: string) (work: Scoped<int, StockError>) =
    match Scope.runSync work with
    | Ok lamps -> printfn $"{name}: {lamps} lamps"
    | Error { Cause = Cause.Rejected rejection } -> printfn $"{name}: {rejection.GetType().Name}"
    | Error { Cause = cause } -> printfn $"{name}: {cause}"

let retried =
    let stock = service 2 0 Busy

    stock
    |> Retry.withOptions {
        RetryOptions.Default with
            MaxRetries = ValueSome 3
            Schedule = Schedule.constant (ms 10.)
    }

say "retry" retried

let jittered =
    let stock = service 2 0 Busy

    stock
    |> Retry.withOptions {
        RetryOptions.Default with
            MaxRetries = ValueSome 5
            Schedule =
                Schedule.exponentialWith {
                    Schedule.Exponential.Default with
                        Initial = ms 10.
                        Max = ms 100.
                        Jitter = 0.5
                }
    }

say "retry with jitter" jittered

let choosy =
    let stock = service 2 0 NoSuchLamp

    stock
    |> Retry.withOptions {
        RetryOptions.Default with
            While = fun cause -> cause = Cause.Failed Busy
            MaxRetries = ValueSome 3
            Schedule = Schedule.constant (ms 10.)
    }

say "retry on predicate" choosy

let timed =
    let stock = service 0 1 Busy

    stock |> Scoped.timeout (ms 20.)

say "timeout" timed

let guarded =
    let stock = service 4 0 Busy

    let breaker =
        CircuitBreaker.create {
            CircuitBreakerOptions.Default with
                FailureRatio = 0.5
                MinimumThroughput = 4
                Window = TimeSpan.FromSeconds 10.
                ResetTimeout = TimeSpan.FromSeconds 30.
        }

    stock |> CircuitBreaker.guard breaker

for _ in 1..5 do
    say "breaker" guarded

let limited =
    let stock = service 0 0 Busy

    let limiter = RateLimiter.slidingWindow 2 (TimeSpan.FromMinutes 10.)
    stock |> RateLimiter.guard limiter

for _ in 1..3 do
    say "rate limiter" limited

let placed =
    let stock = service 0 1 Busy

    let bulkhead =
        Bulkhead.create {
            BulkheadOptions.Default with
                Concurrency = 2
                QueueLimit = 1
        }

    stock |> Bulkhead.guard bulkhead

say "bulkhead" (placed |> Scoped.timeout (ms 20.))
say "bulkhead" placed

let hedged =
    let stock = service 0 1 Busy

    stock |> Hedge.after (ms 20.)

say "hedge" hedged

let answered =
    let stock = service 1 0 Busy

    stock |> Fallback.value 0

say "fallback" answered

let together =
    let stock = service 3 1 Busy

    let bulkhead =
        Bulkhead.create {
            BulkheadOptions.Default with
                Concurrency = 10
                QueueLimit = 100
        }

    let breaker =
        CircuitBreaker.create {
            CircuitBreakerOptions.Default with
                FailureRatio = 0.5
                MinimumThroughput = 100
        }

    stock
    |> Scoped.timeout (ms 50.)
    |> CircuitBreaker.guard breaker
    |> Bulkhead.guard bulkhead
    |> Retry.withOptions {
        RetryOptions.Default with
            MaxRetries = ValueSome 3
            Schedule = Schedule.constant (ms 10.) |> Schedule.jitter 0.5
    }
    |> Scoped.timeout (TimeSpan.FromSeconds 10.)

say "all together" together

(* prints
retry: 3 lamps
retry with jitter: 3 lamps
retry on predicate: failed: NoSuchLamp
timeout: timed out after 00:00:00.0200000
breaker: failed: Busy
breaker: failed: Busy
breaker: failed: Busy
breaker: failed: Busy
breaker: CircuitOpen
rate limiter: 3 lamps
rate limiter: 3 lamps
rate limiter: RateLimited
bulkhead: timed out after 00:00:00.0200000
bulkhead: 3 lamps
hedge: 3 lamps
fallback: 0 lamps
all together: 3 lamps
*)
