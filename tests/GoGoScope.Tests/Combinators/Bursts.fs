/// Bursts of calls that the tests of debounce and throttle are made of.
[<AutoOpen>]
module GoGoScope.Tests.Combinators.Bursts

open System
open GoGoScope
open GoGoScope.Tests

let debounced leading trailing : Debounce.Options = {
    Wait = Step.milliseconds 10.
    Leading = leading
    Trailing = trailing
}

let throttled leading trailing : Throttle.Options = {
    Interval = Step.milliseconds 10.
    Leading = leading
    Trailing = trailing
}

let work (stage: Stage) (name: string) : Scoped<string, string> = scope {
    stage.Tell $"{name} runs"
    do! Step.delay 2.
    return name
}

/// Calls at these times, each in a child of its own; gives what became of each.
let calls (at: (float * string) list) (call: string -> Scoped<'R, string>) : Scoped<'R list, string> = scope {
    let! children =
        Parallel.settled [
            for time, name in at ->
                scope {
                    do! Step.delay time
                    return! call name
                }
        ]

    return [
        for child in children do
            match child with
            | Ok value -> value
            | Error error -> failwith $"{error}"
    ]
}

let burst = [ 0., "a"; 4., "b"; 8., "c"; 40., "d" ]

let runDebounced (stage: Stage) leading trailing at = scope {
    let! debounce = Debounce.makeWith (debounced leading trailing) (work stage)
    return! calls at (fun name -> Debounce.call name debounce)
}

let runThrottled (stage: Stage) leading trailing at = scope {
    let! throttle = Throttle.makeWith (throttled leading trailing) (work stage)
    return! calls at (fun name -> Throttle.call name throttle)
}
