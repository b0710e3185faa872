/// Calls through a circuit breaker.
module GoGoScope.Tests.Resilience.BreakerTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private quick = {
    CircuitBreakerOptions.Default with
        Name = "shop"
        FailureThreshold = 2
        ResetTimeout = ms 100.
}

let private no: Scoped<int, string> = Scoped.fail "no"
let private yes: Scoped<int, string> = Scoped.value 1

let private isOpen after : Cause<string> =
    Cause.Rejected(Rejection.CircuitOpen(ms after))

let private settled (work: Scoped<int, string>) : Scoped<Result<int, ScopeError<string>>, string> =
    Scoped.result work

let private ended (child: ScopeTask<int, string>) : Scoped<Result<int, ScopeError<string>>, string> =
    ScopeTask.result child

/// Calls the work through the breaker and gives the outcome as a value.
let private call (breaker: CircuitBreaker) (work: Scoped<int, string>) =
    work |> CircuitBreaker.guard breaker |> Scoped.result

[<Fact>]
let ``failures in a row open it, and then nothing runs until the time is over`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker quick
        let runs = ref 0

        let counted = scope {
            runs.Value <- runs.Value + 1
            return! no
        }

        let! outcome =
            stage.Run(
                scope {
                    let! first = call breaker counted
                    let! good = call breaker yes
                    let! second = call breaker counted
                    let! third = call breaker counted
                    do! Step.delay 40.
                    let! refused = call breaker counted
                    do! Step.delay 60.
                    let! probe = call breaker yes
                    let! after = call breaker yes
                    return [ first; good; second; third; refused; probe; after ]
                }
            )

        let failed = Error(ScopeError.failed "no")

        Expect.ok
            [
                failed
                Ok 1
                failed
                failed
                Error(ScopeError.ofCause (isOpen 60.))
                Ok 1
                Ok 1
            ]
            outcome

        Assert.Equal(3, runs.Value)
        Assert.Equal(CircuitState.Closed, breaker.State)
    })

[<Fact>]
let ``crashes, time outs and the caller's own errors count, cancellations and rejections do not`` () =
    Story.run (fun () -> task {
        let counts (work: Scoped<int, string>) = task {
            let stage = Stage()
            let breaker = CircuitBreaker { quick with FailureThreshold = 1 }
            let! _ = stage.Run(call breaker work)
            return breaker.State = CircuitState.Open
        }

        let cancelled: Scoped<int, string> = scope {
            do! Scope.cancel "enough"
            do! Step.delay 1.
            return 1
        }

        let rejected: Scoped<int, string> =
            fun _ -> ValueTask<_>(Error(ScopeError.rejected (Rejection.QueueFull 1)))

        let! yes =
            Task.WhenAll [
                counts no
                counts (fun _ -> raise (InvalidOperationException "bug"))
                counts (Step.give 100. 1 |> Scoped.timeout (ms 5.))
            ]

        let! no = Task.WhenAll [ counts cancelled; counts rejected; counts (Step.give 5. 1) ]
        Assert.Equal<bool array>([| true; true; true |], yes)
        Assert.Equal<bool array>([| false; false; false |], no)
    })

[<Fact>]
let ``the caller may say what counts, and a predicate that throws is a failure of its own`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker quick
        let broken = Exception "broken"

        let! outcome =
            stage.Run(
                scope {
                    for _ in 1..5 do
                        let! _ =
                            settled (
                                no
                                |> CircuitBreaker.guardWhen (fun cause -> cause <> Cause.Failed "no") breaker
                            )

                        ()

                    return breaker.FailureCount
                }
            )

        Expect.ok 0 outcome

        let! outcome =
            stage.Run(no |> CircuitBreaker.guardWhen (fun _ -> raise broken) breaker)

        Expect.causes [ Cause.Crashed broken; Cause.Failed "no" ] outcome
        Assert.Equal(1, breaker.FailureCount)
    })

[<Fact>]
let ``what a call of an earlier period comes to does not count`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }

        let! outcome =
            stage.Run(
                scope {
                    // both start while it is closed; the late success must not close it, the late failure not extend it
                    let! lateSuccess = Scope.task (Step.give 30. 1 |> CircuitBreaker.guard breaker)
                    let! lateFailure = Scope.task (Step.fail 50. "late" |> CircuitBreaker.guard breaker)
                    let! _ = call breaker no
                    let! _ = lateSuccess
                    let afterSuccess = breaker.State
                    let! _ = ScopeTask.result lateFailure
                    let! refused = call breaker yes
                    return afterSuccess, refused
                }
            )

        Expect.ok (CircuitState.Open, Error(ScopeError.ofCause (isOpen 50.))) outcome
    })

[<Fact>]
let ``a late failure does not count against the period that came after it`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }

        let! outcome =
            stage.Run(
                scope {
                    let! late = Scope.task (Step.fail 150. "late" |> CircuitBreaker.guard breaker)
                    let! _ = call breaker no
                    do! Step.delay 100.
                    let! probe = call breaker yes
                    let! _ = ScopeTask.result late
                    return probe, breaker.State
                }
            )

        Expect.ok (Ok 1, CircuitState.Closed) outcome
    })

[<Fact>]
let ``a probe that is cancelled gives its place to another`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = call breaker no
                    do! Step.delay 100.
                    let! probe = Scope.task (Step.give 1000. 1 |> CircuitBreaker.guard breaker)
                    let! refused = call breaker yes
                    probe.Cancel "enough"
                    let! _ = ended probe
                    let! next = call breaker yes
                    return refused, next
                }
            )

        Expect.ok (Error(ScopeError.ofCause (isOpen 100.)), Ok 1) outcome
        Assert.Equal(CircuitState.Closed, breaker.State)
    })

[<Fact>]
let ``a probe that never answers does not keep it half open for ever`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = call breaker no
                    do! Step.delay 100.
                    let! stuck = Scope.task (Step.give 10_000. 1 |> CircuitBreaker.guard breaker)
                    do! Step.delay 100.
                    let! next = call breaker yes
                    stuck.Cancel "enough"
                    let! _ = ended stuck
                    return next, breaker.State
                }
            )

        Expect.ok (Ok 1, CircuitState.Closed) outcome
    })

[<Fact>]
let ``a share of failures opens it once there were enough calls`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let breaker =
            CircuitBreaker {
                quick with
                    FailureRatio = 0.5
                    MinimumThroughput = 4
                    Window = ms 1000.
            }

        let! outcome =
            stage.Run(
                scope {
                    let states = List<CircuitState * int>()

                    for work in [ no; no; yes; yes; no ] do
                        let! _ = call breaker work
                        states.Add(breaker.State, breaker.FailureCount)

                    return List.ofSeq states
                }
            )

        Expect.ok
            [
                CircuitState.Closed, 1
                CircuitState.Closed, 2
                CircuitState.Closed, 2
                CircuitState.Closed, 2
                CircuitState.Open, 0
            ]
            outcome
    })

[<Fact>]
let ``a failed child of the work counts as its failure`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }

        let leaves: Scoped<int, string> = scope {
            let! _ = fork (Step.fail 5. "child")
            return 1
        }

        let! outcome = stage.Run(leaves |> CircuitBreaker.guard breaker)
        Expect.failed "child" outcome
        Assert.Equal(CircuitState.Open, breaker.State)
    })
