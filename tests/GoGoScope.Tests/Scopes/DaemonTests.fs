/// Daemons: helpers that end after everything that may need them, the youngest first.
module GoGoScope.Tests.Scopes.DaemonTests

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
let ``daemons end after the children, the youngest first, and before the cleanups`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    do! Scope.onDispose (fun () -> stage.Tell "cleanup")
                    let! _ = Scope.daemon (helper stage "a" 5.)
                    let! _ = fork (child stage "child" 20.)
                    let! _ = Scope.daemon (helper stage "b" 5.)
                    let! _ = Scope.daemon (helper stage "c" 5.)
                    stage.Tell "body"
                    return 7
                }
            )

        Expect.ok 7 outcome
        Assert.Equal<string>([ "0 body"; "20 child"; "25 c"; "30 b"; "35 a"; "35 cleanup" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a cancel reaches the daemons in the same order, after the children have stopped`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! _ = Scope.daemon (helper stage "a" 5.)
                    let! _ = Scope.daemon (helper stage "b" 5.)
                    let! _ = fork (helper stage "child" 7.)
                    do! Step.forever
                })

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.Equal<string>([ "27 child"; "32 b"; "37 a" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``daemons are told that the scope exited, or why it was cancelled`` () =
    Story.run (fun () -> task {
        let reasons (stop: Scoped<unit, string>) = task {
            let stage = Stage()

            let! _ =
                stage.Run(
                    scope {
                        let! _ =
                            Scope.daemon (
                                scope {
                                    let! here = Scope.current
                                    use _ = here |> Scope.onCancel (fun reason -> stage.Tell $"{reason}")
                                    do! Step.forever
                                }
                            )

                        do! stop
                    }
                )

            return stage.Told
        }

        let! good = reasons (Scoped.value ())
        Assert.Equal<string>([ "0 the scope 'root' exited" ], good)
        let! cancelled = reasons (Scope.cancel "enough")
        Assert.Equal<string>([ "0 its parent ended: enough" ], cancelled)
    })

[<Fact>]
let ``a body that awaits a daemon goes on when the scope is cancelled`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! daemon = Scope.daemon (helper stage "daemon" 5.)
                    do! daemon
                })

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.Equal<string>([ "25 daemon" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a body that asks for a daemon's result goes on when the scope is cancelled`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! daemon = Scope.daemon (helper stage "daemon" 5.)
                    let! _ = ScopeTask.result daemon
                    do! Step.delay 1.
                })

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.Equal<string>([ "25 daemon" ], stage.Told)
    })

[<Fact>]
let ``code outside every scope that awaits a daemon goes on when the daemon's scope is cancelled`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! daemon = Scope.daemon (helper stage "daemon" 5.)
                    // a task of somebody else's, as C# writes them: it knows no scope
                    let! outcome = Step.await (ScopeTask.toTask daemon)

                    match outcome with
                    | Ok() -> stage.Tell "ended"
                    | Error error -> stage.Tell $"{error.Cause}"
                })

        Expect.ok () outcome // it gave its value, and there was no bind left to stop at
        Assert.Equal("20 cancelled", (List.head stage.Told).Substring(0, 12))
        Assert.Equal("25 daemon", List.last stage.Told)
    })

[<Fact>]
let ``a daemon that ends by itself gives its value to whoever asks`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! daemon = Scope.daemon (Step.give 10. 7)
                    let! value = daemon
                    return value
                }
            )

        Expect.ok 7 outcome
    })

[<Fact>]
let ``a daemon that fails before the end stops the scope`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.daemon (helper stage "other" 1.)
                    let! _ = Scope.daemon (Step.fail 10. "daemon")
                    let! _ = fork (helper stage "child" 1.)
                    do! Step.forever
                }
            )

        Expect.failed "daemon" outcome
        Assert.Equal<string>([ "11 child"; "12 other" ], stage.Told)
    })

[<Fact>]
let ``a daemon that fails while it stops fails the scope, and the others are stopped all the same`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1 // one of its steps comes back through the pool

        let failing: Scoped<unit, string> = scope {
            let! here = Scope.current
            do! (fun (_: CancellationToken) -> Scope.whenCancelled here :> Task)
            return raise (InvalidOperationException "late")
        }

        let! outcome =
            stage.Run(
                scope {
                    do! Scope.onDispose (fun () -> stage.Tell "cleanup")
                    let! _ = Scope.daemon (helper stage "a" 1.)
                    let! _ = Scope.daemon failing
                    let! _ = Scope.daemon (helper stage "c" 1.)
                    return 7
                }
            )

        Assert.Equal("late", (Expect.crashed<InvalidOperationException, _, _> outcome).Message)
        Assert.Equal<string>([ "1 c"; "2 a"; "2 cleanup" ], stage.Told)
    })

[<Fact>]
let ``with KeepGoing a daemon that fails stops nothing, and is reported`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        OnFailure = OnFailure.KeepGoing
                }
                (scope {
                    let! _ = Scope.daemon (Step.fail 5. "daemon")
                    let! _ = fork (child stage "child" 20.)
                    return ()
                })

        Expect.failed "daemon" outcome
        Assert.Equal<string>([ "20 child" ], stage.Told)
    })
