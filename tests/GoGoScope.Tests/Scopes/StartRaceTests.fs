/// `Scope.start` with options, in scopes that have ended, and at the same time as everything else.
module GoGoScope.Tests.Scopes.StartRaceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

/// Gets ready, says so, and serves until it is told to stop.
let private server (stage: Stage) (gettingReady: float) (ready: Ready<int>) : Scoped<unit, string> = scope {
    do! stage.Watched()
    do! Step.delay gettingReady
    ready.Signal 80 |> ignore

    use! _ = Scope.ensure (ms 100.) (scope { stage.Tell "server stopped" })

    do! Step.forever
}

[<Fact>]
let ``the child may be ready on another thread, before or after the starter waits`` () =
    Story.run (fun () -> task {
        for round in 1..2000 do
            let work (ready: Ready<int>) : Scoped<unit, string> = scope {
                ThreadPool.UnsafeQueueUserWorkItem(
                    (fun _ ->
                        Thread.SpinWait(round % 40)
                        ready.Signal round |> ignore),
                    null
                )
                |> ignore

                Thread.SpinWait(round % 30)
                do! Step.forever
            }

            let! outcome =
                Story.wait (
                    Scope.runWith
                        {
                            ScopeOptions.Default with
                                OnExit = OnExit.CancelRemaining
                        }
                        CancellationToken.None
                        (Scope.start work)
                )

            Expect.ok round outcome
    })

[<Fact>]
let ``the time limit is that of the whole child`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let limited = {
            TaskOptions.Default with
                Timeout = ms 10.
        }

        let! before = stage.Run(Scope.startWith (limited, server stage 50.))
        Expect.cause (Cause.TimedOut(ms 10.)) before

        let stage = Stage()

        let! after =
            stage.Run(
                scope {
                    let! _ = Scope.startWith (limited, server stage 5.)
                    do! Step.forever
                }
            )

        Expect.cause (Cause.TimedOut(ms 10.)) after
        Assert.Equal(ms 10., stage.Clock.Elapsed)
    })

[<Fact>]
let ``a lazy child starts when it is started`` () =
    Story.run (fun () -> task {
        for start in [ StartMode.Inline; StartMode.Pool; StartMode.Lazy ] do
            let stage = Stage()

            let options = {
                TaskOptions.Default with
                    Start = start
            }

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            OnExit = OnExit.CancelRemaining
                    }
                    (Scope.startWith (options, server stage 1.))

            Expect.ok 80 outcome
            stage.NoLeaks()
    })

[<Fact>]
let ``a child that says when it is ready is neither shared nor repeated`` () =
    Story.run (fun () -> task {
        let refused: (string * TaskOptions) list = [
            "Dedupe",
            {
                TaskOptions.Default with
                    Dedupe = "server"
            }
            "Retry",
            {
                TaskOptions.Default with
                    Retry = RetryOptions<obj>.Default
            }
            "AttemptTimeout",
            {
                TaskOptions.Default with
                    AttemptTimeout = ms 5.
            }
        ]

        for option, options in refused do
            let! outcome =
                Story.wait (
                    Scope.run (
                        Scope.startWith (
                            options,
                            (fun (ready: Ready<int>) -> scope {
                                ready.Signal 1 |> ignore
                                return! (Error "it ran": Result<unit, string>)
                            })
                        )
                    )
                )

            Assert.Equal(option, (Expect.crashed<ArgumentException, _, _> outcome).ParamName)
    })

[<Fact>]
let ``started in a scope that has ended it is refused`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(Scope.current<string>)

        match outcome with
        | Error error -> Assert.Fail $"{error}"
        | Ok over ->
            let! late = Story.wait (Scope.start (server stage 0.) over)
            Expect.rejected (Rejection.ScopeEnded "root") late
            Assert.Empty stage.Told
    })

/// Whichever comes first decides for both: either the start fails and the scope does not, or the start gives its value
/// and the failure stops the scope.
[<Fact>]
let ``ready and a failure at the same time are told apart`` () =
    Story.run (fun () -> task {
        let mutable readies = 0
        let mutable failures = 0

        for round in 1..20_000 do
            let work (ready: Ready<int>) : Scoped<unit, string> = scope {
                let! below =
                    Scope.forkWith (
                        {
                            TaskOptions.Default with
                                Start = StartMode.Pool
                        },
                        scope {
                            Thread.SpinWait(round % 64)
                            ready.Signal 1 |> ignore
                        }
                    )

                ignore below

                return! scope {
                    let! failing =
                        Scope.taskWith (
                            {
                                TaskOptions.Default with
                                    Start = StartMode.Pool
                            },
                            scope {
                                Thread.SpinWait(round % 61)
                                return! (Error "failed": Result<unit, string>)
                            }
                        )

                    do! failing
                }
            }

            let! outcome =
                Story.wait (
                    Scope.run (
                        scope {


                            let! host = Scope.current
                            let! port = Step.await ((Scope.start work host).AsTask())

                            match port with
                            | Ok _ ->
                                // the failure has to end this
                                do! Step.forever
                                return "went on"
                            | Error error -> return $"{error.Cause}"
                        }
                    )
                )

            match outcome with
            | Ok said ->
                failures <- failures + 1
                Assert.Equal("failed: \"failed\"", said)
            | Error error ->
                readies <- readies + 1
                Assert.Equal<Cause<string>>([ Cause.Failed "failed" ], ScopeError.causes error)

        Assert.True(readies > 0 && failures > 0, $"{readies} ready, {failures} failed")
    })

[<Fact>]
let ``cancelled anywhere under any interleaving a start leaves nothing`` () =
    Story.run (fun () -> task {
        for seed in 1..300 do
            let stage = Stage.Seeded seed

            let! outcome =
                stage.Run(
                    scope {
                        let! here = Scope.current

                        let! _ =
                            fork (
                                scope {
                                    for _ in 1 .. seed % 5 do
                                        do! Step.pause

                                    here.Cancel "enough"
                                }
                            )

                        let work (ready: Ready<int>) : Scoped<unit, string> = scope {
                            do! stage.Watched()

                            for _ in 1 .. seed % 3 do
                                do! Step.pause

                            ready.Signal 1 |> ignore
                            do! Step.forever
                        }

                        let! _ =
                            if seed % 2 = 0 then
                                Scope.start work
                            else
                                Scope.startDaemon work

                        do! Step.forever
                    }
                )

            Expect.cancelled (CancelReason.Requested "enough") outcome
            stage.NoLeaks()
    })
