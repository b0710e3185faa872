/// Calls in bursts: debounce, throttle.
module GoGoScope.Tests.Combinators.DebounceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``debounce runs the last call of a burst, and tells the others that they were superseded`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runDebounced stage false true burst)

        Expect.ok
            [
                Debounced.Superseded 1
                Debounced.Superseded 1
                Debounced.Ran "c"
                Debounced.Ran "d"
            ]
            outcome

        Assert.Equal<string list>([ "18 c runs"; "50 d runs" ], stage.Told)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``leading and trailing run a burst of one call once`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runDebounced stage true true burst)

        Expect.ok
            [
                Debounced.Ran "a"
                Debounced.Superseded 1
                Debounced.Ran "c"
                Debounced.Ran "d"
            ]
            outcome

        Assert.Equal<string list>([ "0 a runs"; "18 c runs"; "40 d runs" ], stage.Told)
    })

[<Fact>]
let ``leading alone runs the first call of a burst`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runDebounced stage true false burst)

        Expect.ok
            [
                Debounced.Ran "a"
                Debounced.Superseded 0
                Debounced.Superseded 0
                Debounced.Ran "d"
            ]
            outcome
    })

[<Fact>]
let ``throttle runs the first call in an interval, and tells the others how long it takes`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runThrottled stage true false burst)

        Expect.ok
            [
                Throttled.Ran "a"
                Throttled.Skipped(Step.milliseconds 6.)
                Throttled.Skipped(Step.milliseconds 2.)
                Throttled.Ran "d"
            ]
            outcome

        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``a trailing throttle runs the last call of an interval at its end, at most one in each`` () =
    Story.run (fun () -> task {
        let at = [ 0., "a"; 4., "b"; 8., "c"; 14., "d"; 40., "e" ]
        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runThrottled stage true true at)

        Expect.ok
            [
                Throttled.Ran "a"
                Throttled.Skipped(Step.milliseconds 2.)
                Throttled.Ran "c"
                Throttled.Ran "d"
                Throttled.Ran "e"
            ]
            outcome

        Assert.Equal<string list>([ "0 a runs"; "10 c runs"; "20 d runs"; "40 e runs" ], stage.Told)

        let stage = Stage.Seeded 1
        let! outcome = stage.Run(runThrottled stage false true [ 0., "a"; 4., "b" ])
        Expect.ok [ Throttled.Skipped(Step.milliseconds 6.); Throttled.Ran "b" ] outcome
        Assert.Equal<string list>([ "10 b runs" ], stage.Told)
    })

[<Fact>]
let ``every call settles, as the rules say, in every interleaving`` () =
    Law.holds (fun (gaps: byte list, leading: bool, seed: int) -> task {
        let gaps = [ for gap in List.truncate 12 gaps -> float (gap % 16uy) + 0.5 ]
        let times = List.scan (+) 0. gaps
        let at = [ for index, time in List.indexed times -> time, string index ]

        // the model: a burst ends where the next call is further away than the wait
        let isLast index =
            index = times.Length - 1 || times[index + 1] - times[index] > 10.

        let isFirst index = index = 0 || isLast (index - 1)

        let stage = Stage.Seeded seed
        let! outcome = stage.Run(runDebounced stage leading true at)

        let expected = [
            for index in 0 .. times.Length - 1 ->
                if (leading && isFirst index) || isLast index then
                    Debounced.Ran(string index)
                else
                    Debounced.Superseded 1
        ]

        match outcome with
        | Ok given -> return given = expected && stage.Clock.PendingTimers = 0
        | Error _ -> return false
    })
