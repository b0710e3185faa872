/// What bounds a retry: deadlines, attempts of their own, budgets, and what is given wrongly.
module GoGoScope.Tests.Resilience.RetryBoundTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open GoGoScope.Testing
open GoGoScope.Tests.Resilience.RetryFixtures
open Xunit

[<Fact>]
let ``a wait that would pass the deadline is not begun`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work =
            attempts stage [ no ]
            |> Retry.withSchedule (Schedule.constant (ms 40.) |> Schedule.upTo 100)
            |> Scoped.timeout (ms 100.)

        let! outcome = stage.Run work
        Expect.causes [ Cause.Failed "no"; Cause.Failed "no"; Cause.Failed "no" ] outcome
        Assert.Equal<string list>([ "0 attempt 1"; "40 attempt 2"; "80 attempt 3" ], stage.Told)
        Assert.Equal(80., stage.Clock.Elapsed.TotalMilliseconds)
    })

[<Fact>]
let ``an attempt has a time of its own, and is waited for when it does not hear`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let deaf: Scoped<int, string> = scope {
            do! Step.stubborn 50.
            stage.Tell "ended"
            return! no
        }

        let timed = {
            options with
                AttemptTimeout = ms 20.
                Schedule = Schedule.constant (ms 5.)
        }

        let! outcome = stage.Run(attempts stage [ deaf; yes ] |> Retry.withOptions timed)
        Expect.ok 1 outcome
        Assert.Equal<string list>([ "0 attempt 1"; "50 ended"; "55 attempt 2" ], stage.Told)
    })

[<Fact>]
let ``an attempt past its time is timed out, and is repeated`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let timed = { options with AttemptTimeout = ms 20. }

        let! outcome =
            stage.Run(attempts stage [ Step.give 1000. 1 ] |> Retry.withOptions timed)

        Expect.causes [ for _ in 1..4 -> Cause.TimedOut(ms 20.) ] outcome
        Assert.Equal(80., stage.Clock.Elapsed.TotalMilliseconds)
    })

[<Fact>]
let ``what an attempt forked has ended before the next attempt starts`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let leaves: Scoped<int, string> = scope {
            let! _ =
                fork (
                    scope {
                        use _ = {
                            new IDisposable with
                                member _.Dispose() = stage.Tell "child ended"
                        }

                        do! Step.stubborn 30.
                    }
                )

            return! no
        }

        let! outcome = stage.Run(attempts stage [ leaves; yes ] |> Retry.times 1)
        Expect.ok 1 outcome
        Assert.Equal<string list>([ "0 attempt 1"; "30 child ended"; "30 attempt 2" ], stage.Told)
    })

[<Fact>]
let ``attempts never overlap under any interleaving`` () =
    Story.run (fun () -> task {
        for seed in 1..200 do
            let running = ref 0
            let most = ref 0

            let attempt: Scoped<int, string> = scope {
                running.Value <- running.Value + 1
                most.Value <- max most.Value running.Value

                let! _ =
                    fork (
                        scope {
                            do! Step.pause
                            do! Step.stubborn 3.
                        }
                    )

                do! Step.pause
                do! Step.stubborn 2.
                running.Value <- running.Value - 1
                return! no
            }

            let timed = { options with AttemptTimeout = ms 1. }
            let outcome = (SeededRuntime seed).Run(attempt |> Retry.withOptions timed)
            Assert.True(outcome.IsError)
            Assert.Equal(1, most.Value)
    })

[<Fact>]
let ``a budget that is used up ends the retries of every call that shares it`` () =
    Story.run (fun () -> task {
        let budget = RetryBudget(10, 5, 1)
        let shared = { options with Budget = budget }

        let tries (outcomes: Scoped<int, string> list) = task {
            let stage = Stage()
            let! _ = stage.Run(attempts stage outcomes |> Retry.withOptions shared)
            return stage.Told.Length
        }

        let! first = tries [ no ] // two retries: 10 tokens
        let! second = tries [ no ]

        for _ in 1..4 do
            let! _ = tries [ yes ]
            ()

        let! third = tries [ no ] // 4 tokens
        let! _ = tries [ yes ]
        let! fourth = tries [ no; yes ] // 5 tokens, and 1 back
        Assert.Equal<int list>([ 3; 1; 1; 2 ], [ first; second; third; fourth ])
        Assert.Equal(1, budget.Tokens)
    })

[<Fact>]
let ``a budget shared by many threads gives no more than it holds, and never holds more than it may`` () =
    Story.run (fun () -> task {
        let budget = RetryBudget(100, 3, 2)
        let taken = ref 0

        let take = [|
            for _ in 1..8 ->
                Task.Run(fun () ->
                    for _ in 1..1_000 do
                        if budget.TryTake() then
                            Interlocked.Increment taken |> ignore)
        |]

        do! Task.WhenAll(take).WaitAsync Story.patience
        Assert.Equal(33, taken.Value)

        let give = [|
            for _ in 1..8 ->
                Task.Run(fun () ->
                    for _ in 1..1_000 do
                        budget.Succeeded())
        |]

        do! Task.WhenAll(give).WaitAsync Story.patience
        Assert.Equal(100, budget.Tokens)
    })

[<Fact>]
let ``each repetition is told before its wait, and a teller that throws changes nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let told = List<RetryAttempt<string>>()

        let loud = {
            options with
                Schedule = Schedule.linear (ms 1.) (ms 1.)
                OnRetry =
                    fun attempt ->
                        told.Add attempt
                        failwith "teller"
        }

        let! outcome = stage.Run(attempts stage [ crash; no; yes ] |> Retry.withOptions loud)
        Expect.ok 1 outcome

        Assert.Equal<(int * Cause<string> * float) list>(
            [ (1, Cause.Crashed bug, 1.); (2, Cause.Failed "no", 2.) ],
            [ for it in told -> it.Attempt, it.Error.Cause, it.Delay.TotalMilliseconds ]
        )

        Assert.Equal<string list>(
            [ "teller"; "teller" ],
            [ for lost in stage.Unobserved -> lost.Exception.Message ]
        )
    })

[<Fact>]
let ``a predicate, a selector or a schedule that throws ends the retry, and the attempt's cause is kept`` () =
    Story.run (fun () -> task {
        let broken = Exception "broken"

        for wrong in
            [
                {
                    options with
                        While = fun _ -> raise broken
                }
                {
                    options with
                        RetryAfter = fun _ -> raise broken
                }
                {
                    options with
                        Schedule = Schedule.custom (fun _ _ -> raise broken)
                }
                {
                    options with
                        Schedule =
                            Schedule.constant TimeSpan.Zero |> Schedule.whileError (fun _ -> raise broken)
                }
            ] do
            let stage = Stage()
            let! outcome = stage.Run(attempts stage [ no ] |> Retry.withOptions wrong)
            Expect.causes [ Cause.Crashed broken; Cause.Failed "no" ] outcome

        let stage = Stage()

        let negative = {
            options with
                Schedule = Schedule.custom (fun _ _ -> ms -1.)
        }

        let! outcome = stage.Run(attempts stage [ no ] |> Retry.withOptions negative)
        let failure: ArgumentOutOfRangeException = Expect.crashed outcome
        Assert.Equal("delay", failure.ParamName)
    })

[<Fact>]
let ``of a very long row of failures the newest fifteen are kept`` () =
    Story.run (fun () -> task {
        let count = ref 0

        let counted: Scoped<int, string> = scope {
            count.Value <- count.Value + 1
            return! Error(string count.Value)
        }

        let! outcome = Story.wait (Scope.run (Retry.times 100_000 counted))
        let kept = [ for number in 99986..100000 -> Cause.Failed(string number) ]
        Expect.causes (Cause.Failed "100001" :: kept) outcome
    })

[<Fact>]
let ``bad options are refused where they are given`` () =
    let refused (name: string) (wrong: RetryOptions<string>) =
        let failure =
            Assert.ThrowsAny<ArgumentException>(fun () -> yes |> Retry.withOptions wrong |> ignore)

        Assert.Equal(name, failure.ParamName)

    refused "MaxRetries" {
        options with
            MaxRetries = ValueSome -1
    }

    refused "AttemptTimeout" { options with AttemptTimeout = ms -2. }

    refused "AttemptTimeout" {
        options with
            AttemptTimeout = TimeSpan.MaxValue
    }

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> RetryBudget(0, 1, 1) |> ignore)
    |> ignore

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> RetryBudget(5, 6, 1) |> ignore)
    |> ignore

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> RetryBudget(5, 5, -1) |> ignore)
    |> ignore

[<Fact>]
let ``a retry whose wait is cut short costs nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let budget = RetryBudget(10, 5, 1)

        let options = {
            RetryOptions<string>.Default with
                Schedule = Schedule.constant (Step.milliseconds 10.)
                Budget = budget
        }

        let! outcome =
            stage.Run(
                scope {
                    let! child = Scope.task (Retry.withOptions options (Step.fail 1. "no"))
                    do! Step.delay 5.
                    let paid = budget.Tokens
                    child.Cancel "enough"
                    let! _ = ScopeTask.result child
                    return paid, budget.Tokens
                }
            )

        Expect.ok (5, 10) (outcome: Result<_, ScopeError<string>>)
    })
