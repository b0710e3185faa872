/// Guarantee 2: the first failure stops the siblings, and is the one reported; the others are kept beside it.
module GoGoScope.Tests.Scopes.FirstFailureGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private named name = { TaskOptions.Default with Name = name }

/// Waits to be stopped, and tells why it was.
let private telling (stage: Stage) (name: string) : Scoped<unit, string> = scope {
    let! here = Scope.current

    try
        do! Step.forever
    finally
        stage.Tell $"{name}: {here.Reason}"
}

[<Fact>]
let ``2: the first failure stops the siblings, who are told which child failed`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.forkWith (named "left", telling stage "left")
                    let! _ = Scope.forkWith (named "bad", Step.fail 20. "broken")
                    let! _ = Scope.taskWith (named "right", telling stage "right")
                    do! telling stage "body"
                }
            )

        Expect.failed "broken" outcome

        Assert.Equal<string>(
            [
                "20 body: its sibling 'bad' failed"
                "20 left: its sibling 'bad' failed"
                "20 right: its sibling 'bad' failed"
            ],
            List.sort stage.Told
        )

        stage.NoLeaks()
    })

[<Fact>]
let ``2: siblings are cancelled with SiblingFailed, and what runs below them with ParentEnded`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let reasons = Collections.Concurrent.ConcurrentDictionary<string, CancelReason>()

        let reporting name (below: Scoped<unit, string>) : Scoped<unit, string> = scope {
            let! here = Scope.current
            let! _ = fork below

            try
                do! Step.forever
            finally
                reasons[name] <- nonNull here.Reason
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork (reporting "child" (reporting "grandchild" (Scoped.value ())))
                    let! _ = Scope.forkWith (named "bad", Step.fail 20. "broken")
                    do! Step.forever
                }
            )

        Expect.failed "broken" outcome
        Assert.Equal(CancelReason.SiblingFailed "bad", reasons["child"])
        Assert.Equal(CancelReason.ParentEnded(CancelReason.SiblingFailed "bad"), reasons["grandchild"])
    })

[<Fact>]
let ``2: a failing body stops the children, and is the cause`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork (telling stage "child")
                    return! (Error "body": Result<unit, string>)
                }
            )

        Expect.failed "body" outcome
        Assert.Equal<string>([ "0 child: the scope 'root' exited" ], stage.Told)
    })

[<Fact>]
let ``2: later failures follow in start order, without the cancellations that the first one caused`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        /// Does not hear the cancel, and fails in its own way.
        let deaf (wait: float) error : Scoped<unit, string> = scope {
            let! here = Scope.current

            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(Step.milliseconds wait, here.Clock)
                    return (Error error: Result<unit, string>)
                }
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork (deaf 90. "one")
                    let! _ = fork (Step.forever)
                    let! _ = fork (deaf 10. "two")
                    let! _ = fork (deaf 50. "three")
                    let! _ = fork (Step.fail 5. "first")
                    return ()
                }
            )

        Expect.causes
            [
                Cause.Failed "first"
                Cause.Failed "one"
                Cause.Failed "two"
                Cause.Failed "three"
            ]
            outcome
    })

[<Fact>]
let ``2: a body that passes on its child's failure reports it once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.fail 10. "once")
                    return! child
                }
            )

        Expect.failed "once" outcome
    })

[<Fact>]
let ``2: a body that fails in its own way because its child failed is the second failure`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.fail 10. "child")

                    return!
                        child
                        |> ScopeTask.result
                        |> Scoped.map ignore
                        |> Scoped.mapError (fun _ -> "body")
                }
            )

        // the child's failure is not hidden by what the body made of it
        match outcome with
        | Error error -> Assert.Equal(Cause.Failed "child", error.Cause)
        | Ok() -> Assert.Fail "the child's failure was lost"
    })

[<Fact>]
let ``2: a crash stops the siblings as an error does`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let failure = InvalidOperationException "boom"

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork (telling stage "sibling")
                    let! _ = Scope.forkWith (named "bad", Step.throw 10. failure)
                    return ()
                }
            )

        Expect.cause (Cause.Crashed failure) outcome
        Assert.Equal<string>([ "10 sibling: its sibling 'bad' failed" ], stage.Told)
    })

[<Fact>]
let ``2: a failing task child stops nobody`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork (Step.delay 50.)
                    let! child = Scope.task (Step.fail 10. 42)
                    let! result = ScopeTask.result child

                    match result with
                    | Error error -> return error.Cause
                    | Ok() -> return! (Error "it was Ok": Result<Cause<int>, string>)
                }
            )

        Expect.ok (Cause.Failed 42) outcome
        Assert.Equal(Step.milliseconds 50., stage.Clock.Elapsed)
    })

[<Fact>]
let ``2: KeepGoing stops nobody, and reports every failure, the earliest first`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                OnFailure = OnFailure.KeepGoing
        }

        let! outcome =
            stage.RunWith
                options
                (scope {
                    let! _ = fork (Step.fail 30. "late")
                    let! _ = fork (Step.fail 10. "early")
                    let! _ = fork (Step.fail 40. "last")
                    let! _ = fork (Step.give 60. 1)
                    return ()
                })

        Expect.causes [ Cause.Failed "early"; Cause.Failed "late"; Cause.Failed "last" ] outcome
        Assert.Equal(Step.milliseconds 60., stage.Clock.Elapsed)
    })

[<Fact>]
let ``2: a child stopped through its handle is no failure of its parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.forever: Scoped<unit, string>)
                    let! _ = fork (Step.delay 30.)
                    child.Cancel "not needed"
                    return 5
                }
            )

        Expect.ok 5 outcome
        Assert.Equal(Step.milliseconds 30., stage.Clock.Elapsed)
        stage.NoLeaks()
    })
