/// Again and again: poll, every.
module GoGoScope.Tests.Combinators.PollTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private every count : Poll.Options<string> = {
    Poll.defaults with
        Interval = Step.milliseconds count
}

let private run (stage: Stage) wait : Scoped<unit, string> = scope {
    stage.Tell "run"
    do! Step.delay wait
}

[<Fact>]
let ``it runs at once, and again an interval after each run has ended`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! poll = Poll.startWith (every 10.) (run stage 3.)
                    do! Step.delay 30.
                    stage.Tell $"{poll.Status.PollCount}"
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)

        Assert.Equal<string list>([ "0 run"; "13 run"; "26 run"; "30 3" ], stage.Told)

        Assert.Equal(0, stage.Clock.PendingTimers)
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``without immediate the first run comes an interval after the start`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Poll.startWith { every 10. with Immediate = false } (run stage 0.)
                    do! Step.delay 25.
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string list>([ "10 run"; "20 run" ], stage.Told)
    })

[<Fact>]
let ``errors go to the handler, or to the hook, and do not stop it`` () =
    Story.run (fun () -> task {
        for handled in [ true; false ] do
            let stage = Stage()
            let errors = ResizeArray<Cause<string>>()

            let options = {
                every 10. with
                    OnError =
                        if handled then
                            Action<ScopeError<string>>(fun error -> errors.Add error.Cause)
                        else
                            null
            }

            let! outcome =
                stage.Run(
                    scope {
                        let! poll = Poll.startWith options (Step.fail 1. "no")
                        do! Step.delay 25.
                        return poll.Status.PollCount
                    }
                )

            Expect.ok 3L (outcome: Result<int64, ScopeError<string>>)
            Assert.Equal((if handled then 3 else 0), errors.Count)
            Assert.Equal((if handled then 0 else 3), stage.Unobserved.Length)
    })

[<Fact>]
let ``stopping and starting never doubles it, also while a deaf run goes on`` () =
    Story.run (fun () -> task {
        for seed in 1..100 do
            let stage = Stage.Seeded seed
            let running = ref 0
            let most = ref 0

            let deaf: Scoped<unit, string> = scope {
                running.Value <- running.Value + 1
                most.Value <- max most.Value running.Value

                try
                    do! Step.stubborn 7.
                finally
                    running.Value <- running.Value - 1
            }

            let! outcome =
                stage.Run(
                    scope {
                        let! poll = Poll.startWith (every 5.) deaf

                        for turn in 1..6 do
                            do! Step.delay (float ((seed * turn) % 4))
                            poll.Stop()
                            do! Step.delay (float ((seed + turn) % 2))
                            poll.Start()
                            poll.Start()

                        do! Step.delay 50.
                        poll.Stop()
                        Assert.False poll.Status.Running
                        return poll.Status.PollCount
                    }
                )

            match (outcome: Result<int64, ScopeError<string>>) with
            | Ok count -> Assert.InRange(count, 3L, 12L)
            | Error error -> failwith $"{error}"

            Assert.Equal(1, most.Value)
            Assert.Equal(0, running.Value)
            Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``the status tells what it does`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! poll = Poll.make (every 10.) (run stage 3.)
                    Assert.Equal(None, Option.ofNullable poll.Status.LastPollTime)
                    Assert.False poll.Status.Running
                    poll.Start()
                    do! Step.delay 7.
                    let status = poll.Status
                    Assert.True status.Running
                    Assert.Equal(1L, status.PollCount)
                    Assert.Equal(Step.milliseconds 6., status.TimeUntilNext)
                    Assert.True status.LastPollTime.HasValue
                    do! Step.delay 7.
                    Assert.Equal(TimeSpan.Zero, poll.Status.TimeUntilNext)
                    poll.Stop()
                    Assert.Equal(TimeSpan.Zero, poll.Status.TimeUntilNext)
                    Assert.Equal(1L, poll.Status.PollCount)
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``a poll of a scope that has ended does not run`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let poll: Poll ref = ref Unchecked.defaultof<_>

        let! outcome =
            stage.Run(
                scope {
                    let! made = Poll.make (every 10.) (run stage 0.)
                    poll.Value <- made
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        poll.Value.Start()
        poll.Value.Stop()
        Assert.False poll.Value.Status.Running
        Assert.Empty stage.Told
    })

[<Fact>]
let ``every keeps time and leaves out the points that a long run covers`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let waits = System.Collections.Generic.Queue [ 1.; 25.; 1.; 1. ]

        let work: Scoped<unit, string> = scope {
            stage.Tell "run"
            do! Step.delay (waits.Dequeue())
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.daemon (Every.run (Step.milliseconds 10.) work)
                    do! Step.delay 65.
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string list>([ "10 run"; "20 run"; "50 run"; "60 run" ], stage.Told)
    })

[<Fact>]
let ``every ends with the first failure`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(Every.run (Step.milliseconds 10.) (Step.fail 1. "no"))
        Expect.failed "no" outcome
        Assert.Equal(Step.milliseconds 11., stage.Clock.Elapsed)
    })

[<Fact>]
let ``bad intervals are refused at the door`` () =
    let work: Scoped<unit, string> = Step.delay 1.
    let negative = Step.milliseconds -1.

    let start (options: Poll.Options<string>) (work: Scoped<unit, string>) : Scoped<Poll, string> =
        Poll.startWith options work

    let refused (call: unit -> unit) =
        Assert.ThrowsAny<ArgumentException>(Action call) |> ignore

    refused (fun () ->
        start
            {
                Poll.defaults with
                    Interval = negative
            }
            work
        |> ignore)

    refused (fun () -> Every.run TimeSpan.Zero work |> ignore)
    refused (fun () -> Every.run negative work |> ignore)
    refused (fun () -> start Poll.defaults (Unchecked.defaultof<_>) |> ignore)

[<Fact>]
let ``without an interval a poll keeps nobody's thread`` () =
    Story.run (fun () -> task {
        let runs = ref 0

        let work: Scoped<unit, string> = scope { Interlocked.Increment runs |> ignore }

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! poll = Poll.startWith (every 0.) work
                        do! fun (_: CancellationToken) -> Story.until "runs" (fun () -> runs.Value >= 5)
                        poll.Stop()
                    }
                )
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``a timer that rings a little early runs no point twice`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let early = Step.milliseconds 1.

        let clock = {
            new TimeProvider() with
                override _.GetTimestamp() = stage.Clock.GetTimestamp()
                override _.TimestampFrequency = stage.Clock.TimestampFrequency
                override _.GetUtcNow() = stage.Clock.GetUtcNow()

                override _.CreateTimer(ring, state, due, period) =
                    stage.Clock.CreateTimer(ring, state, due - early, period)
        }

        let options = {
            stage.Options with
                Clock = clock
                Timeout = Step.milliseconds 46.
        }

        let! outcome =
            stage.RunWith options (Every.run (Step.milliseconds 10.) (run stage 0.))

        Assert.True outcome.IsError
        Assert.Equal<string list>([ "9 run"; "19 run"; "29 run"; "39 run" ], stage.Told)
    })
