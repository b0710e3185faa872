/// What waits for its own end is told so, instead of waiting for ever.
module GoGoScope.Tests.Scopes.SelfJoinTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private wouldDeadlock (outcome: Result<'T, ScopeError<string>>) (parts: string list) =
    match outcome with
    | Error {
                Cause = Cause.Rejected(Rejection.WouldDeadlock description)
            } ->
        for part in parts do
            Assert.Contains(part, description)
    | _ -> Assert.Fail $"%A{outcome}"

let private named = TaskOptions.named

[<Fact>]
let ``a child that awaits itself is refused`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let self = TaskCompletionSource<ScopeTask<unit, string>>()

        let! outcome =
            stage.Run(
                scope {
                    let! child =
                        Scope.taskWith (
                            named "narcissus",
                            scope {
                                do! Step.delay 5.
                                do! self.Task.Result
                            }
                        )

                    self.SetResult child
                    return! ScopeTask.result child
                }
            )

        match outcome with
        | Ok child -> wouldDeadlock child [ "'narcissus' waits for its own end" ]
        | Error error -> Assert.Fail $"{error}"

        stage.NoLeaks()
    })

[<Fact>]
let ``a part of a child that awaits that child is refused, by bind, by result and through a block`` () =
    Story.run (fun () -> task {
        let ways: (string * (ScopeTask<unit, string> -> Scoped<unit, string>)) list = [
            "bind", (fun above -> scope { do! above })
            "result",
            (fun above -> scope {
                let! outcome = ScopeTask.result above

                match outcome with
                | Error error ->
                    return! (fun (_: Scope) -> ValueTask<Result<unit, ScopeError<string>>>(Error error))
                | Ok() -> ()
            })
            "bound", (fun above -> Scoped.timeout (TimeSpan.FromSeconds 1.) (scope { do! above }))
            "operand",
            (fun above -> scope {
                let! _ = scope { do! above }
                and! _ = Step.delay 1.
                return ()
            })
        ]

        for way, wait in ways do
            let stage = Stage()
            let self = TaskCompletionSource<ScopeTask<unit, string>>()

            let! outcome =
                stage.Run(
                    scope {
                        let! child =
                            Scope.taskWith (
                                named "above",
                                scope {
                                    let! below =
                                        Scope.taskWith (
                                            named "below",
                                            scope {
                                                do! Step.delay 5.
                                                do! wait self.Task.Result
                                            }
                                        )

                                    do! below
                                }
                            )

                        self.SetResult child
                        return! ScopeTask.result child
                    }
                )

            match outcome with
            | Ok child -> wouldDeadlock child [ "waits for the end of 'above'" ]
            | Error error -> Assert.Fail $"{way}: {error}"

            stage.NoLeaks()
    })

[<Fact>]
let ``siblings, cousins and parents may be awaited as before`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Ambient = ValueSome true
                }
                (scope {
                    let! first = fork (Step.give 5. 1)

                    let! second =
                        fork (
                            scope {
                                let! below = fork (scope { return! first })
                                return! below
                            }
                        )

                    let! a = first
                    let! b = second
                    return a + b
                })

        Expect.ok 2 outcome
    })

[<Fact>]
let ``with Ambient a task outside the block that awaits its own child is refused too`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let self = TaskCompletionSource<ScopeTask<unit, string>>()
        let said = ref (Ok(): Result<unit, ScopeError<string>>)

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Ambient = ValueSome true
                }
                (scope {
                    let! child =
                        Scope.taskWith (
                            named "child",
                            scope {
                                do! Step.delay 5.

                                let! result = Step.await (ScopeTask.toTask self.Task.Result)

                                said.Value <- result
                            }
                        )

                    self.SetResult child
                    do! child
                })

        Expect.ok () outcome
        wouldDeadlock said.Value [ "'child' waits for its own end" ]
    })

[<Fact>]
let ``with Ambient a child that joins its scope is refused, and one that disposes it does not wait`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let server =
            Scope.Open {
                stage.Options with
                    Ambient = ValueSome true
            }

        let joining =
            Scope.taskIn (
                server,
                named "child",
                (scope {
                    do! Step.delay 5.

                    let! (outcome: Result<unit, ScopeError<string>>) =
                        Step.await ((Scope.join server).AsTask())

                    return outcome
                }
                : Scoped<Result<unit, ScopeError<string>>, string>)
            )

        let! joined = stage.Finish(ScopeTask.toTask joining)

        match joined with
        | Ok outcome ->
            wouldDeadlock outcome [ "'child' waits for the end of 'root', of which it is a part" ]
        | Error error -> Assert.Fail $"{error}"

        let disposing =
            Scope.taskIn (
                server,
                named "last",
                (scope {
                    do! Step.delay 5.
                    do! (fun (_: CancellationToken) -> server.DisposeAsync())
                    stage.Tell "went on"
                }
                : Scoped<unit, string>)
            )

        let! _ = stage.Finish(ScopeTask.toTask disposing)
        Assert.Equal<string>([ "10 went on" ], stage.Told)
        do! stage.Finish(task { do! server.DisposeAsync() })
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``a daemon that awaits its own scope's child is fine, and one that awaits itself is refused`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let self = TaskCompletionSource<ScopeTask<unit, string>>()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.give 10. 7)

                    let! watcher =
                        Scope.daemon (
                            scope {
                                let! value = child
                                return value
                            }
                        )

                    let! narcissus =
                        Scope.daemon (
                            scope {
                                do! Step.delay 1.
                                do! self.Task.Result
                            }
                        )

                    self.SetResult narcissus
                    let! value = watcher
                    return value
                }
            )

        wouldDeadlock outcome [ "waits for its own end" ]
    })
