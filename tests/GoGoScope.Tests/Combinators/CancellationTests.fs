/// Helpers around being asked to stop, delays and shields.
module GoGoScope.Tests.Combinators.CancellationTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a callback on cancel is called once, with the reason, at once when it comes late`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        let early = opened |> Scope.onCancel (fun reason -> stage.Tell $"early: {reason}")
        opened.Cancel "stop"
        opened.Cancel "again"
        let late = opened |> Scope.onCancel (fun reason -> stage.Tell $"late: {reason}")
        early.Dispose()
        late.Dispose()
        Assert.Equal<string>([ "0 early: stop"; "0 late: stop" ], stage.Told)
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``a callback that was taken back is not called`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        let callback = opened |> Scope.onCancel (fun _ -> stage.Tell "called")
        callback.Dispose()
        callback.Dispose()
        Assert.True opened.Parked.IsEmpty
        opened.Cancel "stop"
        Assert.Empty stage.Told
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``a callback on cancel that stands before a wait is called`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = Step.milliseconds 5.
                }
                (scope {
                    let! here = Scope.current<string>
                    use _ = here |> Scope.onCancel (fun _ -> stage.Tell "called")
                    do! Step.forever
                })

        Assert.Equal<string>([ "5 called" ], stage.Told)
    })

[<Fact>]
let ``whenCancelled completes with the reason, and not before`` () =
    Story.run (fun () -> task {
        let opened = Scope.Open()
        let early = Scope.whenCancelled opened
        Assert.False early.IsCompleted
        opened.Cancel "stop"
        let! reason = early.WaitAsync Story.patience
        Assert.Equal(CancelReason.Requested "stop", reason)
        let! late = (Scope.whenCancelled opened).WaitAsync Story.patience
        Assert.Equal(CancelReason.Requested "stop", late)
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``faultWhenCancelled fails with the reason in its message`` () =
    Story.run (fun () -> task {
        let opened = Scope.Open()
        let fault = Scope.faultWhenCancelled opened
        Assert.False fault.IsCompleted
        opened.Cancel "stop it"

        let! failure =
            Assert.ThrowsAnyAsync<OperationCanceledException>(fun () -> fault.WaitAsync Story.patience)

        Assert.Contains("stop it", failure.Message)
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``throwIfCancelled throws only when the scope was asked to stop`` () =
    Story.run (fun () -> task {
        let opened = Scope.Open()
        Scope.throwIfCancelled opened
        opened.Cancel "stop it"

        let failure =
            Assert.Throws<OperationCanceledException>(fun () -> Scope.throwIfCancelled opened)

        Assert.Equal(opened.Token, failure.CancellationToken)
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``the first of several tokens wins`` () =
    use a = new CancellationTokenSource()
    use b = new CancellationTokenSource()
    use first = Scope.firstToken [ a.Token; b.Token ]
    Assert.False first.Token.IsCancellationRequested
    Assert.Equal(-1, first.Winner)
    b.Cancel()
    a.Cancel()
    Assert.True first.Token.IsCancellationRequested
    Assert.Equal(1, first.Winner)
    use late = Scope.firstToken [ CancellationToken.None; a.Token ]
    Assert.Equal(1, late.Winner)
    use never = Scope.firstToken []
    Assert.False never.Token.IsCancellationRequested

[<Fact>]
let ``a first token that was disposed does not fire`` () =
    use a = new CancellationTokenSource()
    let first = Scope.firstToken [ a.Token ]
    (first :> IDisposable).Dispose()
    a.Cancel()
    Assert.False first.Token.IsCancellationRequested

[<Fact>]
let ``the first reason wins`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        Assert.Null opened.Reason
        opened.Cancel "first"
        opened.Cancel(CancelReason.HostStopping "second")
        Assert.Equal(CancelReason.Requested "first", nonNull opened.Reason)
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``once a scope is cancelled every later bind gives Cancelled, shielded work too`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    do! Scope.cancel "stop"
                    stage.Tell "no bind yet"
                    let! nine = Scope.shielded (Step.milliseconds 50.) (Scoped.value 9)
                    stage.Tell $"never {nine}"
                }
            )

        Expect.cancelled (CancelReason.Requested "stop") (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string>([ "0 no bind yet" ], stage.Told)
    })

[<Fact>]
let ``shielded work that has begun comes to its end, and the block stops after it`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = Step.milliseconds 5.
                }
                (scope {
                    do! stage.Watched()

                    let! nine =
                        Scope.shielded
                            (Step.milliseconds 50.)
                            (scope {
                                do! Step.delay 20.
                                stage.Tell "not stopped"
                                return 9
                            })

                    let! value = (Ok nine: Result<int, string>)
                    stage.Tell $"never {value}"
                })

        Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) outcome
        Assert.Equal<string>([ "20 not stopped" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``ensured work runs at the end of its block on every way out, shielded from the cancel`` () =
    Story.run (fun () -> task {
        for ending in
            [
                Scoped.value ()
                Step.fail 1. "failed"
                Step.throw 1. (InvalidOperationException "thrown")
                Step.forever
            ] do
            let stage = Stage()

            let! _ =
                stage.RunWith
                    {
                        stage.Options with
                            Timeout = Step.milliseconds 5.
                    }
                    (scope {
                        do! stage.Watched()

                        use! _ =
                            Scope.ensure
                                (Step.milliseconds 50.)
                                (scope {
                                    do! Step.delay 10.
                                    stage.Tell "ensured"
                                })

                        do! (ending: Scoped<unit, string>)
                    })

            let told = Assert.Single stage.Told
            Assert.EndsWith("ensured", told)
            stage.NoLeaks()
    })

[<Fact>]
let ``ensured work that fails or takes too long is recorded, and hides nothing`` () =
    Story.run (fun () -> task {
        for work in [ Step.fail 1. "not undone"; Step.forever ] do
            let stage = Stage()

            let! outcome =
                stage.Run(
                    scope {
                        use! _ = Scope.ensure (Step.milliseconds 20.) work
                        return! (Error "body": Result<unit, string>)
                    }
                )

            match outcome with
            | Error {
                        Cause = Cause.Failed "body"
                        Others = others
                    } ->
                match Assert.Single others with
                | Cause.CleanupFailed _ -> ()
                | other -> Assert.Fail $"{other}"
            | _ -> Assert.Fail $"{outcome}"
    })

[<Fact>]
let ``a delay ends when its time comes, not before`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let running = stage.Start(Step.delay 10.: Scoped<unit, string>)
        stage.Clock.Advance 9.99
        Assert.False running.IsCompleted
        stage.Clock.Advance 0.01
        let! outcome = running.WaitAsync Story.patience
        Expect.ok () outcome
        Assert.Equal(0, stage.Clock.PendingTimers)
    })
