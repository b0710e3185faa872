/// Calls that wait in line, at a rate limiter or a bulkhead.
module GoGoScope.Tests.Resilience.LineTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private waiting count = {
    RateLimiterOptions.Default with
        QueueLimit = count
}

let private bulkhead running queue =
    Bulkhead.create {
        BulkheadOptions.Default with
            Name = "db"
            Concurrency = running
            QueueLimit = queue
    }

/// Notes when it runs.
let private step (stage: Stage) (name: string) (length: float) : Scoped<unit, string> = scope {
    stage.Tell name
    do! Step.delay length
}

/// Starts all at once, and gives what became of each.
let private together (works: Scoped<unit, string> list) : Scoped<string list, string> = scope {
    let! children =
        fun scope -> ValueTask<_>(Ok [ for work in works -> Scope.taskIn (scope, TaskOptions.Default, work) ])

    let said = List<string>()

    for child in children do
        match! ScopeTask.result child with
        | Ok() -> said.Add "ok"
        | Error error -> said.Add $"{error.Cause}"

    return List.ofSeq said
}

[<Fact>]
let ``a limiter without places denies at once, and tells when to come back`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let limiter = RateLimiter.SlidingWindow(1, ms 100., RateLimiterOptions.Default)

        let! outcome =
            stage.Run(
                together [ for name in [ "a"; "b" ] -> step stage name 1. |> RateLimiter.guard limiter ]
            )

        Expect.ok [ "ok"; "rejected: the rate limit is reached; retry after 00:00:00.1000000" ] outcome
        Assert.Equal<string list>([ "0 a" ], stage.Told)
    })

[<Fact>]
let ``callers wait in line, and each is let in at the instant there is room`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let limiter = RateLimiter.TokenBucket(2, 1, ms 10., waiting 3)

        let! outcome =
            stage.Run(
                together [
                    for name in [ "a"; "b"; "c"; "d"; "e"; "f" ] ->
                        step stage name 1. |> RateLimiter.guard limiter
                ]
            )

        Expect.ok
            [
                "ok"
                "ok"
                "ok"
                "ok"
                "ok"
                "rejected: the rate limit is reached; retry after 00:00:00.0100000"
            ]
            outcome

        Assert.Equal<string list>([ "0 a"; "0 b"; "10 c"; "20 d"; "30 e" ], stage.Told)
        Assert.Equal(0, limiter.Waiting)
        stage.NoLeaks()
    })

[<Fact>]
let ``a small call does not overtake a large one that came before`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let limiter = RateLimiter.TokenBucket(4, 1, ms 10., waiting 3)

        let! _ =
            stage.Run(
                together [
                    step stage "a" 1. |> RateLimiter.guardCost 3 limiter
                    step stage "large" 1. |> RateLimiter.guardCost 4 limiter
                    step stage "small" 1. |> RateLimiter.guard limiter
                ]
            )

        Assert.Equal<string list>([ "0 a"; "30 large"; "40 small" ], stage.Told)
    })

[<Fact>]
let ``one that leaves the line takes nothing, and those behind it move up`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let limiter = RateLimiter.TokenBucket(4, 1, ms 10., waiting 3)

        let! outcome =
            stage.Run(
                scope {
                    do! step stage "a" 0. |> RateLimiter.guardCost 3 limiter
                    let! large = Scope.task (step stage "large" 0. |> RateLimiter.guardCost 4 limiter)
                    let! small = Scope.task (step stage "small" 0. |> RateLimiter.guard limiter)
                    do! Step.delay 5.
                    large.Cancel "enough"
                    let! _ = ScopeTask.result large
                    do! small
                }
            )

        Expect.ok () outcome
        Assert.Equal<string list>([ "0 a"; "5 small" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``a bulkhead runs so many at once, lets so many wait in their order, and rejects the rest`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let bulkhead = bulkhead 2 2

        let! outcome =
            stage.Run(
                together [
                    for name in [ "a"; "b"; "c"; "d"; "e" ] -> step stage name 10. |> Bulkhead.guard bulkhead
                ]
            )

        Expect.ok [ "ok"; "ok"; "ok"; "ok"; "rejected: the queue is full (2)" ] outcome
        Assert.Equal<string list>([ "0 a"; "0 b"; "10 c"; "10 d" ], List.sort stage.Told)
        Assert.Equal(0, bulkhead.Running)
        Assert.Equal(0, bulkhead.Waiting)
    })

[<Fact>]
let ``a turn lasts until all that the work started has ended`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let bulkhead = bulkhead 1 1

        let leaves: Scoped<unit, string> = scope {
            let! _ = fork (Step.stubborn 30.)
            return! Error "no"
        }

        let! outcome =
            stage.Run(
                together [
                    leaves |> Bulkhead.guard bulkhead
                    step stage "next" 0. |> Bulkhead.guard bulkhead
                ]
            )

        Expect.ok [ "failed: \"no\""; "ok" ] outcome
        Assert.Equal<string list>([ "30 next" ], stage.Told)
    })

[<Fact>]
let ``the size of a bulkhead may change, to zero and back`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let bulkhead = bulkhead 0 5

        let! outcome =
            stage.Run(
                scope {
                    let! waits =
                        Scope.task (
                            together [
                                for name in [ "a"; "b"; "c" ] ->
                                    step stage name 10. |> Bulkhead.guard bulkhead
                            ]
                        )

                    do! Step.delay 5.
                    stage.Tell $"{bulkhead.Waiting} wait"
                    bulkhead.Concurrency <- 2
                    return! waits
                }
            )

        Expect.ok [ "ok"; "ok"; "ok" ] outcome
        Assert.Equal<string list>([ "15 c"; "5 3 wait"; "5 a"; "5 b" ], List.sort stage.Told)
    })

[<Fact>]
let ``a cancelled caller leaves nothing in line, under any interleaving`` () =
    Story.run (fun () -> task {
        for seed in 1..200 do
            let bulkhead = bulkhead 1 4
            let running = ref 0
            let most = ref 0
            let ran = ref 0

            let work: Scoped<unit, string> = scope {
                running.Value <- running.Value + 1
                most.Value <- max most.Value running.Value
                ran.Value <- ran.Value + 1
                do! Step.pause
                running.Value <- running.Value - 1
            }

            // a cancel that arrives inside the work leaves it running by the count: only the waits are cut
            let guarded: Scoped<unit, string> =
                Scope.shielded (ms 1000.) work |> Bulkhead.guard bulkhead

            let program: Scoped<unit, string> = scope {
                let! first = Scope.task guarded
                let! second = Scope.task guarded
                let! third = Scope.task guarded
                do! Step.pause
                second.Cancel "enough"
                let! _ = ScopeTask.result first
                let! _ = ScopeTask.result second
                let! _ = ScopeTask.result third
                return ()
            }

            let outcome = (SeededRuntime seed).Run program
            Expect.ok () outcome
            Assert.Equal(1, most.Value)
            Assert.InRange(ran.Value, 2, 3)
            Assert.Equal(0, bulkhead.Running)
            Assert.Equal(0, bulkhead.Waiting)
    })

[<Fact>]
let ``threads that come, wait and leave never run more than the bulkhead allows`` () =
    Story.run (fun () -> task {
        let bulkhead = bulkhead 3 1_000
        let running = ref 0
        let most = ref 0
        let ran = ref 0

        let work: Scoped<unit, string> = scope {
            let now = Interlocked.Increment running
            let mutable seen = Volatile.Read &most.contents

            while now > seen do
                Interlocked.CompareExchange(&most.contents, now, seen) |> ignore
                seen <- Volatile.Read &most.contents

            do! fun (_: CancellationToken) -> task { do! Task.Yield() }
            Interlocked.Increment ran |> ignore
            Interlocked.Decrement running |> ignore
        }

        let guarded = work |> Bulkhead.guard bulkhead

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! all = Parallel.settled [ for _ in 1..500 -> guarded ]
                        return all |> Array.filter _.IsOk |> Array.length
                    }
                )
            )

        Expect.ok 500 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal(500, ran.Value)
        Assert.InRange(most.Value, 1, 3)
        Assert.Equal(0, bulkhead.Running)
    })

[<Fact>]
let ``bad numbers are refused where they are given`` () =
    let refused (name: string) (call: unit -> obj | null) =
        let failure = Assert.ThrowsAny<ArgumentException>(fun () -> call () |> ignore)
        Assert.Equal(name, failure.ParamName)

    let limiter = RateLimiter.FixedWindow(3, ms 1., RateLimiterOptions.Default)
    let nothing: Scoped<unit, string> = Scoped.value ()
    refused "permits" (fun () -> RateLimiter.FixedWindow(0, ms 1., waiting 0))
    refused "permits" (fun () -> RateLimiter.SlidingWindow(2_000_000, ms 1., waiting 0))
    refused "window" (fun () -> RateLimiter.SlidingWindow(1, TimeSpan.Zero, waiting 0))
    refused "tokens" (fun () -> RateLimiter.TokenBucket(1, 0, ms 1., waiting 0))
    refused "period" (fun () -> RateLimiter.TokenBucket(1, 1, TimeSpan.FromDays 99., waiting 0))
    refused "QueueLimit" (fun () -> RateLimiter.FixedWindow(1, ms 1., waiting -1))
    refused "cost" (fun () -> box (nothing |> RateLimiter.guardCost 0 limiter))
    refused "cost" (fun () -> box (nothing |> RateLimiter.guardCost 4 limiter))
    refused "Concurrency" (fun () -> bulkhead -1 0)
    refused "QueueLimit" (fun () -> bulkhead 1 -1)
