/// What a policy adds to work that ends at once. Only optimised code keeps it.
[<Xunit.Collection "Alone">]
module GoGoScope.Tests.Resilience.PolicyCostTests

open System
open GoGoScope
open GoGoScope.Tests
open Xunit

#if !DEBUG

/// Bytes that one bind of the work allocates in a scope in which it is done again and again.
let private bindBytes (work: Scoped<int, string>) : int64 =
    let measure: Scoped<int64, string> = scope {
        let mutable least = Int64.MaxValue
        let mutable round = 0

        while round < 7 do
            let before = GC.GetAllocatedBytesForCurrentThread()
            let mutable count = 0

            while count < 1_000 do
                let! _ = work
                count <- count + 1

            least <- min least ((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000L)
            round <- round + 1

        return least
    }

    match Scope.runSync measure with
    | Ok least -> least
    | Error error -> failwith $"{error}"

let private ready: Scoped<int, string> = scope { return 1 }

let private free (work: Scoped<int, string>) =
    Story.run (fun () -> task { Assert.Equal(0L, bindBytes work) })

[<Fact>]
let ``a retry whose first attempt ends well at once allocates nothing`` () =
    free (
        ready
        |> Retry.withOptions {
            RetryOptions.Default with
                Budget = RetryBudget()
        }
    )

[<Fact>]
let ``a call through a closed circuit allocates nothing`` () =
    free (ready |> CircuitBreaker.guard (CircuitBreaker()))

[<Fact>]
let ``a call through a closed circuit that counts a ratio allocates nothing`` () =
    free (
        ready
        |> CircuitBreaker.guard (
            CircuitBreaker {
                CircuitBreakerOptions.Default with
                    FailureRatio = 0.5
            }
        )
    )

[<Fact>]
let ``a call that a limiter lets through at once allocates nothing`` () =
    let bucket =
        RateLimiter.TokenBucket(1_000_000, 1_000, TimeSpan.FromMilliseconds 1., RateLimiterOptions.Default)

    free (ready |> RateLimiter.guard bucket)

[<Fact>]
let ``a call that a bulkhead lets through at once allocates nothing`` () =
    free (ready |> Bulkhead.guard (Bulkhead()))

[<Fact>]
let ``work that succeeds at once needs no fallback and no hedge, and allocates nothing`` () =
    let hedged = {
        HedgeOptions.Default with
            Budget = HedgeBudget()
    }

    free (ready |> Fallback.value 2 |> Hedge.withOptions hedged)

[<Fact>]
let ``policies around policies allocate nothing`` () =
    free (ready |> CircuitBreaker.guard (CircuitBreaker()) |> Retry.times 3)

#endif
