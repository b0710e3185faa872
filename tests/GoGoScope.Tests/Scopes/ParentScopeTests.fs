/// Scopes below others' scopes.
module GoGoScope.Tests.Scopes.ParentScopeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

/// The options of a part of `parent`.
let private partOf (parent: Scope) = {
    ScopeOptions.Default with
        Name = "part"
        Parent = parent
}

[<Fact>]
let ``a parent waits for the scopes below it`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current

                    let part =
                        Scope.runWith
                            (partOf here)
                            CancellationToken.None
                            (scope {
                                do! Step.delay 20.
                                stage.Tell "part"
                            }
                            : Scoped<unit, string>)

                    Assert.False part.IsCompleted
                    stage.Tell "body"
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "0 body"; "20 part" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a failure of a scope below goes to its caller, and not to the parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let said = ref (Ok(): Result<unit, ScopeError<string>>)

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    let part = Scope.runWith (partOf here) CancellationToken.None (Step.fail 5. "part")
                    let! child = fork (Step.give 20. 7)
                    let! result = Step.await (part.AsTask())
                    said.Value <- result
                    let! value = child
                    return value
                }
            )

        Expect.ok 7 outcome
        Expect.failed "part" said.Value
    })

[<Fact>]
let ``a parent's cancel reaches the scopes below it, and theirs does not reach the parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let above = Scope.Open stage.Options
        let left = Scope.Open(partOf above)
        let right = Scope.Open(partOf above)
        left.Cancel "left"
        Assert.False above.IsCancelled
        Assert.False right.IsCancelled
        above.Cancel "above"
        Assert.True right.IsCancelled
        Assert.Equal(CancelReason.ParentEnded(CancelReason.Requested "above"), nonNull right.Reason)
        Assert.Equal(CancelReason.Requested "left", nonNull left.Reason)
        let ending = above.DisposeAsync().AsTask()
        Assert.False ending.IsCompleted
        do! Story.ended (left.DisposeAsync())
        Assert.False ending.IsCompleted
        do! Story.ended (right.DisposeAsync())
        do! ending.WaitAsync Story.patience
        Assert.Empty(above.Children())
    })

[<Fact>]
let ``below a scope that has ended nothing runs`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let above = Scope.Open stage.Options
        do! Story.ended (above.DisposeAsync())
        let ran = ref false

        let! outcome =
            Story.wait (
                Scope.runWith
                    (partOf above)
                    CancellationToken.None
                    (scope { ran.Value <- true }: Scoped<unit, string>)
            )

        Expect.rejected (Rejection.ScopeEnded "root") outcome
        let late = Scope.Open(partOf above)
        Assert.True late.IsCancelled

        let! child =
            Scope.forkIn (late, (scope { ran.Value <- true }: Scoped<unit, string>))
            |> ScopeTask.toTask

        Assert.True(Result.isError child)
        do! Story.ended (late.DisposeAsync())
        Assert.False ran.Value
    })

[<Fact>]
let ``a scope below has its parent's clock, hooks, logger, grace and deadline unless it says otherwise`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.RunWith
                { stage.Options with Timeout = ms 100. }
                (scope {
                    let! here = Scope.current
                    let part = Scope.Open(partOf here)
                    Assert.Same(stage.Clock, part.Clock)
                    Assert.Equal(ms 100., part.Remaining)
                    Assert.Same(here.Environment, part.Environment)

                    let own =
                        Scope.Open {
                            partOf here with
                                Timeout = ms 50.
                                Grace = ValueSome(ms 7.)
                        }

                    Assert.Equal(ms 50., own.Remaining)
                    Assert.Equal(ms 7., own.Environment.Grace)
                    Assert.Same(here.Environment.Hooks, own.Environment.Hooks)
                    do! (fun (_: CancellationToken) -> part.DisposeAsync())
                    do! (fun (_: CancellationToken) -> own.DisposeAsync())
                }
                : Scoped<unit, string>)

        ()
    })

[<Fact>]
let ``what does not stop within the grace is told to the hook and written to the log, with its site`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = ms 10.
                        Grace = ValueSome(ms 50.)
                }
                (scope {
                    let! here = Scope.current

                    let part =
                        Scope.runWith
                            (partOf here)
                            CancellationToken.None
                            (scope {
                                let! _ = Scope.forkWith (TaskOptions.named "deaf", Step.stubborn 200.)
                                return ()
                            }
                            : Scoped<unit, string>)

                    Assert.False part.IsCompleted
                    do! Step.forever
                }
                : Scoped<unit, string>)

        let stuck = Assert.Single stage.Stuck
        Assert.Equal("deaf", stuck.Child)
        Assert.Equal("part", stuck.Scope)
        Assert.Equal(ms 50., stuck.Waited)
        Assert.Contains("ParentScopeTests.fs", stuck.Site)

        Assert.Contains(
            stage.Journal.Lines,
            fun (struct (level, line)) ->
                level = LogLevel.Warning
                && line.Contains "deaf of scope part"
                && line.Contains "ParentScopeTests.fs"
        )
    })
