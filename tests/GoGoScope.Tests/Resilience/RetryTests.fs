/// When work is repeated, and when it is not.
module GoGoScope.Tests.Resilience.RetryTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open GoGoScope.Testing
open GoGoScope.Tests.Resilience.RetryFixtures
open Xunit

[<Fact>]
let ``work that succeeds runs once`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(attempts stage [ yes ] |> Retry.times 5)
        Expect.ok 1 outcome
        Assert.Equal<string list>([ "0 attempt 1" ], stage.Told)
    })

[<Fact>]
let ``work that fails is repeated three times at once, and its last error is the cause`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let work = attempts stage [ crash; Scoped.fail "a"; Scoped.fail "b"; no; yes ]
        let! outcome = stage.Run(work |> Retry.withOptions options)
        Expect.causes [ Cause.Failed "no"; Cause.Crashed bug; Cause.Failed "a"; Cause.Failed "b" ] outcome
        Assert.Equal<string list>([ for number in 1..4 -> $"0 attempt {number}" ], stage.Told)
    })

[<Fact>]
let ``zero retries are one attempt`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(attempts stage [ no; yes ] |> Retry.times 0)
        Expect.failed "no" outcome
    })

[<Fact>]
let ``a schedule with a bound of its own decides how often`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let schedule = Schedule.linear (ms 10.) (ms 10.) |> Schedule.upTo 5

        let! outcome =
            stage.Run(attempts stage [ no; no; no; no; no; yes ] |> Retry.withSchedule schedule)

        Expect.ok 1 outcome

        Assert.Equal<string list>(
            [
                "0 attempt 1"
                "10 attempt 2"
                "30 attempt 3"
                "60 attempt 4"
                "100 attempt 5"
                "150 attempt 6"
            ],
            stage.Told
        )
    })

[<Fact>]
let ``a schedule without an end repeats three times, unless the number is given`` () =
    Story.run (fun () -> task {
        let tries (options: RetryOptions<string>) = task {
            let stage = Stage()
            let! _ = stage.Run(attempts stage [ no ] |> Retry.withOptions options)
            return stage.Told.Length
        }

        let endless = {
            options with
                Schedule = Schedule.constant (ms 1.)
        }

        let! three = tries endless

        let! nine =
            tries {
                endless with
                    MaxRetries = ValueSome 9
            }

        let! two =
            tries {
                endless with
                    MaxRetries = ValueSome 9
                    Schedule = Schedule.upTo 2 endless.Schedule
            }

        Assert.Equal<int list>([ 4; 10; 3 ], [ three; nine; two ])
    })

[<Fact>]
let ``an error that the caller does not want repeated is given at once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let picky = {
            options with
                While = fun cause -> cause <> Cause.Failed "fatal"
        }

        let! outcome =
            stage.Run(attempts stage [ no; Scoped.fail "fatal"; yes ] |> Retry.withOptions picky)

        Expect.causes [ Cause.Failed "fatal"; Cause.Failed "no" ] outcome
    })

[<Fact>]
let ``a cancellation is never repeated, whatever the options say`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let stops: Scoped<int, string> = scope {
            do! Scope.cancel "enough"
            do! Step.delay 1.
            return 1
        }

        let greedy = { options with While = fun _ -> true }
        let! outcome = stage.Run(attempts stage [ stops; yes ] |> Retry.withOptions greedy)
        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Equal(1, stage.Told.Length)
    })

[<Fact>]
let ``a cancel ends the wait between attempts at once, and leaves nothing behind`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work = scope {
            do! stage.Watched()

            let! child =
                fork (
                    scope {
                        do! stage.Watched()

                        return! attempts stage [ no ] |> Retry.withSchedule (Schedule.constant (ms 1000.))
                    }
                )

            do! Step.delay 5.
            child.Cancel "enough"
            return! child
        }

        let! outcome = stage.Run work
        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Equal(5., stage.Clock.Elapsed.TotalMilliseconds)
        Assert.Equal<string list>([ "0 attempt 1" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``an open circuit or a rate limit is not repeated, unless it is asked for, and then after its own time``
    ()
    =
    Story.run (fun () -> task {
        let reject rejection : Scoped<int, string> =
            fun _ -> ValueTask<_>(Error(ScopeError.rejected rejection))

        let row = [
            reject (Rejection.CircuitOpen(ms 30.))
            reject (Rejection.RateLimited(ms 7.))
            yes
        ]

        let stage = Stage()
        let! outcome = stage.Run(attempts stage row |> Retry.times 5)
        Expect.rejected (Rejection.CircuitOpen(ms 30.)) outcome

        let stage = Stage()

        let! outcome =
            stage.Run(
                attempts stage row
                |> Retry.withOptions {
                    options with
                        Rejections = true
                        Schedule = Schedule.constant (ms 10.)
                }
            )

        Expect.ok 1 outcome
        Assert.Equal<string list>([ "0 attempt 1"; "30 attempt 2"; "40 attempt 3" ], stage.Told)
        // a circuit that is isolated names no time
        let stage = Stage()
        let isolated = reject (Rejection.CircuitOpen Timeout.InfiniteTimeSpan)

        let! outcome =
            stage.Run(
                attempts stage [ isolated ]
                |> Retry.withOptions { options with Rejections = true }
            )

        Expect.rejected (Rejection.CircuitOpen Timeout.InfiniteTimeSpan) outcome
        Assert.Equal(1, stage.Told.Length)
    })

[<Fact>]
let ``what an error asks for is the least wait`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let patient = {
            options with
                Schedule = Schedule.constant (ms 10.)
                RetryAfter =
                    fun cause ->
                        match cause with
                        | Cause.Failed text when text.StartsWith "after " -> ValueSome(ms (float text[6..]))
                        | _ -> ValueNone
        }

        let row = [ Scoped.fail "after 25"; Scoped.fail "after 3"; no; yes ]
        let! outcome = stage.Run(attempts stage row |> Retry.withOptions patient)
        Expect.ok 1 outcome

        Assert.Equal<string list>(
            [ "0 attempt 1"; "25 attempt 2"; "35 attempt 3"; "45 attempt 4" ],
            stage.Told
        )
    })

[<Fact>]
let ``a cancel during a later attempt is a plain cancellation`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (attempts stage [ no; Step.give 1000. 1 ] |> Retry.times 2)
                    do! Step.delay 5.
                    child.Cancel "enough"
                    return! child
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Equal(2, stage.Told.Length)
    })
