/// Scopes that are opened and closed by hand, scopes below another one, the ambient scope, and the tree.
module GoGoScope.Tests.Scopes.OpenScopeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``closing an opened scope stops what is left in it and waits for its end`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        let child = Scope.forkIn (opened, (Step.forever: Scoped<unit, string>))
        let deaf = Scope.forkIn (opened, (Step.stubborn 40.: Scoped<unit, string>))
        let closing = opened.DisposeAsync()
        Assert.True child.IsCompleted
        Assert.False closing.IsCompleted
        stage.Clock.Advance 40.
        do! Story.ended closing
        Assert.True deaf.IsCompleted
        let! outcome = Story.wait (child.AsValueTask())
        Expect.cancelled (CancelReason.ScopeExited "root") outcome
        stage.Watch opened
        stage.NoLeaks()
    })

[<Fact>]
let ``join waits for the children and gives what went wrong; the scope stays open`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let opened =
            Scope.Open {
                stage.Options with
                    OnFailure = OnFailure.KeepGoing
            }

        Scope.forkIn (opened, (Step.fail 10. "one": Scoped<unit, string>)) |> ignore
        Scope.forkIn (opened, (Step.fail 20. "two": Scoped<unit, string>)) |> ignore
        let joining = Scope.join opened
        stage.Clock.Advance 10.
        Assert.False joining.IsCompleted
        stage.Clock.Advance 10.
        let! first = Story.wait joining
        Expect.causes [ Cause.Failed "one"; Cause.Failed "two" ] first
        Scope.forkIn (opened, (Step.delay 5.: Scoped<unit, string>)) |> ignore
        stage.Clock.Advance 5.
        let! second = Story.wait (Scope.join opened)
        Expect.ok () (second: Result<unit, ScopeError<string>>)
        do! Story.ended (opened.DisposeAsync())
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``an opened scope runs its cleanups when it closes, once, and takes no child afterwards`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        let register: Scoped<unit, string> = Scope.onDispose (fun () -> stage.Tell "closed")
        let! registered = Story.wait (register opened)
        Expect.ok () registered
        Assert.Empty stage.Told
        do! Story.ended (opened.DisposeAsync())
        do! Story.ended (opened.DisposeAsync())
        Assert.Equal<string>([ "0 closed" ], stage.Told)
        let late = Scope.forkIn (opened, (Scoped.value 1: Scoped<int, string>))
        let! outcome = Story.wait (late.AsValueTask())
        Expect.rejected (Rejection.ScopeEnded "root") outcome
    })

[<Fact>]
let ``onDispose that comes too late runs at once and says so`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        do! Story.ended (opened.DisposeAsync())
        let late: Scoped<unit, string> = Scope.onDispose (fun () -> stage.Tell "late")
        let! outcome = Story.wait (late opened)
        Expect.rejected (Rejection.ScopeEnded "root") outcome
        Assert.Equal<string>([ "0 late" ], stage.Told)
        let failure = InvalidOperationException "late and broken"
        let broken: Scoped<unit, string> = Scope.onDispose (fun () -> raise failure)
        let! worse = Story.wait (broken opened)
        Expect.causes [ Cause.Rejected(Rejection.ScopeEnded "root"); Cause.CleanupFailed failure ] worse
    })

[<Fact>]
let ``use of an opened scope in a task closes it`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let inner () = task {
            use opened = Scope.Open stage.Options
            let child = Scope.forkIn (opened, (Step.forever: Scoped<unit, string>))
            return child
        }

        let! child = inner ()
        Assert.True child.IsCompleted
    })

[<Fact>]
let ``a token closes an opened scope's work, with its name`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        use stop = new CancellationTokenSource()
        let opened = Scope.Open(stage.Options, stop.Token)
        let child = Scope.forkIn (opened, (Step.forever: Scoped<unit, string>))
        stop.Cancel()
        let! outcome = Story.wait (child.AsValueTask())
        Expect.cancelled (CancelReason.ParentEnded(CancelReason.TokenFired "caller")) outcome
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``a scope below another one hears its cancel, has its clock, and its deadline at most`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = Step.milliseconds 50.
                }
                (scope {
                    let! here = Scope.current
                    do! Step.delay 20.

                    let below = {
                        ScopeOptions.Default with
                            Parent = here
                            Timeout = TimeSpan.FromHours 1.
                    }

                    let! inner =
                        fun (_: CancellationToken) ->
                            (Scope.runWith
                                below
                                CancellationToken.None
                                (scope {
                                    let! inner = Scope.current<string>
                                    Assert.Same(stage.Clock, inner.Clock)
                                    stage.Tell $"{inner.Remaining.TotalMilliseconds} left"
                                    do! Step.forever
                                }))
                                .AsTask()

                    return inner
                })

        Assert.Equal<string>([ "20 30 left" ], stage.Told)
        Assert.True outcome.IsError
        Assert.Equal(Step.milliseconds 50., stage.Clock.Elapsed)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``the ambient scope is the one whose code runs, where it is on`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let check (what: string) : Scoped<unit, string> = scope {
            let! here = Scope.current
            let current = Scope.Current
            Assert.True(obj.ReferenceEquals(here, current), $"{what}: {current} instead of {here}")
        }

        let child name : Scoped<unit, string> = scope {
            do! check $"{name} before"
            do! Step.delay 5.
            do! check $"{name} after"
        }

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Ambient = ValueSome true
                }
                (scope {
                    do! check "body"
                    let! _ = fork (child "fork")
                    do! check "body after fork"
                    let! a = child "left"
                    and! b = child "right"
                    do! check "body after and!"
                    return a, b
                })

        Expect.ok ((), ()) outcome
        Assert.Null Scope.Current
    })

[<Fact>]
let ``the ambient scope is off by default`` () =
    Story.run (fun () -> task {
        let! outcome = Story.wait (Scope.run (scope { return isNull Scope.Current }))
        Expect.ok true (outcome: Result<bool, ScopeError<string>>)
    })

[<Fact>]
let ``the tree shows names, states, time left and spawn sites, children below their parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current<string>

                    let! _ =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Name = "outer"
                                    Timeout = TimeSpan.FromSeconds 1.5
                            },
                            scope {
                                let! _ = fork (Step.delay 5.)
                                return ()
                            }
                        )

                    let! last = Scope.task (Step.stubborn 9.: Scoped<unit, string>)
                    last.Cancel "no"
                    return Scope.debugTree here
                }
            )

        match outcome with
        | Error error -> failwith $"{error}"
        | Ok tree ->
            let lines = tree.TrimEnd('\n').Split '\n'
            Assert.Equal(4, lines.Length)
            Assert.Equal("root [running]", lines[0])
            Assert.StartsWith("├─ outer [waiting for its children, 1.5 s left] at ", lines[1])
            Assert.Contains("OpenScopeTests.fs:", lines[1])
            Assert.StartsWith("│  └─ fork-1 [running, 1.5 s left] at ", lines[2])
            Assert.StartsWith("└─ task-2 [stopping: no] at ", lines[3])
    })

[<Fact>]
let ``a scope is its token`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current<string>
                    let token: CancellationToken = Scope.op_Implicit here
                    here.Cancel "stop"
                    return token.IsCancellationRequested
                }
            )

        Expect.ok true outcome
    })
