/// When the competitors of a race start, and how long they have.
module GoGoScope.Tests.Combinators.RacePaceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

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
