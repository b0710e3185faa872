/// Slow calls that are made again beside themselves.
module GoGoScope.Tests.Resilience.HedgeTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private three: HedgeOptions<string> = {
    HedgeOptions.Default with
        Delay = ms 10.
        MaxAttempts = 3
}

/// Each attempt is the next of the list.
let private row (stage: Stage) (attempts: Scoped<'T, string> list) : Scoped<'T, string> =
    let count = ref 0

    scope {
        let number = Interlocked.Increment count
        stage.Tell $"attempt {number}"
        return! List.item (number - 1) attempts
    }

/// Tells that it was stopped, a while after it was told to.
let private slowToStop (stage: Stage) : Scoped<int, string> =
    fun here ->
        ValueTask<Result<int, ScopeError<string>>>(
            task {
                try
                    do! Task.Delay(ms 1000., here.Clock, here.Token)
                with :? OperationCanceledException ->
                    do! Task.Delay(ms 7., here.Clock)

                stage.Tell $"stopped: {here.Reason}"
                return Error(ScopeError.cancelled here.StopReason)
            }
        )

[<Fact>]
let ``a quick call is made once`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let! outcome = stage.Run(row stage [ Step.give 9. 1 ] |> Hedge.withOptions three)
        Expect.ok 1 outcome
        Assert.Equal<string list>([ "0 attempt 1" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a slow call is made again after each delay, the first value wins, and the losers have ended`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let! outcome =
            stage.Run(
                row stage [ slowToStop stage; Step.give 15. 2; Step.give 1000. 3 ]
                |> Hedge.withOptions three
            )

        Expect.ok 2 outcome

        Assert.Equal<string list>(
            [
                "0 attempt 1"
                "10 attempt 2"
                "20 attempt 3"
                "32 stopped: 'attempt-2' won the race"
            ],
            stage.Told
        )

        Assert.Equal(32., stage.Clock.Elapsed.TotalMilliseconds)
        stage.NoLeaks()
    })

[<Fact>]
let ``a failure is followed by the next attempt at once`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let fails = scope {
            do! Step.fail 4. "no"
            return 0
        }

        let! outcome =
            stage.Run(row stage [ fails; Step.give 100. 2; Step.give 1. 3 ] |> Hedge.withOptions three)

        Expect.ok 3 outcome
        Assert.Equal<string list>([ "0 attempt 1"; "4 attempt 2"; "14 attempt 3" ], stage.Told)

        Assert.Equal<string list>(
            [ "a hedged attempt that lost" ],
            [ for lost in stage.Unobserved -> lost.What ]
        )
    })

[<Fact>]
let ``when all attempts fail, all causes are kept`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let! outcome =
            stage.Run(
                row stage [ for text in [ "a"; "b"; "c" ] -> Scoped.fail text ]
                |> Hedge.withOptions three
            )

        Expect.causes [ Cause.Failed "a"; Cause.Failed "b"; Cause.Failed "c" ] (outcome: Result<int, _>)
        Assert.Equal(0., stage.Clock.Elapsed.TotalMilliseconds)
    })

[<Fact>]
let ``a failure that is not wanted again ends the call, and the attempt beside it`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let picky = {
            three with
                While = fun cause -> cause <> Cause.Failed "fatal"
        }

        let fatal = scope {
            do! Step.fail 5. "fatal"
            return 0
        }

        let! outcome =
            stage.Run(row stage [ slowToStop stage; fatal ] |> Hedge.withOptions picky)

        Expect.failed "fatal" outcome

        Assert.Equal<string list>(
            [ "0 attempt 1"; "10 attempt 2"; "22 stopped: 'attempt-2' won the race" ],
            stage.Told
        )
    })

[<Fact>]
let ``a failure that ends the call stands before those that did not`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let picky = {
            three with
                While = fun cause -> cause <> Cause.Failed "fatal"
        }

        let! outcome =
            stage.Run(row stage [ Scoped.fail "a"; Scoped.fail "fatal" ] |> Hedge.withOptions picky)

        Expect.causes [ Cause.Failed "fatal"; Cause.Failed "a" ] (outcome: Result<int, _>)
    })

[<Fact>]
let ``no delay starts all at once`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let! outcome =
            stage.Run(
                row stage [ Step.give 30. 1; Step.give 10. 2; Step.give 20. 3 ]
                |> Hedge.withOptions { three with Delay = TimeSpan.Zero }
            )

        Expect.ok 2 outcome
        Assert.Equal<string list>([ for number in 1..3 -> $"0 attempt {number}" ], stage.Told)
    })

[<Fact>]
let ``a value that nobody gets is closed, and a late error is told`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let resource (name: string) = {
            new IAsyncDisposable with
                member _.DisposeAsync() =
                    ValueTask(
                        task {
                            do! Task.Delay(ms 3., stage.Clock)
                            stage.Tell $"closed {name}"
                        }
                        :> Task
                    )
        }

        let late (name: string) : Scoped<IAsyncDisposable, string> =
            fun here ->
                ValueTask<Result<IAsyncDisposable, ScopeError<string>>>(
                    task {
                        do! Task.Delay(ms 40., here.Clock)

                        return
                            if name = "" then
                                Error(ScopeError.failed "late")
                            else
                                Ok(resource name)
                    }
                )

        let! outcome =
            stage.Run(
                scope {
                    let! value =
                        row stage [ late "first"; late ""; Scoped.value (resource "winner") ]
                        |> Hedge.withOptions three

                    stage.Tell "answered"
                    do! fun (_: CancellationToken) -> value.DisposeAsync()
                }
            )

        Expect.ok () outcome

        Assert.Equal<string list>(
            [
                "0 attempt 1"
                "10 attempt 2"
                "20 attempt 3"
                "53 closed first"
                "53 answered"
                "56 closed winner"
            ],
            stage.Told
        )

        Assert.Equal<string list>(
            [ "a hedged attempt that lost" ],
            [ for lost in stage.Unobserved -> lost.What ]
        )
    })

[<Fact>]
let ``a cancel ends all attempts and the call`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7

        let! outcome =
            stage.Run(
                scope {
                    let! child =
                        fork (row stage [ for _ in 1..3 -> Step.give 1000. 1 ] |> Hedge.withOptions three)

                    do! Step.delay 15.
                    child.Cancel "enough"
                    return! child
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
        Assert.Equal<string list>([ "0 attempt 1"; "10 attempt 2" ], stage.Told)
        stage.NoLeaks()
    })
