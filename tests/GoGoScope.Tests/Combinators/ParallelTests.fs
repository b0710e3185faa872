/// Bounded concurrency over many pieces of work.
module GoGoScope.Tests.Combinators.ParallelTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private limit count = {
    Parallel.Options.Default with
        Concurrency = count
}

[<Fact>]
let ``all gives the values in the order of the items, whatever order they end in`` () =
    Law.holds (fun (waits: byte list, FsCheck.PositiveInt limited, seed: int) -> task {
        let work = [
            for index, wait in List.indexed waits ->
                (scope {
                    do! Step.pause
                    do! Step.delay (float wait)
                    return index
                }
                : Scoped<int, string>)
        ]

        match SeededRuntime(seed).Run(Parallel.allWith (limit limited) work) with
        | Ok values -> return values = [| 0 .. waits.Length - 1 |]
        | Error _ -> return false
    })

[<Fact>]
let ``the limit is never exceeded, and is reached`` () =
    Law.holds (fun (waits: byte list, FsCheck.PositiveInt limited, seed: int) -> task {
        let limited = limited % 6 + 1
        let running = ref 0
        let most = ref 0

        let work = [
            for wait in waits ->
                (scope {
                    running.Value <- running.Value + 1
                    most.Value <- max most.Value running.Value
                    do! Step.delay (float wait + 1.)
                    do! Step.pause
                    running.Value <- running.Value - 1
                }
                : Scoped<unit, string>)
        ]

        let outcome = SeededRuntime(seed).Run(Parallel.allWith (limit limited) work)
        return outcome.IsOk && most.Value = min limited waits.Length && running.Value = 0
    })

[<Fact>]
let ``the limit holds on real threads`` () =
    Story.run (fun () -> task {
        let running = ref 0
        let most = ref 0

        let work: Scoped<unit, string> = scope {
            let now = Interlocked.Increment running

            lock most (fun () -> most.Value <- max most.Value now)
            do! fun (_: CancellationToken) -> task { do! Task.Yield() } :> Task
            Interlocked.Decrement running |> ignore
        }

        let! outcome =
            Story.wait (Scope.run (Parallel.allWith (limit 3) (List.replicate 2_000 work)))

        Assert.True outcome.IsOk
        Assert.InRange(most.Value, 1, 3)
    })

[<Fact>]
let ``the first failure ends all, and items that have not begun never do`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 3
        let begun = ref 0

        let item (work: Scoped<unit, string>) : Scoped<unit, string> = scope {
            begun.Value <- begun.Value + 1
            do! work
        }

        let outcome =
            runtime.Run(
                Parallel.allWith (limit 2) [
                    item Step.forever
                    item (Step.fail 5. "broken")
                    item Step.forever
                    item Step.forever
                ]
            )

        Expect.failed "broken" outcome
        Assert.Equal(2, begun.Value)
        Assert.Equal(Step.milliseconds 5., runtime.Clock.Elapsed)
        Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``settled runs every item to its end and gives every outcome in its place`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 3
        let boom = InvalidOperationException "boom"

        let outcome =
            runtime.Run(
                Parallel.settledWith (limit 2) [
                    Step.give 9. 1
                    Step.fail 1. "broken" |> Scoped.map (fun () -> 0)
                    Step.throw 2. boom |> Scoped.map (fun () -> 0)
                    Step.give 3. 4
                    Scoped.timeout (Step.milliseconds 4.) (Step.give 99. 5)
                ]
            )

        match (outcome: Result<Result<int, ScopeError<string>> array, ScopeError<string>>) with
        | Error error -> failwith $"{error}"
        | Ok outcomes ->
            Expect.ok 1 outcomes[0]
            Expect.failed "broken" outcomes[1]
            Expect.cause (Cause.Crashed boom) outcomes[2]
            Expect.ok 4 outcomes[3]
            Expect.cause (Cause.TimedOut(Step.milliseconds 4.)) outcomes[4]
    })

[<Fact>]
let ``a cancel stops all and settled, and nothing is left`` () =
    Story.run (fun () -> task {
        for verb in [ Parallel.all >> Scoped.map ignore; Parallel.settled >> Scoped.map ignore ] do
            let runtime = SeededRuntime 5

            let options = {
                ScopeOptions.Default with
                    Timeout = Step.milliseconds 5.
            }

            let outcome: Result<unit, ScopeError<string>> =
                runtime.Run(options, verb [ for _ in 1..5 -> (Step.forever: Scoped<unit, string>) ])

            Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) outcome
            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``no items give an empty array`` () =
    Story.run (fun () -> task {
        let none: Scoped<int, string> list = []
        let! all = Story.wait (Scope.run (Parallel.all none))
        Expect.ok [||] all

        let! settled =
            Story.wait (Scope.run (Parallel.settled none |> Scoped.map Array.length))

        Expect.ok 0 (settled: Result<int, ScopeError<string>>)
    })

[<Fact>]
let ``work described once runs each time it is run`` () =
    Story.run (fun () -> task {
        let runs = ref 0

        let work: Scoped<int array, string> =
            Parallel.all [ for _ in 1..3 -> scope { return Interlocked.Increment runs } ]

        let! first = Story.wait (Scope.run work)
        let! second = Story.wait (Scope.run work)
        Assert.True(first.IsOk && second.IsOk)
        Assert.Equal(6, runs.Value)
    })
