/// Many items at a bounded rate, against counting: one interleaving for each seed.
module GoGoScope.Fuzz.Combinators.ParallelScenario

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz

/// What is fuzzed.
type Library = {
    All: Parallel.Options -> Scoped<int, int> list -> Scoped<int array, int>
    Settled: Parallel.Options -> Scoped<int, int> list -> Scoped<Result<int, ScopeError<int>> array, int>
    Quorum: Parallel.Options -> int -> Scoped<int, int> list -> Scoped<int array, int>
}

let private real = {
    All = Parallel.allWith
    Settled = Parallel.settledWith
    Quorum = Parallel.quorumWith
}

let private without (options: Parallel.Options) = {
    options with
        Concurrency = Int32.MaxValue
}

let private libraries = [
    "", real
    "forgets-limit",
    {
        real with
            All = fun options -> Parallel.allWith (without options)
            Settled = fun options -> Parallel.settledWith (without options)
    }
    "mixes-results",
    {
        real with
            Settled = fun options works -> Parallel.settledWith options works |> Scoped.map Array.rev
    }
    "tells-twice",
    {
        real with
            Settled =
                fun options ->
                    Parallel.settledWith {
                        options with
                            OnProgress =
                                Action<int, int, int>(fun completed total index ->
                                    options.OnProgress.Invoke(completed, total, index)

                                    if index = 2 then
                                        options.OnProgress.Invoke(completed, total, index))
                    }
    }
    "quorum-of-one-less",
    {
        real with
            Quorum = fun options needed -> Parallel.quorumWith options (max 1 (needed - 1))
    }
]

let private counters = [
    "all gave every value"
    "all failed"
    "settled"
    "settled and stopped at an error"
    "quorums reached"
    "quorums out of reach"
    "items that were stopped"
    "items that never started"
    "rounds that reached the limit"
]

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let count = random.Next 9

    let plan = [|
        for _ in 1..count -> struct (random.Next 6, random.Next 5 > 0, random.Next 3)
    |]

    let runtime = SeededRuntime seed
    let told = ResizeArray<struct (int * int)>()
    let runs = Array.zeroCreate<int> count
    let ended = Array.zeroCreate<bool> count
    let mutable running = 0
    let mutable most = 0

    let work number : Scoped<int, int> = scope {
        let! current = Scope.current
        let struct (wait, good, pauses) = plan[number]
        runs[number] <- runs[number] + 1
        running <- running + 1
        most <- max most running

        try
            for _ in 1..pauses do
                do! fun (_: CancellationToken) -> (task { do! Task.Yield() } :> Task)

            if wait > 0 then
                do! Scope.delay (TimeSpan.FromMilliseconds(float wait))

            // an error is bound, and nothing is bound any more in a scope that was told to stop
            ended[number] <- good || not current.IsCancelled

            if good then
                return number
            else
                return! (Error number: Result<int, int>)
        finally
            running <- running - 1
    }

    let limit = [| 1; 2; 3; Int32.MaxValue |][random.Next 4]
    let stopsOnError = random.Next 2 = 0
    let verb = random.Next 3
    let needed = 1 + random.Next 4

    let options = {
        Parallel.Options.Default with
            Concurrency = limit
            StopOnError = stopsOnError
            OnProgress = Action<int, int, int>(fun completed _ index -> told.Add(struct (completed, index)))
    }

    let works = List.init count work

    let failures =
        plan |> Array.filter (fun struct (_, good, _) -> not good) |> Array.length

    let isGood number =
        let struct (_, good, _) = plan[number] in good

    let mutable left = -1

    let watched (work: Scoped<'T, int>) : Scoped<Result<'T, ScopeError<int>>, int> = scope {
        let! outcome = Scoped.result work
        left <- running
        return outcome
    }

    let run work =
        match runtime.Run(watched work) with
        | Ok outcome -> outcome
        | Error error -> Error error

    let problems =
        match verb with
        | 0 ->
            match run (library.All options works) with
            | Ok values ->
                tally.Add("all gave every value", 1)

                [
                    if failures > 0 then
                        "all gave values, but an item failed"
                    if values <> [| 0 .. count - 1 |] then
                        $"all gave %A{values}"
                ]
            | Error error ->
                tally.Add("all failed", 1)

                [
                    for cause in ScopeError.causes error do
                        match cause with
                        | Cause.Failed number when not (isGood number) -> ()
                        | cause -> $"all failed with {cause}"
                ]
        | 1 ->
            match run (library.Settled options works) with
            | Error error -> [ $"settled failed: {error}" ]
            | Ok outcomes ->
                let halted = stopsOnError && failures > 0

                tally.Add(
                    (if halted then
                         "settled and stopped at an error"
                     else
                         "settled"),
                    1
                )

                [
                    for number in 0 .. count - 1 do
                        match outcomes[number] with
                        | Ok value when value = number && isGood number -> ()
                        | Error { Cause = Cause.Failed error } when error = number && not (isGood number) ->
                            ()
                        | Error { Cause = Cause.Cancelled _ } when halted && not ended[number] -> ()
                        | outcome -> $"settled gave {outcome} for item {number}"

                    let completed = [ for struct (completed, _) in told -> completed ]

                    if completed <> [ 1 .. completed.Length ] then
                        $"progress counted %A{completed}"

                    let indices = [ for struct (_, index) in told -> index ]

                    let due = [
                        for number in 0 .. count - 1 do
                            if ended[number] then
                                number
                    ]

                    if
                        List.sort indices <> due
                        && not (halted && Set.isSubset (Set.ofList indices) (Set.ofList due))
                    then
                        $"progress told of %A{indices}"
                ]
        | _ ->
            match run (library.Quorum options needed works) with
            | Ok values ->
                tally.Add("quorums reached", 1)

                [
                    if values.Length <> needed then
                        $"a quorum of {needed} gave %A{values}"
                    if not (Array.forall isGood values) then
                        $"a quorum gave what failed: %A{values}"
                    if values <> Array.sort values then
                        $"a quorum gave %A{values} in this order"
                ]
            | Error _ when count - failures >= needed -> [ "a quorum failed that was in reach" ]
            | Error _ ->
                tally.Add("quorums out of reach", 1)
                []

    let tell name count =
        if count > 0 then
            tally.Add(name, count)

    tell "items that never started" (runs |> Array.filter ((=) 0) |> Array.length)

    tell
        "items that were stopped"
        (Seq.length (Seq.filter (fun number -> runs[number] > 0 && not ended[number]) [ 0 .. count - 1 ]))

    tell "rounds that reached the limit" (if most = limit && count > limit then 1 else 0)

    {
        Problems = [
            yield! problems
            if left <> 0 then
                $"{left} items still ran at the end"
            if most > limit then
                $"{most} ran at once, but the limit is {limit}"

            for number in 0 .. count - 1 do
                if runs[number] > 1 then
                    $"item {number} ran {runs[number]} times"

            if runtime.Clock.PendingTimers > 0 then
                "a timer is left"
        ]
        Story = [
            $"%A{plan}"
            $"verb {verb}, limit {limit}, needed {needed}, stops on error: {stopsOnError}"
        ]
    }

let scenario: Scenario = Rounds.scenario "parallel" counters libraries round
