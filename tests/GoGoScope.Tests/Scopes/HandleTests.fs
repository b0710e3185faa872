/// What a child's handle gives, and what the way out of a scope does to children.
module GoGoScope.Tests.Scopes.HandleTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``any number of awaits give the same outcome, before and after the end`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.give 10. 2)
                    let copy = child

                    let! readers =
                        Parallel.all [
                            for _ in 1..5 ->
                                scope {
                                    let! value = copy
                                    return value
                                }
                        ]

                    let! after = child
                    Assert.True(child.IsCompleted && copy.IsCompleted)
                    return Array.sum readers + after
                }
            )

        Expect.ok 12 (outcome: Result<int, ScopeError<string>>)
    })

[<Fact>]
let ``cancelling a handle stops the child and all below it, and nothing else`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child =
                        Scope.task (
                            scope {
                                let! _ = fork (Step.forever: Scoped<unit, string>)
                                do! Step.forever
                            }
                        )

                    let! other = fork (Step.give 20. "other")
                    do! Step.delay 5.
                    child |> ScopeTask.cancel "enough"
                    let! result = ScopeTask.result child
                    Expect.cancelled (CancelReason.Requested "enough") result
                    Assert.True child.Token.IsCancellationRequested
                    return! other
                }
            )

        Expect.ok "other" outcome
    })

[<Fact>]
let ``the token of a handle fires when the child is stopped; read first after the end it has fired`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! stopped = Scope.task (Step.forever: Scoped<unit, string>)
                    let token = stopped.Token
                    Assert.False token.IsCancellationRequested
                    stopped.Cancel "enough"
                    Assert.True token.IsCancellationRequested
                    let! ended = fork (Step.delay 10.)
                    do! ended
                    let! atOnce = fork (Scoped.value ())
                    return ended.Token.IsCancellationRequested, atOnce.Token.IsCancellationRequested
                }
            )

        Expect.ok (true, true) (outcome: Result<bool * bool, ScopeError<string>>)
    })

[<Fact>]
let ``OnExit CancelRemaining stops the children when the body has ended well, and the scope is Ok`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                OnExit = OnExit.CancelRemaining
        }

        let! outcome =
            stage.RunWith
                options
                (scope {
                    let! _ = fork (Step.forever: Scoped<unit, string>)
                    let! _ = Scope.task (Step.forever: Scoped<unit, string>)
                    do! Step.delay 5.
                    return 1
                })

        Expect.ok 1 outcome
        Assert.Equal(Step.milliseconds 5., stage.Clock.Elapsed)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``CancelRemaining still reports a child that fails on its way out`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let deaf: Scoped<unit, string> = scope {
            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(Step.milliseconds 10., stage.Clock)
                    return (Error "on its way out": Result<unit, string>)
                }
        }

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        OnExit = OnExit.CancelRemaining
                }
                (scope {
                    let! _ = fork deaf
                    return 1
                })

        Expect.failed "on its way out" outcome
    })

[<Fact>]
let ``a foreign cancellation is a crash, and not a cancellation of the scope`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let foreign = OperationCanceledException "the client's own timeout"

        let! thrown = stage.Run(Step.throw 1. foreign: Scoped<unit, string>)
        Expect.cause (Cause.Crashed foreign) thrown

        let! cancelled =
            stage.Run(
                scope {
                    do! Task.FromCanceled(CancellationToken true)
                    return 1
                }
            )

        let failure: OperationCanceledException =
            Expect.crashed (cancelled: Result<int, ScopeError<string>>)

        Assert.NotNull failure
    })

[<Fact>]
let ``an OperationCanceledException in a cancelled scope is its cancellation`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = Step.milliseconds 5.
                }
                (scope {
                    do!
                        fun (token: CancellationToken) ->
                            Task.Delay(Timeout.InfiniteTimeSpan, stage.Clock, token)

                    return 1
                })

        Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) (outcome: Result<int, ScopeError<string>>)
    })
