/// What bounds a hedge, and what it keeps to under any interleaving.
module GoGoScope.Tests.Resilience.HedgeBoundTests

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

[<Fact>]
let ``a budget bounds the further attempts of all calls that share it`` () =
    Story.run (fun () -> task {
        let budget = HedgeBudget(0.5, 1)
        let shared = { three with Budget = budget }

        let attempts (length: float) = task {
            let stage = Stage.Seeded 7

            let! _ =
                stage.Run(row stage [ for _ in 1..3 -> Step.give length 1 ] |> Hedge.withOptions shared)

            return stage.Told.Length
        }

        let! first = attempts 50.
        let! second = attempts 50.
        let! third = attempts 50.
        Assert.Equal<int list>([ 2; 1; 2 ], [ first; second; third ])
    })

[<Fact>]
let ``under any interleaving one value wins and nothing runs after the answer`` () =
    Story.run (fun () -> task {
        for seed in 1..300 do
            let running = ref 0
            let most = ref 0
            let closed = ref 0
            let opened = ref 0

            let attempt: Scoped<IDisposable, string> = scope {
                running.Value <- running.Value + 1
                most.Value <- max most.Value running.Value

                use _ = {
                    new IDisposable with
                        member _.Dispose() = running.Value <- running.Value - 1
                }

                do! Step.pause
                do! Step.stubborn 1.
                opened.Value <- opened.Value + 1

                return {
                    new IDisposable with
                        member _.Dispose() = closed.Value <- closed.Value + 1
                }
            }

            let quick = {
                three with
                    Delay = ms (float (seed % 3))
            }

            let program = scope {
                let! value = attempt |> Hedge.withOptions quick
                Assert.Equal(0, running.Value)
                value.Dispose()
                return opened.Value = closed.Value
            }

            let outcome = (SeededRuntime seed).Run program
            Expect.ok true outcome
            Assert.InRange(most.Value, 1, 3)
    })

[<Fact>]
let ``bad options are refused where they are given`` () =
    let refused (name: string) (call: unit -> obj | null) =
        let failure = Assert.ThrowsAny<ArgumentException>(fun () -> call () |> ignore)
        Assert.Equal(name, failure.ParamName)

    let work: Scoped<int, string> = Scoped.value 1
    refused "Delay" (fun () -> box (work |> Hedge.withOptions { three with Delay = ms -1. }))
    refused "MaxAttempts" (fun () -> box (work |> Hedge.withOptions { three with MaxAttempts = 0 }))
    refused "delay" (fun () -> box (work |> Hedge.after TimeSpan.MaxValue))
    refused "share" (fun () -> HedgeBudget(1.5, 1))
    refused "burst" (fun () -> HedgeBudget(0.5, 0))

[<Fact>]
let ``a failure just before the timer is set takes no attempt's time away`` () =
    Story.run (fun () -> task {
        let time = VirtualClock()
        let second = TaskCompletionSource<Result<int, string>>()
        let never = TaskCompletionSource<Result<int, string>>()
        let timers = ref 0
        let started = ref 0

        // the second attempt fails, and the third starts, while the timer for the third is being made
        let clock = {
            new TimeProvider() with
                override _.GetTimestamp() = time.GetTimestamp()
                override _.TimestampFrequency = time.TimestampFrequency
                override _.GetUtcNow() = time.GetUtcNow()

                override _.CreateTimer(ring, state, due, period) =
                    if Interlocked.Increment timers = 2 then
                        second.SetResult(Error "no")

                    time.CreateTimer(ring, state, due, period)
        }

        let attempt: Scoped<int, string> = scope {
            match Interlocked.Increment started with
            | 2 -> return! second.Task
            | 4 -> return 4
            | _ -> return! never.Task
        }

        let options = {
            ScopeOptions.Default with
                Clock = clock
        }

        let pending =
            (Scope.runWith
                options
                CancellationToken.None
                (Hedge.withOptions { three with MaxAttempts = 4 } attempt))
                .AsTask()

        do!
            Story.until "the fourth attempt" (fun () ->
                time.Advance(ms 10.)
                pending.IsCompleted)

        let! outcome = pending
        Expect.ok 4 outcome
    })
