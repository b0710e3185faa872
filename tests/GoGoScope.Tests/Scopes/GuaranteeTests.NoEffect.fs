/// Guarantee 4: a cancelled operation did not happen: nothing taken, nothing lost, nothing left in a queue.
module GoGoScope.Tests.Scopes.NoEffectGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``4: a cancelled delay ends at once and leaves no timer`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let running =
            stage.Start(
                scope {
                    do! stage.Watched()
                    let! child = fork (Step.delay 1000.: Scoped<unit, string>)
                    do! Step.delay 10.
                    child.Cancel "changed our mind"
                    let! result = ScopeTask.result child
                    return result
                }
            )

        Assert.Equal(2, stage.Clock.PendingTimers)
        stage.Clock.Advance 10.
        let! outcome = running.WaitAsync Story.patience

        match outcome with
        | Ok result -> Expect.cancelled (CancelReason.Requested "changed our mind") result
        | Error error -> failwith $"{error}"

        stage.NoLeaks()
    })

[<Fact>]
let ``4: a cancelled wait for a foreign task ends at once, and leaves the task alone`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let foreign = TaskCompletionSource<int>()

        let running =
            stage.Start(
                scope {
                    do! stage.Watched()
                    let! value = foreign.Task
                    return! (Error $"it gave {value}": Result<unit, string>)
                }
                |> Scoped.timeout (Step.milliseconds 10.)
            )

        let! outcome = stage.Finish running
        Expect.cause (Cause.TimedOut(Step.milliseconds 10.)) outcome
        Assert.False foreign.Task.IsCompleted
        stage.NoLeaks()
        foreign.SetResult 1 // nobody is there any more
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``4: a cancelled wait for another scope's child leaves that child running`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    do! stage.Watched()
                    let! slow = fork (Step.give 50. "slow")

                    let! hasty =
                        Scope.taskWith (
                            {
                                TaskOptions.Default with
                                    Timeout = Step.milliseconds 10.
                            },
                            (scope {
                                do! stage.Watched()
                                return! slow
                            }
                            : Scoped<string, string>)
                        )

                    let! late = ScopeTask.result hasty
                    stage.Tell $"{late.IsError}"
                    return! slow
                }
            )

        Expect.ok "slow" outcome
        Assert.Equal<string>([ "10 True" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``4: a wait that ends by itself leaves no parked link behind`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current<string>

                    for _ in 1..100 do
                        do! Step.delay 1.

                    let foreign = TaskCompletionSource()

                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 1.
                                foreign.SetResult()
                            }
                        )

                    do! foreign.Task
                    return here.Parked.IsEmpty && stage.Clock.PendingTimers = 0
                }
            )

        Expect.ok true outcome
    })

[<Fact>]
let ``4: a delay races its cancel on many threads, and never leaves a timer or hangs`` () =
    Story.run (fun () -> task {
        for round in 1..2000 do
            let stage = Stage()
            use stop = new CancellationTokenSource()

            let work: Scoped<unit, string> = scope {
                do! fun (_: CancellationToken) -> task { do! Task.Yield() } :> Task
                do! Step.delay 1.
            }

            let running =
                (Scope.runWith
                    {
                        ScopeOptions.Default with
                            Clock = stage.Clock
                    }
                    stop.Token
                    work)
                    .AsTask()

            let cancel =
                Task.Run(fun () ->
                    if round % 2 = 0 then
                        Thread.SpinWait(round % 50)

                    stop.Cancel())

            let! outcome = running.WaitAsync Story.patience
            do! cancel
            Expect.cancelled (CancelReason.TokenFired "caller") outcome
            Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``4: a child that is cancelled before it starts does nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ran = ref false

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    here.Cancel "at once"
                    let child = Scope.forkIn (here, (scope { ran.Value <- true }: Scoped<unit, string>))
                    Assert.True child.IsCompleted
                }
            )

        Assert.False ran.Value
        Expect.cancelled (CancelReason.Requested "at once") outcome
    })

[<Fact>]
let ``4: work whose token has fired before it begins does not begin`` () =
    Story.run (fun () -> task {
        let ran = ref false

        let! outcome =
            Story.wait (
                Scope.runWith
                    ScopeOptions.Default
                    (CancellationToken true)
                    (scope { ran.Value <- true }: Scoped<unit, string>)
            )

        Assert.False ran.Value
        Expect.cancelled (CancelReason.TokenFired "caller") outcome
    })

[<Fact>]
let ``4: a scope that has ended is not in its token's list any more`` () =
    Story.run (fun () -> task {
        use stop = new CancellationTokenSource()
        let kept: (Scope | null) ref = ref null

        let! outcome =
            Story.wait (
                Scope.runWith
                    ScopeOptions.Default
                    stop.Token
                    (scope {
                        let! here = Scope.current<string>
                        kept.Value <- here
                        Assert.Equal(1, here.Extra.Held)
                    })
            )

        Expect.ok () outcome
        let ended = nonNull kept.Value
        Assert.Equal(0, ended.Extra.Held)
        stop.Cancel()
        Assert.False ended.IsCancelled
    })
