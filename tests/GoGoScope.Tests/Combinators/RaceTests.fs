/// The first one decides, and the others have ended.
module GoGoScope.Tests.Combinators.RaceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private give (outcome: Result<'T, ScopeError<'E>>) : Scoped<'T, 'E> =
    fun _ -> ValueTask<Result<'T, ScopeError<'E>>>(outcome)

/// Goes through the pool a few times.
let private turns count (_: CancellationToken) : Task = task {
    for _ in 0..count do
        do! Task.Yield()
}

/// A value that comes in its own time, whatever it is told.
let private late count (value: 'T) : Scoped<'T, string> = scope {
    do! Step.stubborn count
    return value
}

/// A competitor that says when it begins and how it ends.
let private told (stage: Stage) name (work: Scoped<'T, string>) : Scoped<'T, string> = scope {
    stage.Tell $"{name} begins"
    let! outcome = Scoped.result work

    match outcome with
    | Ok _ -> stage.Tell $"{name} gives"
    | Error error when ScopeError.isCancelled error -> stage.Tell $"{name} stops"
    | Error _ -> stage.Tell $"{name} fails"

    return! give outcome
}

let private failing count (error: string) : Scoped<int, string> =
    Step.fail count error |> Scoped.map (fun () -> 0)

/// A value that says when it is closed.
type private Resource(stage: Stage, name: string, wait: float) =
    interface IAsyncDisposable with
        member _.DisposeAsync() =
            ValueTask(
                task {
                    do! Task.Delay(Step.milliseconds wait, stage.Clock)
                    stage.Tell $"{name} is closed"
                }
                :> Task
            )

type private Plain(stage: Stage, name: string) =
    interface IDisposable with
        member _.Dispose() = stage.Tell $"{name} is closed"

[<Fact>]
let ``the first to end wins, and the others have ended when the race answers`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    do! stage.Watched()

                    let! value =
                        Race.first [
                            told stage "slow" (Step.give 9. 1)
                            told stage "fast" (Step.give 3. 2)
                            told stage "slower" (Step.give 99. 3)
                        ]

                    stage.Tell "the race answers"
                    return value
                }
            )

        Expect.ok 2 outcome

        Assert.Equal<string list>(
            [
                "0 slow begins"
                "0 fast begins"
                "0 slower begins"
                "3 fast gives"
                "3 slow stops"
                "3 slower stops"
                "3 the race answers"
            ],
            List.sort stage.Told
            |> List.sortBy (fun line -> List.findIndex ((=) line) stage.Told)
        )

        Assert.Empty stage.Unobserved
        stage.NoLeaks()
    })

[<Fact>]
let ``losers are told who won`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let reasons = ResizeArray<CancelReason>()

        let loser: Scoped<int, string> = scope {
            let! current = Scope.current
            use _ = Scope.onCancel reasons.Add current
            return! Step.give 99. 1
        }

        let! outcome =
            stage.Run(Race.firstOk [ loser; failing 1. "no"; Step.give 2. 3; loser ])

        Expect.ok 3 outcome

        Assert.Equal<CancelReason list>(
            List.replicate 2 (CancelReason.RaceLost "competitor-3"),
            List.ofSeq reasons
        )
    })

[<Fact>]
let ``an error may win`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(Race.first [ Step.give 9. 1; failing 3. "broken"; Step.give 99. 2 ])

        Expect.failed "broken" outcome
        Assert.Equal(Step.milliseconds 3., stage.Clock.Elapsed)
    })

[<Fact>]
let ``a loser that fails on its way out stands beside the winning error`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let failing (scope: Scope) : Task<Result<int, ScopeError<string>>> = task {
            let! _ = Scope.whenCancelled scope
            return Error(ScopeError.failed "on its way out")
        }

        let loser: Scoped<int, string> =
            fun scope -> ValueTask<Result<int, ScopeError<string>>>(failing scope)

        let! outcome =
            stage.Run(Race.first [ Step.fail 3. "broken" |> Scoped.map (fun () -> 0); loser ])

        Expect.causes [ Cause.Failed "broken"; Cause.Failed "on its way out" ] outcome
    })

[<Fact>]
let ``a loser that fails where a value won goes to the hook`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let boom = InvalidOperationException "boom"

        let! outcome =
            stage.Run(Race.firstOk [ Step.throw 1. boom |> Scoped.map (fun () -> 0); Step.give 3. 2 ])

        Expect.ok 2 outcome
        let lost = Assert.Single stage.Unobserved
        Assert.Same(boom, lost.Exception)
        Assert.Equal("competitor-1", lost.Scope)
    })

[<Fact>]
let ``the first value wins, and when all have failed one error holds every cause`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(Race.firstOk [ failing 1. "a"; Step.give 5. 2; failing 2. "c" ])

        Expect.ok 2 outcome

        let! outcome =
            stage.Run(Race.firstOk [ failing 3. "a"; failing 1. "b"; failing 2. "c" ])

        Expect.causes [ Cause.Failed "b"; Cause.Failed "a"; Cause.Failed "c" ] outcome
        Assert.Equal(2, stage.Unobserved.Length)
    })

[<Fact>]
let ``after a win at once no other starts`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let started = ref 0

        let one error : Scoped<int, string> = scope {
            started.Value <- started.Value + 1
            return! (if error then Error "no" else Ok started.Value)
        }

        let! outcome = stage.Run(Race.first [ for _ in 1..9 -> one false ])
        Expect.ok 1 outcome
        Assert.Equal(1, started.Value)

        let! outcome = stage.Run(Race.firstOk [ one true; one true; one false; one false ])
        Expect.ok 4 outcome
        Assert.Equal(4, started.Value)

        let! outcome = stage.Run(Race.first [ one true; one false ])
        Expect.failed "no" outcome
        Assert.Equal(5, started.Value)
    })

[<Fact>]
let ``no competitors are rejected, and null ones are refused at the door`` () =
    Story.run (fun () -> task {
        let none: Scoped<int, string> list = []
        let empty = Rejection.NothingToDo "race"

        for race in
            [
                Race.first
                Race.firstOk
                Race.firstWith Race.Options.Default
                Race.firstOkWith Race.Options.Default
            ] do
            let! outcome = Story.wait (Scope.run (race none))
            Expect.rejected empty outcome

            Assert.Throws<ArgumentException>(fun () ->
                race [ Step.give 1. 1; Unchecked.defaultof<_> ] |> ignore)
            |> ignore

            Assert.Throws<ArgumentNullException>(fun () -> race (Unchecked.defaultof<_>) |> ignore)
            |> ignore
    })

[<Fact>]
let ``bad options are refused at the door`` () =
    for options in
        [
            {
                Race.Options.Default with
                    Concurrency = 0
            }
            {
                Race.Options.Default with
                    Timeout = Step.milliseconds -5.
            }
            {
                Race.Options.Default with
                    Stagger = Step.milliseconds -5.
            }
        ] do
        Assert.Throws<ArgumentOutOfRangeException>(fun () ->
            Race.firstWith options [ Step.give 1. 1 ] |> ignore)
        |> ignore

[<Fact>]
let ``a stagger starts the next when it has passed, or when one fails`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            Race.Options.Default with
                Stagger = Step.milliseconds 10.
        }

        let! outcome =
            stage.Run(
                Race.firstOkWith options [
                    told stage "a" (Step.give 99. 1)
                    told stage "b" (failing 3. "no")
                    told stage "c" (Step.give 15. 3)
                    told stage "d" (Step.give 99. 4)
                    told stage "e" (Step.give 99. 5)
                ]
            )

        Expect.ok 3 outcome

        Assert.Equal<string list>(
            [
                "0 a begins"
                "10 b begins"
                "13 b fails"
                "13 c begins"
                "23 d begins"
                "28 c gives"
            ],
            stage.Told |> List.filter (fun line -> not (line.EndsWith "stops"))
        )

        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``an infinite stagger starts the next only when one fails`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            Race.Options.Default with
                Stagger = Timeout.InfiniteTimeSpan
        }

        let! outcome =
            stage.Run(
                Race.firstOkWith options [
                    told stage "a" (failing 5. "no")
                    told stage "b" (Step.give 7. 2)
                    told stage "c" (Step.give 1. 3)
                ]
            )

        Expect.ok 2 outcome
        Assert.Equal<string list>([ "0 a begins"; "5 a fails"; "5 b begins"; "12 b gives" ], stage.Told)
    })

[<Fact>]
let ``a stagger longer than the timeout lets only the first one run`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            Race.Options.Default with
                Stagger = Step.milliseconds 50.
                Timeout = Step.milliseconds 20.
        }

        let! outcome =
            stage.Run(
                Race.firstOkWith options [
                    told stage "a" (Step.give 99. 1)
                    told stage "b" (Step.give 1. 2)
                ]
            )

        Expect.cause (Cause.TimedOut(Step.milliseconds 20.)) outcome
        Assert.Equal<string list>([ "0 a begins"; "20 a stops" ], stage.Told)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``past the timeout the failures so far stand beside it, and what runs is waited for`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            Race.Options.Default with
                Timeout = Step.milliseconds 20.
        }

        let! outcome =
            stage.Run(
                Race.firstOkWith options [
                    failing 5. "no"
                    Step.give 99. 1
                    Step.stubborn 30.
                    |> Scoped.map (fun () -> 2)
                    |> Scoped.result
                    |> Scoped.map (fun _ -> 0)
                ]
            )

        // what gives a value all the same, late, has won
        Expect.ok 0 outcome
        Assert.Equal(Step.milliseconds 30., stage.Clock.Elapsed)

        let! outcome =
            stage.Run(Race.firstOkWith options [ failing 5. "no"; Step.give 99. 1 ])

        Expect.causes [ Cause.TimedOut(Step.milliseconds 20.); Cause.Failed "no" ] outcome
    })

[<Fact>]
let ``at most so many run, and the next one starts when one fails`` () =
    Law.holds (fun (plan: (byte * bool) list, FsCheck.PositiveInt limited, seed: int) -> task {
        let limit = limited % 4 + 1
        let runtime = SeededRuntime seed
        let running = ref 0
        let most = ref 0
        let started = ResizeArray()

        let works = [
            for index, (wait, good) in List.indexed plan ->
                (scope {
                    started.Add index
                    running.Value <- running.Value + 1
                    most.Value <- max most.Value running.Value

                    try
                        do! Step.pause
                        do! Step.delay (float (wait % 8uy) + 1.)
                        return! (if good then Ok index else Error index)
                    finally
                        running.Value <- running.Value - 1
                }
                : Scoped<int, int>)
        ]

        let outcome =
            runtime.Run(
                Race.firstOkWith
                    {
                        Race.Options.Default with
                            Concurrency = limit
                    }
                    works
            )

        let fair =
            match outcome with
            | Ok winner -> snd plan[winner]
            | Error { Cause = Cause.Rejected _ } -> plan.IsEmpty
            | Error error ->
                not (List.exists snd plan)
                && Set.ofSeq (Seq.map string (ScopeError.causes error)) =
                    Set.ofList [ for index in 0 .. plan.Length - 1 -> string (Cause.Failed index) ]

        return
            fair
            && running.Value = 0
            && most.Value <= limit
            && List.ofSeq started = [ 0 .. started.Count - 1 ]
            && runtime.Clock.PendingTimers = 0
    })

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
