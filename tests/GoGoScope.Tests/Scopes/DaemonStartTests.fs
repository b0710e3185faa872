/// What daemons start, and which daemons never start.
module GoGoScope.Tests.Scopes.DaemonStartTests

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
let ``in a cancelled scope a daemon never starts`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let said = ref ""

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    here.Cancel "enough"

                    let daemon =
                        CompilerServices.TaskStart.Daemon(
                            here,
                            TaskOptions.Default,
                            helper stage "daemon" 1.,
                            "",
                            0
                        )

                    let! result = Step.await (ScopeTask.toTask daemon)

                    said.Value <- $"{result}"
                    return ()
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Empty stage.Told
        stage.NoLeaks()
    })

[<Fact>]
let ``what a daemon starts belongs to it, and ends with it`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ =
                        Scope.daemon (
                            scope {
                                let! _ = fork (helper stage "below" 3.)
                                let! _ = Scope.daemon (helper stage "daemon below" 3.)
                                return ()
                            }
                        )

                    let! _ = Scope.daemon (helper stage "younger" 3.)
                    return ()
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "3 younger"; "6 below"; "9 daemon below" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a scope that stops its daemons takes nothing new`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! parent = Scope.current

                    let! _ =
                        Scope.daemon (
                            scope {
                                use! _ =
                                    Scope.ensure
                                        (ms 100.)
                                        (scope {
                                            let late = Scope.forkIn (parent, child stage "late" 1.)
                                            let! outcome = ScopeTask.result late

                                            match outcome with
                                            | Error error -> stage.Tell $"{error.Cause}"
                                            | Ok() -> stage.Tell "it ran"
                                        })

                                do! Step.forever
                            }
                        )

                    return ()
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "0 rejected: the scope 'root' has ended" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a lazy daemon that nobody asks never starts, and one that is asked is stopped like any other`` () =
    Story.run (fun () -> task {
        let lazily = {
            TaskOptions.Default with
                Start = StartMode.Lazy
        }

        for asked in [ false; true ] do
            let stage = Stage()

            let! outcome =
                stage.Run(
                    scope {
                        let! daemon = Scope.daemonWith (lazily, helper stage "daemon" 2.)

                        if asked then
                            let! _ = fork (Scope.delay (ms 5.))
                            let waiting = ScopeTask.toTask daemon
                            Assert.False waiting.IsCompleted
                    }
                )

            Expect.ok () outcome
            Assert.Equal<string>((if asked then [ "7 daemon" ] else []), stage.Told)
            stage.NoLeaks()
    })
