/// `and!`: one scope for all operands; the first failure stops the others in the same step and waits for them.
module GoGoScope.Tests.Scopes.StructuredAndTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// What the four operands of an `and!` do, and when the failing one does it.
type private Cast(stage: Stage) =
    /// Ends as soon as it is told to stop.
    member _.Alert: Scoped<int, string> = scope {
        do!
            fun (token: CancellationToken) ->
                let told = TaskCompletionSource()

                token.Register(fun () ->
                    stage.Tell "alert saw its token"
                    told.SetResult())
                |> ignore

                told.Task

        return 1
    }

    /// Sees its token at once, and needs until 300 ms to stop.
    member _.Slow: Scoped<int, string> = scope {
        do! fun (_: CancellationToken) -> task { do! Task.Delay(Step.milliseconds 300., stage.Clock) } :> Task
        stage.Tell "slow ended"
        return 2
    }

    member _.Fails: Scoped<int, string> = Step.fail 20. "c" |> Scoped.map (fun () -> 3)

    member _.Throws: Scoped<int, string> =
        fun _ -> raise (InvalidOperationException "at once")

    member _.Waits: Scoped<int, string> = scope {
        do! Step.forever
        return 4
    }

[<Fact>]
let ``and! of four: the failure at 20 ms stops the others in the same step, and the slowest is waited for``
    ()
    =
    Story.run (fun () -> task {
        let stage = Stage()
        let cast = Cast stage

        let! outcome =
            stage.Run(
                scope {
                    let! a = cast.Alert
                    and! b = cast.Slow
                    and! c = cast.Fails
                    and! d = cast.Waits
                    return a + b + c + d
                }
            )

        Expect.failed "c" outcome
        Assert.Equal<string>([ "20 alert saw its token"; "300 slow ended" ], stage.Told)
        Assert.Equal(Step.milliseconds 300., stage.Clock.Elapsed)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``and! of four, mirrored`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let cast = Cast stage

        let! outcome =
            stage.Run(
                scope {
                    let! d = cast.Waits
                    and! c = cast.Fails
                    and! b = cast.Slow
                    and! a = cast.Alert
                    return a + b + c + d
                }
            )

        Expect.failed "c" outcome
        Assert.Equal<string>([ "20 alert saw its token"; "300 slow ended" ], stage.Told)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``and! of four with a synchronous throw behaves the same, and what stands after it does not start`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let cast = Cast stage

        let! outcome =
            stage.Run(
                scope {
                    let! a = cast.Alert
                    and! b = cast.Slow
                    and! c = cast.Throws

                    and! d = scope {
                        stage.Tell "never"
                        return! cast.Waits
                    }

                    return a + b + c + d
                }
            )

        let failure: InvalidOperationException = Expect.crashed outcome
        Assert.Equal("at once", failure.Message)
        Assert.Equal<string>([ "0 alert saw its token"; "300 slow ended" ], stage.Told)
    })

[<Fact>]
let ``and! of four, the throw first, starts none of the others`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let cast = Cast stage

        let! outcome =
            stage.Run(
                scope {
                    let! c = cast.Throws
                    and! b = cast.Slow
                    and! a = cast.Alert
                    and! d = cast.Waits
                    return a + b + c + d
                }
            )

        let _: InvalidOperationException = Expect.crashed outcome
        Assert.Empty stage.Told
        Assert.Equal(TimeSpan.Zero, stage.Clock.Elapsed)
    })

[<Fact>]
let ``and! keeps every failure, the earliest first`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let deaf (wait: float) error : Scoped<int, string> = scope {
            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(Step.milliseconds wait, stage.Clock)
                    return (Error error: Result<int, string>)
                }
        }

        let! outcome =
            stage.Run(
                scope {
                    let! a = deaf 30. "a"
                    and! b = deaf 10. "b"
                    and! c = deaf 20. "c"
                    return a + b + c
                }
            )

        Expect.causes [ Cause.Failed "b"; Cause.Failed "a"; Cause.Failed "c" ] outcome
    })
