/// `Scope.start`: a child that says when it is ready.
module GoGoScope.Tests.Scopes.StartTests

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
let ``the starter goes on with the value when the child is ready`` () =
    Story.run (fun () -> task {
        for gettingReady in [ 0.; 10. ] do
            let stage = Stage()

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            OnExit = OnExit.CancelRemaining
                    }
                    (scope {
                        let! port = Scope.start (server stage gettingReady)
                        stage.Tell $"ready at {port}"
                        do! Step.delay 5.
                        return port
                    })

            Expect.ok 80 outcome

            Assert.Equal<string>(
                [ $"{gettingReady} ready at 80"; $"{gettingReady + 5.} server stopped" ],
                stage.Told
            )

            stage.NoLeaks()
    })

[<Fact>]
let ``only the first word counts`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let answers = ref []

        let! outcome =
            stage.Run(
                Scope.start (fun (ready: Ready<int>) -> scope {
                    let first = ready.Signal 1
                    answers.Value <- [ first; ready.Signal 2 ]
                })
            )

        Expect.ok 1 outcome
        Assert.Equal<bool>([ true; false ], answers.Value)
    })

[<Fact>]
let ``a child that fails before it is ready is the starter's error, and touches nothing else`` () =
    Story.run (fun () -> task {
        for failsAfter in [ 0.; 10. ] do
            let stage = Stage()

            let failing (_: Ready<int>) : Scoped<unit, string> = scope {
                do! Step.delay failsAfter
                return! (Error "no port": Result<unit, string>)
            }

            let! outcome =
                stage.Run(
                    scope {
                        let! child = fork (Step.give 50. "child")
                        let! port = Scoped.result (fun scope -> Scope.start failing scope)
                        let! second = Scope.startWith (TaskOptions.named "second", server stage 1.)
                        let! value = child
                        let! here = Scope.current

                        match port with
                        | Error error when error.Cause = Cause.Failed "no port" ->
                            stage.Tell $"{value} {second}"
                        | _ -> stage.Tell $"{port}"

                        here.Cancel "enough"
                    }
                )

            Expect.cancelled (CancelReason.Requested "enough") outcome
            Assert.Equal<string>([ "50 child 80"; "50 server stopped" ], stage.Told)
            Assert.Empty stage.Unobserved
            stage.NoLeaks()
    })

[<Fact>]
let ``a failure before ready that the block does not handle is its error once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome = stage.Run(Scope.start (fun (_: Ready<int>) -> Step.fail 5. "no port"))

        Expect.failed "no port" outcome
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``a child that fails after it was ready fails the scope`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work (ready: Ready<unit>) : Scoped<unit, string> = scope {
            ready.Signal() |> ignore
            do! Step.delay 10.
            return! (Error "crashed later": Result<unit, string>)
        }

        let! outcome =
            stage.Run(
                scope {
                    do! Scope.start work
                    do! Step.forever
                }
            )

        Expect.failed "crashed later" outcome
        Assert.Equal(ms 10., stage.Clock.Elapsed)
        stage.NoLeaks()
    })

[<Fact>]
let ``a child that ends without a word is a crash of the start`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                Scope.startWith (
                    TaskOptions.named "mute",
                    (fun (_: Ready<int>) -> (Step.delay 5.: Scoped<unit, string>))
                )
            )

        let failure = Expect.crashed<InvalidOperationException, _, _> outcome
        Assert.Contains("'mute' ended without saying that it is ready", failure.Message)
    })

[<Fact>]
let ``a cancel ends the start and the child, and a word that comes later changes nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let late = ref true

        let work (ready: Ready<int>) : Scoped<unit, string> = scope {
            use! _ =
                Scope.ensure
                    (ms 100.)
                    (scope {
                        do! Step.delay 5.
                        late.Value <- ready.Signal 1
                        stage.Tell "child stopped"
                    })

            do! Step.forever
        }

        let! outcome =
            stage.RunWith { stage.Options with Timeout = ms 20. } (Scope.start work)

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.False late.Value
        Assert.Equal<string>([ "25 child stopped" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``what fails after a cancelled start is not silent`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work (_: Ready<int>) : Scoped<unit, string> = scope {
            do! (Step.stubborn 30.: Scoped<unit, string>)
            return raise (InvalidOperationException "late")
        }

        let! outcome =
            stage.RunWith { stage.Options with Timeout = ms 20. } (Scope.start work)

        match outcome with
        | Error error ->
            Assert.Contains(
                ScopeError.causes error,
                fun cause ->
                    match cause with
                    | Cause.Crashed failure -> failure.Message = "late"
                    | _ -> false
            )
        | Ok _ -> Assert.Fail "it did not fail"
    })

[<Fact>]
let ``in a cancelled scope nothing is started`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    here.Cancel "enough"
                    let! _ = Step.await ((Scope.start (server stage 0.) here).AsTask())
                    return ()
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Empty stage.Told
    })

[<Fact>]
let ``a started daemon serves until everything else has ended`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! port = Scope.startDaemon (server stage 10.)

                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 20.
                                stage.Tell "client"
                            }
                        )

                    return port
                }
            )

        Expect.ok 80 outcome
        Assert.Equal<string>([ "30 client"; "30 server stopped" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a cancel ends the start of a daemon, and the daemon`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! _ = Scope.startDaemon (fun (_: Ready<int>) -> Step.forever<string>)
                    return ()
                })

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.Equal(ms 20., stage.Clock.Elapsed)
        stage.NoLeaks()
    })

[<Fact>]
let ``a daemon that fails before it is ready is the starter's error`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! port =
                        Scoped.result (Scope.startDaemon (fun (_: Ready<int>) -> Step.fail 5. "no port"))

                    match port with
                    | Error error -> return $"{error.Cause}"
                    | Ok _ -> return "ready"
                }
            )

        Expect.ok "failed: \"no port\"" outcome
    })
