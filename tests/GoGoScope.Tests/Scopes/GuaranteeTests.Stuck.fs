/// Guarantee 6, second half: what is stuck is named.
module GoGoScope.Tests.Scopes.StuckGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

let private ms = Step.milliseconds

let private named name = { TaskOptions.Default with Name = name }

[<Fact>]
let ``6: children that are stuck after the grace are named, with the place where they were started`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                Grace = ValueSome(ms 100.)
        }

        let! outcome =
            stage.RunWith
                options
                (scope {
                    let! _ =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Name = "deaf"
                            },
                            Step.stubborn 500.
                        )

                    let! _ = fork (Step.delay 5.)

                    let! _ =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Name = "slow"
                            },
                            Step.stubborn 90.
                        )

                    return! (Error "stop": Result<unit, string>)
                })

        Expect.failed "stop" outcome
        let stuck = Assert.Single stage.Stuck
        Assert.Equal("deaf", stuck.Child)
        Assert.Equal("root", stuck.Scope)
        Assert.Contains("GuaranteeTests.Stuck.fs:", stuck.Site)
        Assert.Equal(ms 100., stuck.Waited)
        Assert.Equal(CancelReason.ScopeExited "root", stuck.Reason)
        let struct (level, text) = Assert.Single stage.Journal.Lines
        Assert.Equal(LogLevel.Warning, level)
        Assert.Contains("deaf", text)
        Assert.Contains("GuaranteeTests.Stuck.fs:", text)
        Assert.Equal(ms 500., stage.Clock.Elapsed)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``6: the innermost of what is stuck is named, once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                Grace = ValueSome(ms 100.)
        }

        let! _ =
            stage.RunWith
                options
                (scope {
                    let! outer =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Name = "outer"
                            },
                            scope {
                                let! _ =
                                    Scope.forkWith (
                                        {
                                            TaskOptions.Default with
                                                Name = "inner"
                                        },
                                        Step.stubborn 900.
                                    )

                                return ()
                            }
                        )

                    do! Step.delay 10.
                    outer.Cancel "the child alone"
                    do! Step.delay 10.
                    return! (Error "and all": Result<unit, string>)
                })

        let stuck = Assert.Single stage.Stuck
        Assert.Equal("inner", stuck.Child)
        Assert.Equal("outer", stuck.Scope)
    })

[<Fact>]
let ``6: nothing is reported when everything stops within the grace`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! _ =
            stage.RunWith
                {
                    stage.Options with
                        Grace = ValueSome(ms 100.)
                }
                (scope {
                    let! _ = fork (Step.stubborn 99.)
                    return! (Error "stop": Result<unit, string>)
                })

        Assert.Empty stage.Stuck
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``6: a cleanup past its bound gets its token fired, is recorded, and is still waited for`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Grace = ValueSome(ms 100.)
                }
                (scope {
                    do! Scope.onDispose (fun () -> stage.Tell "the next one")

                    do!
                        Scope.onDispose (fun (token: CancellationToken) ->
                            token.Register(fun () -> stage.Tell "its token fired") |> ignore

                            task {
                                do! Task.Delay(ms 250., stage.Clock)
                                stage.Tell "it ended"
                            }
                            :> Task)

                    return 1
                })

        match (outcome: Result<int, ScopeError<string>>) with
        | Error {
                    Cause = Cause.CleanupFailed(:? TimeoutException)
                    Others = others
                } -> Assert.Empty others
        | _ -> Assert.Fail $"Expected CleanupFailed(TimeoutException), but it was {outcome}"

        Assert.Equal<string>([ "100 its token fired"; "250 it ended"; "250 the next one" ], stage.Told)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``6: a cleanup that obeys its token past its bound is recorded as late once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Grace = ValueSome(ms 100.)
                }
                (scope {
                    do!
                        Scope.onDispose (fun (token: CancellationToken) ->
                            Task.Delay(Timeout.InfiniteTimeSpan, stage.Clock, token))

                    return 1
                })

        match (outcome: Result<int, ScopeError<string>>) with
        | Error {
                    Cause = Cause.CleanupFailed(:? TimeoutException)
                    Others = others
                } -> Assert.Empty others
        | _ -> Assert.Fail $"Expected CleanupFailed(TimeoutException), but it was {outcome}"

        Assert.Equal(ms 100., stage.Clock.Elapsed)
    })

[<Fact>]
let ``6: shielded work is bounded by its own time`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 10. }
                (scope { return! Scope.shielded (ms 60.) (Step.forever: Scoped<unit, string>) })

        Assert.Equal(ms 60., stage.Clock.Elapsed)
        Assert.True outcome.IsError
    })
