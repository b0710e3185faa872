/// How debounced and throttled calls end.
module GoGoScope.Tests.Combinators.DebounceEndTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a caller that is cancelled withdraws its call`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1

        let! outcome =
            stage.Run(
                scope {
                    let! debounce = Debounce.makeWith (debounced false true) (work stage)
                    return! Scoped.timeout (Step.milliseconds 5.) (Debounce.call "a" debounce)
                }
            )

        Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) outcome
        Assert.Empty stage.Told
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``the end of its scope settles what waits from outside, and refuses what comes later`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let made: Debounce<string, string, string> ref = ref Unchecked.defaultof<_>
        let outside = Scope.Open stage.Options

        let! outcome =
            stage.Run(
                scope {
                    let! debounce = Debounce.makeWith (debounced false true) (work stage)
                    made.Value <- debounce
                    do! Step.delay 3.
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        let! late = Story.wait (Debounce.call "a" made.Value outside)
        Expect.rejected (Rejection.ScopeEnded "root") late

        let waiting: Task<Result<Debounced<string>, ScopeError<string>>> ref =
            ref Unchecked.defaultof<_>

        let! outcome =
            stage.Run(
                scope {
                    let! debounce = Debounce.makeWith (debounced false true) (work stage)
                    waiting.Value <- (Debounce.call "b" debounce outside).AsTask()
                    do! Step.delay 3.
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        let! settled = waiting.Value.WaitAsync Story.patience
        Expect.rejected (Rejection.ScopeEnded "root") settled
        Assert.Empty stage.Told
        do! Story.ended (outside.DisposeAsync())
    })

[<Fact>]
let ``a failure is the caller's, of that call`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1

        let! outcome =
            stage.Run(
                scope {
                    let! debounce =
                        Debounce.makeWith (debounced false true) (fun (name: string) -> Step.fail 1. name)

                    return! Debounce.call "no" debounce
                }
            )

        Expect.failed "no" outcome
        Assert.Empty stage.Unobserved
    })

[<Fact>]
let ``bad options are refused at the door`` () =
    let refused (call: unit -> unit) =
        Assert.ThrowsAny<ArgumentException>(Action call) |> ignore

    let stage = Stage()
    let zero = TimeSpan.Zero

    for options in
        [
            debounced false false
            { debounced true true with Wait = zero }
            {
                debounced true true with
                    Wait = Step.milliseconds -1.
            }
        ] do
        refused (fun () ->
            (Debounce.makeWith options (work stage): Scoped<Debounce<_, _, _>, string>)
            |> ignore)

    for options in
        [
            throttled false false
            {
                throttled true true with
                    Interval = zero
            }
        ] do
        refused (fun () ->
            (Throttle.makeWith options (work stage): Scoped<Throttle<_, _, _>, string>)
            |> ignore)

[<Fact>]
let ``on real threads every call settles and the last one has run`` () =
    Story.run (fun () -> task {
        for round in 1..20 do
            let ran = ref 0

            let program: Scoped<int, string> = scope {
                let! debounce =
                    Debounce.makeWith
                        {
                            Debounce.Options.Default with
                                Wait = Step.milliseconds 1.
                                Leading = round % 2 = 0
                        }
                        (fun (number: int) -> scope {
                            Interlocked.Increment ran |> ignore
                            return number
                        })

                let! outcomes =
                    Parallel.mapWith
                        {
                            Parallel.Options.Default with
                                Concurrency = 8
                        }
                        (fun number -> Debounce.call number debounce)
                        [ 1..40 ]

                return
                    outcomes
                    |> Array.filter (function
                        | Debounced.Ran _ -> true
                        | Debounced.Superseded _ -> false)
                    |> Array.length
            }

            let! outcome = Story.wait (Scope.run program)
            Expect.ok ran.Value outcome
            Assert.InRange(ran.Value, 1, 40)
    })
