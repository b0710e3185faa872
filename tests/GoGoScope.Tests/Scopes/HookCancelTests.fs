/// What the hooks are told of cancellations: each once, and an ordinary end never.
module GoGoScope.Tests.Scopes.HookCancelTests

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count


[<Fact>]
let ``an ordinary end cancels nothing, whatever is left then`` () =
    Story.run (fun () -> task {
        let endings: (string * (Stage -> ScopeOptions -> Task)) list = [
            "daemons",
            (fun stage options ->
                stage.RunWith
                    options
                    (scope {
                        let! _ = Scope.daemon Step.forever<string>
                        let! _ = Scope.daemon Step.forever
                        return ()
                    }))
            "cancel remaining",
            (fun stage options ->
                stage.RunWith
                    {
                        options with
                            OnExit = OnExit.CancelRemaining
                    }
                    (scope {
                        let! _ = fork Step.forever<string>
                        return ()
                    }))
            "dispose",
            (fun stage options ->
                let server = Scope.Open options
                Scope.forkIn (server, Step.forever<string>) |> ignore

                CompilerServices.TaskStart.Daemon(server, TaskOptions.Default, Step.forever<string>, "", 0)
                |> ignore

                stage.Finish(task { do! server.DisposeAsync() }))
            "daemons of a use",
            (fun stage options ->
                stage.RunWith
                    options
                    (scope {
                        use _ = {
                            new IDisposable with
                                member _.Dispose() = ()
                        }

                        let! _ = Scope.daemon Step.forever<string>
                        return ()
                    }))
            "a use that fails",
            (fun stage options ->
                stage.RunWith
                    options
                    (scope {
                        use _ = {
                            new IDisposable with
                                member _.Dispose() = ()
                        }

                        let! _ = fork Step.forever
                        return! (Error "body": Result<unit, string>)
                    }))
        ]

        for what, ending in endings do
            let stage = Stage()
            let ear = Ear()
            do! ending stage (ear.On stage)
            Assert.True(ear.Cancels.IsEmpty, $"{what}: {ear.Cancels}")
            Assert.Contains(ear.Heard, fun event -> event[0] = '.')
    })

[<Fact>]
let ``a cancellation is told once, for the place that was told, with its reason`` () =
    Story.run (fun () -> task {
        let tree (stop: Scoped<unit, string>) : Scoped<unit, string> = scope {
            let! _ = fork (fork Step.forever |> Scoped.map ignore)
            let! _ = Scope.daemon Step.forever

            let! _ =
                Scope.startDaemon (fun (ready: Ready<unit>) -> scope {
                    ready.Signal() |> ignore
                    do! Step.forever
                })

            do! stop
            do! Step.forever
        }

        let cases: (ScopeOptions -> ScopeOptions) list * (string * Scoped<unit, string>) list =
            [],
            [
                "!root: enough", Scope.cancel "enough"
                $"!root: {CancelReason.DeadlinePassed(ms 20.)}", Step.forever
                "!root: its sibling 'bad' failed",
                (Scope.forkWith (TaskOptions.named "bad", Step.fail 5. "x") |> Scoped.map ignore)
            ]

        for expected, stop in snd cases do
            let stage = Stage()
            let ear = Ear()

            let! _ = stage.RunWith { ear.On stage with Timeout = ms 20. } (tree stop)

            let told = Assert.Single ear.Cancels
            Assert.Equal(expected, told)

        // from the caller's token, twice
        let stage = Stage()
        let ear = Ear()
        use stop = new CancellationTokenSource()
        let pending = Scope.runWith (ear.On stage) stop.Token (tree Step.forever)
        stop.Cancel()
        stop.Cancel()
        let! _ = Story.wait pending
        Assert.Single ear.Cancels |> ignore
    })

[<Fact>]
let ``children that start in a cancelled scope are not told of, and neither cancelled anew`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ear = Ear()

        let! _ =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! here = Scope.current
                    here.Cancel "enough"

                    for start in [ StartMode.Inline; StartMode.Pool ] do
                        for _ in 1..3 do
                            Scope.forkIn (
                                here,
                                {
                                    TaskOptions.Default with
                                        Start = start
                                },
                                Step.forever<string>
                            )
                            |> ignore

                    CompilerServices.TaskStart.Daemon(here, TaskOptions.Default, Step.forever<string>, "", 0)
                    |> ignore
                }
                : Scoped<unit, string>)

        Assert.Equal<string>([ "!root: enough"; ".root 0" ], ear.Heard)
    })

[<Fact>]
let ``a scope with hooks of its own hears that its parent was cancelled, and the parent's hooks hear their own``
    ()
    =
    Story.run (fun () -> task {
        for early in [ true; false ] do
            let stage = Stage()
            let above = Ear()
            let below = Ear()

            let! _ =
                stage.RunWith
                    (above.On stage)
                    (scope {
                        let! here = Scope.current

                        if early then
                            here.Cancel "enough"

                        let part =
                            Scope.runWith
                                {
                                    ScopeOptions.Default with
                                        Name = "part"
                                        Parent = here
                                        Hooks = below.Hooks
                                }
                                CancellationToken.None
                                (scope {
                                    let! _ = fork Step.forever<string>
                                    do! Step.forever
                                })

                        if not early then
                            here.Cancel "enough"

                        let! _ = Step.await (part.AsTask())
                        return ()
                    }
                    : Scoped<unit, string>)

            Assert.Equal<string>([ "!root: enough" ], above.Cancels)
            Assert.Equal<string>([ "!part: its parent ended: enough" ], below.Cancels)
    })

[<Fact>]
let ``under any interleaving every start has its end, and every cancellation is told once`` () =
    Story.run (fun () -> task {
        for seed in 1..200 do
            let stage = Stage.Seeded seed
            let ear = Ear()

            let! _ =
                stage.RunWith
                    (ear.On stage)
                    (scope {
                        let! here = Scope.current

                        let! _ =
                            fork (
                                scope {
                                    for _ in 1 .. seed % 6 do
                                        do! Step.pause

                                    here.Cancel "enough"
                                }
                            )

                        for index in 1..6 do
                            let options = {
                                TaskOptions.Default with
                                    Start = (if index % 2 = 0 then StartMode.Pool else StartMode.Inline)
                            }

                            let! _ = Scope.forkWith (options, Step.forever)
                            let! _ = Scope.daemonWith (options, Step.forever)
                            do! Step.pause
                    }
                    : Scoped<unit, string>)

            Assert.Equal<string>([ "!root: enough" ], ear.Cancels)

            let ids (events: TaskStarted list) =
                [ for event in events -> event.Id ] |> List.sort

            Assert.Equal<int64>(ids ear.Started, ids [ for ended in ear.Ended -> ended.Task ])
    })
