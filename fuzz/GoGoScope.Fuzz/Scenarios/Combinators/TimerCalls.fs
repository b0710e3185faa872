/// Calls in bursts: what each is told, against what ran.
module GoGoScope.Fuzz.Combinators.TimerCalls

open System
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz

let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// What is fuzzed.
type Library = {
    Debounced: Debounce<int, int, string> -> int -> Scoped<Debounced<int>, string>
    Throttled: Throttle<int, int, string> -> int -> Scoped<Throttled<int>, string>
    Restart: Poll -> unit
    Add: Batch<int> -> int -> Scoped<unit, string>
}

let real = {
    Debounced = fun debounce argument -> Debounce.call argument debounce
    Throttled = fun throttle argument -> Throttle.call argument throttle
    Restart =
        fun poll ->
            poll.Stop()
            poll.Start()
    Add = fun batch item -> Batch.add item batch
}

let libraries = [
    "", real
    "false-success",
    {
        real with
            Throttled =
                fun throttle argument ->
                    Throttle.call argument throttle
                    |> Scoped.map (function
                        | Throttled.Skipped _ -> Throttled.Ran argument
                        | ran -> ran)
    }
    "wrong-caller",
    {
        real with
            Debounced =
                fun debounce argument ->
                    Debounce.call argument debounce
                    |> Scoped.map (function
                        | Debounced.Ran value -> Debounced.Ran(value + 1)
                        | superseded -> superseded)
    }
    "never-stops",
    {
        real with
            Restart = fun poll -> poll.Start()
    }
    "loses-items",
    {
        real with
            Add =
                fun batch item ->
                    if item % 5 = 4 then
                        Scoped.value ()
                    else
                        Batch.add item batch
    }
]

let counters = [
    "calls that ran"
    "calls that were superseded"
    "calls that were skipped"
    "calls that were withdrawn"
    "runs of a poll"
    "runs of a poll that were stopped"
    "items in batches"
    "scopes that were cut"
]

/// Times at which calls come.
let private times (random: Random) = [
    let mutable at = 0

    for _ in 1 .. random.Next 8 do
        at <- at + 1 + random.Next 13
        at
]

let debounced (library: Library) (random: Random) (runtime: SeededRuntime) (tally: Tally) : string list =
    let ran = ResizeArray<int>()
    let leading = random.Next 2 = 0
    let at = times random
    let mutable withdrawn = 0

    let program: Scoped<Result<Debounced<int>, ScopeError<string>> array, string> = scope {
        let! debounce =
            Debounce.makeWith
                {
                    Wait = milliseconds 10
                    Leading = leading
                    Trailing = true
                }
                (fun (argument: int) -> scope {
                    ran.Add argument
                    return argument
                })

        return!
            Parallel.settled [
                for index, time in List.indexed at ->
                    scope {
                        do! Scope.delay (milliseconds time)
                        let call = library.Debounced debounce index

                        // some callers lose patience
                        return!
                            (if index % 4 = 3 then
                                 Scoped.timeout (milliseconds 5) call
                             else
                                 call)
                    }
            ]
    }

    match runtime.Run program with
    | Error error -> [ $"debounce: {error}" ]
    | Ok outcomes -> [
        for index in 0 .. outcomes.Length - 1 do
            match outcomes[index] with
            | Ok(Debounced.Ran value) ->
                tally.Add("calls that ran", 1)

                if value <> index || not (ran.Contains index) then
                    $"call {index} was given {value}"
            | Ok(Debounced.Superseded _) ->
                tally.Add("calls that were superseded", 1)

                if ran.Contains index then
                    $"call {index} ran, but was told that it was superseded"

                if index = outcomes.Length - 1 then
                    "the last call was superseded"
            | Error { Cause = Cause.TimedOut _ } ->
                tally.Add("calls that were withdrawn", 1)
                withdrawn <- withdrawn + 1

                if ran.Contains index then
                    $"call {index} was withdrawn, but ran"
            | Error error -> $"call {index}: {error}"
      ]

let throttled (library: Library) (random: Random) (runtime: SeededRuntime) (tally: Tally) : string list =
    let starts = ResizeArray<struct (int * float)>()
    let trailing = random.Next 2 = 0
    let at = times random

    let program: Scoped<Result<Throttled<int>, ScopeError<string>> array, string> = scope {
        let! throttle =
            Throttle.makeWith
                {
                    Interval = milliseconds 10
                    Leading = true
                    Trailing = trailing
                }
                (fun (argument: int) -> scope {
                    starts.Add(struct (argument, runtime.Clock.Elapsed.TotalMilliseconds))
                    return argument
                })

        return!
            Parallel.settled [
                for index, time in List.indexed at ->
                    scope {
                        do! Scope.delay (milliseconds time)
                        return! library.Throttled throttle index
                    }
            ]
    }

    match runtime.Run program with
    | Error error -> [ $"throttle: {error}" ]
    | Ok outcomes -> [
        for index in 0 .. outcomes.Length - 1 do
            let ran = Seq.exists (fun struct (argument, _) -> argument = index) starts

            match outcomes[index] with
            | Ok(Throttled.Ran value) ->
                tally.Add("calls that ran", 1)

                if value <> index || not ran then
                    $"call {index} was told that it ran, and given {value}"
            | Ok(Throttled.Skipped after) ->
                tally.Add("calls that were skipped", 1)

                if ran then
                    $"call {index} ran, but was told that it was skipped"

                if after < TimeSpan.Zero || after > milliseconds 10 then
                    $"call {index} was told to come after {after}"
            | Error error -> $"call {index}: {error}"

        for struct (_, first), struct (_, second) in Seq.pairwise starts do
            if second - first < 10. then
                $"two runs started {second - first} ms apart"
      ]
