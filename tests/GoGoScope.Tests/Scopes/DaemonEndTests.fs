/// Daemons beside what else ends a scope: `use`, joins, parents, the grace, other threads.
module GoGoScope.Tests.Scopes.DaemonEndTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

/// Runs until it is told to stop, takes its time then, and says that it has ended.
let private helper (stage: Stage) (name: string) (stopping: float) : Scoped<unit, string> = scope {
    do! stage.Watched()

    use! _ =
        Scope.ensure
            (ms 1000.)
            (scope {
                do! Step.delay stopping
                stage.Tell name
            })

    do! Step.forever
}

let private child (stage: Stage) (name: string) (lasts: float) : Scoped<unit, string> = scope {
    do! Step.delay lasts
    stage.Tell name
}

[<Fact>]
let ``a daemon started in a use ends before the release, and an older one goes on`` () =
    Story.run (fun () -> task {
        for fails in [ false; true ] do
            let stage = Stage()

            let resource = {
                new IDisposable with
                    member _.Dispose() = stage.Tell "released"
            }

            let inner: Scoped<unit, string> = scope {
                use _ = resource
                let! _ = Scope.daemon (helper stage "b" 3.)
                let! _ = fork (helper stage "child" 10.)
                let! _ = Scope.daemon (helper stage "c" 3.)
                do! Step.delay 5.

                if fails then
                    return! (Error "inner": Result<unit, string>)
                else
                    let! here = Scope.current
                    here.Cancel "enough"
            }

            let! outcome =
                stage.Run(
                    scope {
                        let! _ = Scope.daemon (helper stage "a" 3.)
                        do! inner
                    }
                )

            if fails then
                Expect.failed "inner" outcome
            else
                Expect.cancelled (CancelReason.Requested "enough") outcome

            Assert.Equal<string>([ "15 child"; "18 c"; "21 b"; "21 released"; "24 a" ], stage.Told)
            stage.NoLeaks()
    })

[<Fact>]
let ``what a daemon of a use starts beside itself while it stops ends before the release`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let resource = {
            new IDisposable with
                member _.Dispose() = stage.Tell "released"
        }

        let! outcome =
            stage.Run(
                scope {
                    let! parent = Scope.current
                    use _ = resource

                    let! _ =
                        Scope.daemon (
                            scope {
                                use! _ =
                                    Scope.ensure
                                        (ms 100.)
                                        (scope {
                                            Scope.forkIn (parent, child stage "late" 4.) |> ignore
                                            do! Step.delay 1.
                                            stage.Tell "daemon"
                                        })

                                do! Step.forever
                            }
                        )

                    return ()
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "1 daemon"; "4 late"; "4 released" ], stage.Told)
    })

[<Fact>]
let ``a join does not wait for daemons, and dispose stops them`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let server = Scope.Open stage.Options
        Scope.forkIn (server, child stage "child" 10.) |> ignore

        let daemon =
            CompilerServices.TaskStart.Daemon(server, TaskOptions.Default, helper stage "daemon" 5., "", 0)

        let! (outcome: Result<unit, ScopeError<string>>) =
            stage.Finish((Scope.join server).AsTask())

        Expect.ok () outcome
        Assert.False daemon.IsCompleted

        let! again =
            stage.Finish((Scope.join server: ValueTask<Result<unit, ScopeError<string>>>).AsTask())

        Expect.ok () again
        do! stage.Finish(task { do! server.DisposeAsync() })
        Assert.Equal<string>([ "10 child"; "15 daemon" ], stage.Told)
        Assert.True daemon.IsCompleted
    })

[<Fact>]
let ``a body that does not stop is named although daemons of its scope live`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = ms 20.
                        Grace = ValueSome(ms 50.)
                }
                (scope {
                    let! _ = Scope.daemon (helper stage "daemon" 1.)
                    do! (Step.stubborn 200.: Scoped<unit, string>)
                })

        Assert.Equal<string>([ "root" ], [ for stuck in stage.Stuck -> stuck.Child ])
    })

[<Fact>]
let ``a daemon that does not stop is named`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let named = {
            TaskOptions.Default with
                Name = "metrics"
        }

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Grace = ValueSome(ms 50.)
                }
                (scope {
                    let! _ = Scope.daemonWith (named, (Step.stubborn 200.: Scoped<unit, string>))
                    return ()
                })

        Expect.ok () outcome
        Assert.Equal<string>([ "metrics" ], [ for stuck in stage.Stuck -> stuck.Child ])
        Assert.Equal(ms 200., stage.Clock.Elapsed)
    })

[<Fact>]
let ``daemons of a scope that has a parent end with it, and the parent's own later`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    let! _ = Scope.daemon (helper stage "outer" 3.)

                    let part =
                        Scope.runWith
                            {
                                ScopeOptions.Default with
                                    Name = "part"
                                    Parent = here
                            }
                            CancellationToken.None
                            (scope {
                                let! _ = Scope.daemon (helper stage "inner" 3.)
                                do! Step.delay 10.
                            }
                            : Scoped<unit, string>)

                    Assert.False part.IsCompleted
                    return ()
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "13 inner"; "16 outer" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a daemon that ends by itself while its scope stops it is counted once, whatever the order`` () =
    Story.run (fun () -> task {
        for seed in 1..300 do
            let stage = Stage.Seeded seed
            let ended = ref 0

            let restless: Scoped<unit, string> = scope {
                use! _ = Scope.ensure (ms 10.) (scope { Interlocked.Increment ended |> ignore })

                for _ in 1 .. seed % 4 do
                    do! Step.pause
            }

            let! outcome =
                stage.Run(
                    scope {
                        for _ in 1..3 do
                            let! _ = Scope.daemon restless
                            ()

                        do! Step.pause
                    }
                )

            Expect.ok () outcome
            Assert.Equal(3, ended.Value)
    })

[<Fact>]
let ``daemons that end by themselves on other threads while their scope ends leave nothing`` () =
    Story.run (fun () -> task {
        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        for round in 1..2000 do
            let ended = ref 0

            let work: Scoped<unit, string> = scope {
                Thread.SpinWait(round % 50)
                Interlocked.Increment ended |> ignore
            }

            let! outcome =
                Story.wait (
                    Scope.run (
                        scope {
                            let! a = Scope.daemonWith (pooled, work)
                            let! b = Scope.daemonWith (pooled, work)
                            let! c = Scope.daemonWith (pooled, work)
                            Thread.SpinWait(round % 70)
                            return [ a; b; c ]
                        }
                    )
                )

            match outcome with
            | Ok daemons ->
                for daemon in daemons do
                    Assert.True daemon.IsCompleted
            | Error error -> Assert.Fail $"{error}"
    })
