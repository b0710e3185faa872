/// Calls in bursts, polls that are stopped and started, batches that are cut short: one interleaving for each seed.
module GoGoScope.Fuzz.Combinators.TimerScenario

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz
open GoGoScope.Fuzz.Combinators.TimerCalls

let private polled (library: Library) (random: Random) (runtime: SeededRuntime) (tally: Tally) : string list =
    let mutable running = 0
    let mutable most = 0
    let mutable runs = 0
    let mutable stopped = 0
    let mutable marks = 0
    let deaf = random.Next 2 = 0

    let work: Scoped<unit, string> = scope {
        runs <- runs + 1
        running <- running + 1
        most <- max most running
        stopped <- stopped + 1

        try
            if deaf then
                do! fun (_: CancellationToken) -> Task.Delay(milliseconds 6, runtime.Clock)
            else
                do! Scope.delay (milliseconds 6)

            stopped <- stopped - 1
        finally
            running <- running - 1
    }

    let program: Scoped<int64, string> = scope {
        let! poll =
            Poll.startWith
                {
                    Poll.defaults with
                        Interval = milliseconds 4
                }
                work

        for _ in 1 .. 1 + random.Next 4 do
            do! Scope.delay (milliseconds (random.Next 9))
            let before = runs
            library.Restart poll
            do! Scope.delay (milliseconds 7)

            // stopped and started, it begins at once, or when the run that did not hear has ended
            if runs = before then
                marks <- marks + 1

        poll.Stop()
        do! Scope.delay (milliseconds 20)
        return poll.Status.PollCount
    }

    match runtime.Run program with
    | Error error -> [ $"poll: {error}" ]
    | Ok count ->
        tally.Add("runs of a poll", runs)

        if stopped > 0 then
            tally.Add("runs of a poll that were stopped", stopped)

        [
            if most > 1 then
                $"{most} runs of a poll at once"
            if running > 0 then
                "a run of a poll was left"
            if marks > 0 then
                "a poll that was started again did not run"
            if count > int64 runs then
                $"{count} runs counted, but there were {runs}"
        ]

let private batched
    (library: Library)
    (random: Random)
    (runtime: SeededRuntime)
    (tally: Tally)
    : string list =
    let out = ResizeArray<int>()
    let added = ResizeArray<int>()
    let size = 1 + random.Next 4
    let mutable largest = 0

    let program: Scoped<unit, string> = scope {
        let! batch =
            Batch.makeWith { Size = size; Within = milliseconds 5 } (fun items -> scope {
                largest <- max largest items.Length
                do! Scope.delay (milliseconds 2)
                out.AddRange items
            })

        for item in 0 .. random.Next 12 do
            do! library.Add batch item
            added.Add item
            do! Scope.delay (milliseconds (random.Next 4))
    }

    let options = {
        ScopeOptions.Default with
            Timeout = milliseconds (1 + random.Next 40)
    }

    match runtime.Run(options, program) with
    | Error { Cause = Cause.TimedOut _ } -> tally.Add("scopes that were cut", 1)
    | _ -> ()

    tally.Add("items in batches", out.Count)

    [
        if List.ofSeq out <> List.ofSeq added then
            $"added %A{List.ofSeq added}, but handed on %A{List.ofSeq out}"

        if largest > size then
            $"a batch of {largest}, but the limit is {size}"
    ]

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let runtime = SeededRuntime seed
    let verbs = [| debounced; throttled; polled; batched |]
    let verb = seed % verbs.Length
    let problems = verbs[verb] library random runtime tally

    {
        Problems = [
            yield! problems
            if runtime.Clock.PendingTimers > 0 then
                "a timer is left"
        ]
        Story = [ $"verb {verb}" ]
    }

let scenario: Scenario = Rounds.scenario "timers" counters libraries round
