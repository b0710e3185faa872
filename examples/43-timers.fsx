// What is shaped by time: poll, every, debounce, throttle, batch. They belong to the scope, and end with it.
// Run it: dotnet fsi examples/43-timers.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// Asks a queue for its length: the second answer is an error, which does not stop the poll.
let polling: Scoped<unit, string> = scope {
    let asked = ref 0

    let ask = scope {
        asked.Value <- asked.Value + 1

        return!
            (if asked.Value = 2 then
                 Error "the queue did not answer"
             else
                 Ok())
    }

    let! poll =
        Poll.startWith
            {
                Poll.defaults with
                    Interval = milliseconds 10
                    OnError = Action<ScopeError<string>>(fun error -> printfn $"poll: {error}")
            }
            ask

    while poll.Status.PollCount < 4L do
        do! Scope.delay (milliseconds 1)

    poll.Stop()
    printfn $"poll: asked {asked.Value} times, running: {poll.Status.Running}"
}

/// Three calls in a burst: the last one runs, and the others are told.
let debouncing: Scoped<unit, string> = scope {
    let! search =
        Debounce.makeWith
            {
                Debounce.Options.Default with
                    Wait = milliseconds 60
            }
            (fun (text: string) -> Scoped.value $"results for '{text}'")

    let typed (after: int) text = scope {
        do! Scope.delay (milliseconds after)
        return! Debounce.call text search
    }

    let! outcomes = Parallel.all [ typed 0 "s"; typed 10 "sc"; typed 20 "scope" ]

    for outcome in outcomes do
        match outcome with
        | Debounced.Ran results -> printfn $"debounce: {results}"
        | Debounced.Superseded _ -> printfn "debounce: a later call took its place"
}

/// At most one alarm an hour: the caller of the second one knows that it was skipped.
let throttling: Scoped<unit, string> = scope {
    let! alarm =
        Throttle.makeWith
            {
                Throttle.Options.Default with
                    Interval = TimeSpan.FromHours 1.
            }
            (fun (text: string) -> scope { printfn $"throttle: ALARM {text}" })

    for text in [ "too hot"; "still too hot" ] do
        match! Throttle.call text alarm with
        | Throttled.Ran() -> printfn "throttle: sent"
        | Throttled.Skipped after ->
            printfn $"throttle: skipped, room again within the hour: {after <= TimeSpan.FromHours 1.}"
}

/// Rows are written three at a time, and the last ones when the scope ends.
let batching: Scoped<unit, string> = scope {
    let! rows =
        Batch.makeWith
            {
                Size = 3
                Within = TimeSpan.FromMinutes 1.
            }
            (fun rows -> scope { printfn $"batch: %A{rows}" })

    for row in 1..7 do
        do! Batch.add row rows
}

for program in [ polling; debouncing; throttling; batching ] do
    match Scope.runSync program with
    | Ok() -> ()
    | Error error -> printfn $"{error}"

(* prints
poll: failed: "the queue did not answer"
poll: asked 4 times, running: False
debounce: a later call took its place
debounce: a later call took its place
debounce: results for 'scope'
throttle: ALARM too hot
throttle: sent
throttle: skipped, room again within the hour: True
batch: [|1; 2; 3|]
batch: [|4; 5; 6|]
batch: [|7|]
*)
