/// Edges of policies where two things come together.
module GoGoScope.Tests.Resilience.PolicyEdgeTests

open System
open System.Threading
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

[<Fact>]
let ``a probe that never ends makes room for one other, not for all`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let breaker =
            CircuitBreaker.create {
                CircuitBreakerOptions.Default with
                    FailureThreshold = 1
                    ResetTimeout = ms 10.
            }

        let runs = ref 0

        let stuck: Scoped<unit, string> = scope {
            runs.Value <- runs.Value + 1
            do! Step.delay 1000.
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scoped.result (CircuitBreaker.guard breaker (Step.fail 0. "no"))
                    do! Step.delay 10.
                    let! first = Scope.task (CircuitBreaker.guard breaker stuck)
                    do! Step.delay 10.
                    let! second = Scope.task (CircuitBreaker.guard breaker stuck)
                    let! third = Scoped.result (CircuitBreaker.guard breaker stuck)
                    first.Cancel "enough"
                    second.Cancel "enough"
                    let! _ = ScopeTask.result first
                    let! _ = ScopeTask.result second
                    return runs.Value, third.IsError
                }
            )

        Expect.ok (2, true) (outcome: Result<_, ScopeError<string>>)
    })

[<Fact>]
let ``a value forgotten early does not take the next one with it`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = IdempotencyKeys<string, int, string>(ms 100.)
        let runs = ref 0

        let order =
            Idempotency.guard
                keys
                "a"
                (scope {
                    runs.Value <- runs.Value + 1
                    return runs.Value
                })

        let! outcome =
            stage.Run(
                scope {
                    let! first = order
                    do! Step.delay 50.
                    keys.Forget "a" |> ignore
                    let! second = order
                    // the first one's time would be over
                    do! Step.delay 60.
                    let! third = order
                    return [ first; second; third ]
                }
            )

        Expect.ok [ 1; 2; 2 ] outcome
    })

[<Fact>]
let ``a value that two hedged attempts give stays open`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let closed = ref 0

        let shared = {
            new IDisposable with
                member _.Dispose() = closed.Value <- closed.Value + 1
        }

        let attempt: Scoped<IDisposable, string> = scope {
            do! Step.stubborn 20.
            return shared
        }

        let! outcome = stage.Run(Hedge.after (ms 5.) attempt)
        Assert.True outcome.IsOk
        Assert.Equal(0, closed.Value)
    })

[<Fact>]
let ``a wait that would end just at the deadline is not begun`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let options = {
            RetryOptions<string>.Default with
                Schedule = Schedule.constant (ms 10.)
        }

        let timed = { stage.Options with Timeout = ms 15. }

        let! outcome = stage.RunWith timed (Retry.withOptions options (Step.fail 5. "no"))
        Expect.failed "no" outcome
        Assert.Equal(ms 5., stage.Clock.Elapsed)
    })

[<Fact>]
let ``a throttled call that was withdrawn takes no interval`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let options: Throttle.Options = {
            Throttle.Options.Default with
                Interval = ms 10.
                Trailing = true
        }

        let! outcome =
            stage.Run(
                scope {
                    let! throttle =
                        Throttle.makeWith options (fun (number: int) -> scope { stage.Tell $"{number}" })

                    let! _ = Throttle.call 1 throttle
                    let! second = Scope.task (Throttle.call 2 throttle)
                    do! Step.delay 5.
                    second.Cancel "enough"
                    let! _ = ScopeTask.result second
                    do! Step.delay 7.
                    let! _ = Throttle.call 3 throttle
                    return ()
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string list>([ "0 1"; "12 3" ], stage.Told)
    })
