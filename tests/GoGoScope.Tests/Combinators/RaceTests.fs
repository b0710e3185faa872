/// The first one decides, and the others have ended.
module GoGoScope.Tests.Combinators.RaceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

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
