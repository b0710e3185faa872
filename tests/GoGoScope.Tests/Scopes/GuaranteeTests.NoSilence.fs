/// Guarantee 5: no error is silent: not a loser's, not a finalizer's, not that of a task nobody awaited.
module GoGoScope.Tests.Scopes.NoSilenceGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

let private boom = InvalidOperationException "boom"

[<Fact>]
let ``5: a failed task child that nobody looked at fails the scope at its exit`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.task (Step.fail 10. 42)
                    do! Step.delay 30.
                    stage.Tell "body"
                }
            )

        let surfaced: UntypedFailure =
            Expect.crashed (outcome: Result<unit, ScopeError<string>>)

        Assert.Equal(box 42, surfaced.Error)
        Assert.Equal<string>([ "30 body" ], stage.Told)
    })

[<Fact>]
let ``5: a task child of the scope's own error type surfaces as what it is`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.task (Step.fail 10. "typed")
                    let! _ = Scope.task (Step.throw 5. boom: Scoped<unit, string>)
                    return 1
                }
            )

        match (outcome: Result<int, ScopeError<string>>) with
        | Error error ->
            Assert.Equal<Set<string>>(
                set [ "failed: \"typed\""; "crashed: InvalidOperationException: boom" ],
                set [ for cause in ScopeError.causes error -> $"{cause}" ]
            )
        | Ok _ -> Assert.Fail "both failures were silent"
    })

[<Fact>]
let ``5: a failed task child that somebody looked at does not surface, whichever copy was read`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = Scope.task (Step.fail 10. 42)
                    let copies = [| child; child |]
                    let! early = ScopeTask.result copies[0]
                    let! again = ScopeTask.result copies[1]

                    let! atOnce =
                        Scope.task (fun _ ->
                            ValueTask<_>(Error(ScopeError.failed 43): Result<unit, ScopeError<int>>))

                    let! late = ScopeTask.result atOnce
                    return early.IsError && again.IsError && late.IsError
                }
            )

        Expect.ok true (outcome: Result<bool, ScopeError<string>>)
    })

[<Fact>]
let ``5: a failed loser of a cancelled scope is kept beside the cause`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let deaf: Scoped<unit, string> = scope {
            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(Step.milliseconds 50., stage.Clock)
                    raise boom
                }
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork deaf
                    let! _ = fork (Step.fail 10. "first")
                    return ()
                }
            )

        Expect.causes [ Cause.Failed "first"; Cause.Crashed boom ] outcome
    })

[<Fact>]
let ``5: a late fault of a foreign task goes to OnUnobserved and to the log`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let foreign = TaskCompletionSource()

        let! outcome =
            stage.Run(
                scope {
                    do! foreign.Task
                    return 1
                }
                |> Scoped.timeout (Step.milliseconds 10.)
            )

        Expect.cause (Cause.TimedOut(Step.milliseconds 10.)) (outcome: Result<int, ScopeError<string>>)
        Assert.Empty stage.Unobserved
        foreign.SetException boom
        do! Story.until "the late fault is told" (fun () -> not stage.Unobserved.IsEmpty)
        let told = Assert.Single stage.Unobserved
        Assert.Same(boom, told.Exception)

        let struct (level, text) = Assert.Single stage.Journal.Lines
        Assert.Equal(LogLevel.Error, level)
        Assert.Contains(told.Scope, text)
    })

[<Fact>]
let ``5: a late fault of another scope's child goes to OnUnobserved`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! slow = Scope.task (Step.throw 50. boom: Scoped<unit, string>)

                    let! hasty =
                        Scope.taskWith (
                            {
                                TaskOptions.Default with
                                    Timeout = Step.milliseconds 10.
                            },
                            scope { do! slow }
                        )

                    let! _ = ScopeTask.result hasty
                    return ()
                }
            )

        // it is told in one of the two ways: to the hook, or as the scope's own failure
        Assert.True(outcome.IsError || not stage.Unobserved.IsEmpty)
    })

[<Fact>]
let ``5: a callback on the token that throws is told, and the others are still called`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let called = ref 0

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    let token = here.Token
                    let count () = called.Value <- called.Value + 1
                    token.Register(count) |> ignore
                    token.Register(fun () -> raise boom) |> ignore
                    token.Register(count) |> ignore
                    let! child = fork (Step.forever: Scoped<unit, string>)
                    here.Cancel "stop"
                    let! _ = ScopeTask.result child
                    return ()
                }
            )

        Expect.cancelled (CancelReason.Requested "stop") outcome
        Assert.Equal(2, called.Value)
        let told = Assert.Single stage.Unobserved
        Assert.Contains(boom.Message, told.Exception.ToString())
    })

[<Fact>]
let ``5: a callback on cancel that throws is told`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.Run(
                scope {
                    let! here = Scope.current<string>
                    let _ = here |> Scope.onCancel (fun _ -> raise boom)
                    here.Cancel "stop"
                }
            )

        Assert.Same(boom, (Assert.Single stage.Unobserved).Exception)
    })

[<Fact>]
let ``5: a hook that throws breaks no work, and is written to the log`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                Hooks = {
                    ScopeHooks.None with
                        OnUnobserved = Action<UnobservedError>(fun _ -> failwith "the hook itself")
                }
        }

        let! outcome =
            stage.RunWith
                options
                (scope {
                    let! here = Scope.current<string>
                    let _ = here |> Scope.onCancel (fun _ -> raise boom)
                    here.Cancel "stop"
                    return 1
                })

        Expect.ok 1 outcome
        Assert.Equal(2, stage.Journal.Lines.Length)
        Assert.Contains(stage.Journal.Lines, fun (struct (_, text)) -> text.Contains "OnUnobserved")
    })

[<Fact>]
let ``5: what an opened scope's children failed with, and nobody asked for, is told when it closes`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        Scope.forkIn (opened, (Step.fail 10. "lost": Scoped<unit, string>)) |> ignore
        stage.Clock.Advance 10.
        do! Story.ended (opened.DisposeAsync())
        let told = Assert.Single stage.Unobserved
        Assert.Contains("lost", told.What + told.Exception.Message)
    })

[<Fact>]
let ``5: what a join of an opened scope has given is not told again`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened = Scope.Open stage.Options
        Scope.forkIn (opened, (Step.fail 10. "given": Scoped<unit, string>)) |> ignore
        stage.Clock.Advance 10.
        let! outcome = Story.wait (Scope.join opened)
        Expect.failed "given" outcome
        do! Story.ended (opened.DisposeAsync())
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``5: every exception of a task with several is kept`` () =
    Story.run (fun () -> task {
        let second = ArgumentException "second"
        let source = TaskCompletionSource<int>()
        source.SetException [ boom :> exn; second ]

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! value = source.Task
                        return value
                    }
                )
            )

        Expect.causes [ Cause.Crashed boom; Cause.Crashed second ] (outcome: Result<int, ScopeError<string>>)
    })
