/// What becomes of the losers of a race.
module GoGoScope.Tests.Combinators.RaceLoserTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a losing value is closed before the race answers`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        // both end in the same step of the clock: the cancel finds the second one with its value made
        let opens name wait =
            late wait (Resource(stage, name, 4.) :> IAsyncDisposable)

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Race.first [ opens "a" 5.; opens "b" 7. ]
                    stage.Tell "the race answers"
                }
            )

        Expect.ok () outcome
        Assert.Equal<string list>([ "11 b is closed"; "11 the race answers" ], stage.Told)

        let plain name wait =
            late wait (new Plain(stage, name) :> IDisposable)

        let! outcome =
            stage.Run(Race.first [ plain "c" 1.; plain "d" 2. ] |> Scoped.map ignore)

        Expect.ok () outcome
        Assert.Equal("13 d is closed", List.last stage.Told)
    })

[<Fact>]
let ``a value that two competitors give stays open`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let shared = new Plain(stage, "shared") :> IDisposable

        let! outcome =
            stage.Run(Race.first [ late 1. shared; late 2. shared ] |> Scoped.map ignore)

        Expect.ok () outcome
        Assert.Empty stage.Told
    })

[<Fact>]
let ``a loser that ignores its token is waited for, and named after the grace`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Grace = ValueSome(Step.milliseconds 50.)
                }
                (Race.first [ Step.give 1. (); Step.stubborn 100. ])

        Expect.ok () outcome
        Assert.Equal(Step.milliseconds 100., stage.Clock.Elapsed)
        let stuck = Assert.Single stage.Stuck
        Assert.Equal("competitor-2", stuck.Child)
        Assert.Equal(CancelReason.RaceLost "competitor-1", stuck.Reason)
    })

[<Fact>]
let ``a cancel stops the race, and nothing is left`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                Timeout = Step.milliseconds 5.
        }

        for race in
            [
                Race.first
                Race.firstOk
                Race.firstOkWith {
                    Race.Options.Default with
                        Stagger = Step.milliseconds 3.
                }
            ] do
            let! outcome =
                stage.RunWith
                    options
                    (scope {
                        do! stage.Watched()
                        return! race [ Step.give 99. 1; Step.give 98. 2; Step.give 97. 3 ]
                    })

            Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) outcome
            stage.NoLeaks()
    })

[<Fact>]
let ``each competitor runs at most once, exactly one wins, and all have ended, in every interleaving`` () =
    Story.run (fun () -> task {
        for seed in 1..400 do
            let runs = Array.zeroCreate<int> 5
            let running = ref 0

            let competitor index : Scoped<int, string> = scope {
                runs[index] <- runs[index] + 1
                running.Value <- running.Value + 1

                try
                    do! Step.pause
                    do! Step.pause
                    do! Step.delay (float ((seed + index) % 3))
                    return! (if (seed + index) % 4 = 0 then Error "no" else Ok index)
                finally
                    running.Value <- running.Value - 1
            }

            let runtime = SeededRuntime seed

            let race =
                if seed % 2 = 0 then
                    Race.first
                else
                    Race.firstOkWith {
                        Race.Options.Default with
                            Stagger = Step.milliseconds (float (seed % 3))
                            Concurrency = 1 + seed % 5
                    }

            let outcome =
                runtime.Run(
                    scope {
                        let! outcome = Scoped.result (race (List.init 5 competitor))
                        Assert.Equal(0, running.Value)
                        return! give outcome
                    }
                )

            Assert.All(runs, fun count -> Assert.InRange(count, 0, 1))

            match outcome with
            | Ok winner -> Assert.Equal(1, runs[winner])
            | Error { Cause = Cause.Failed "no" } -> Assert.Equal(0, seed % 2)
            | Error error -> failwith $"seed {seed}: {error}"

            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``on real threads exactly one wins and the others have ended`` () =
    Story.run (fun () -> task {
        let running = ref 0

        let competitor (index: int) : Scoped<int, string> = scope {
            Interlocked.Increment running |> ignore

            try
                do! turns (index % 3)

                return! (if index % 3 = 1 then Error "no" else Ok index)
            finally
                Interlocked.Decrement running |> ignore
        }

        for round in 1..2_000 do
            let works = [ for index in 0..7 -> competitor (index + round) ]

            let race =
                match round % 3 with
                | 0 -> Race.first works |> Scoped.map ignore |> Scoped.result |> Scoped.map ignore
                | 1 -> Race.firstOk works |> Scoped.map ignore
                | _ ->
                    Race.firstOkWith
                        {
                            Race.Options.Default with
                                Concurrency = 1 + round % 4
                        }
                        works
                    |> Scoped.map ignore

            let! outcome = Story.wait (Scope.run race)
            Expect.ok () outcome
            Assert.Equal(0, Volatile.Read(&running.contents))
    })
