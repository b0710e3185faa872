/// Shows policies at work: a server with faults, and a client that gets its answers all the same.
module FolderIndex.Flaky

open System
open System.Net.Http
open System.Threading
open GoGoScope

/// Callers at once: more than the rate limiter lets in.
let private callers = {
    Parallel.Options.Default with
        Concurrency = 20
}

/// Starts the server, asks it for every item, and gives what was seen. The server has ended when this has.
let run (seed: int) (screen: Screen) : Scoped<Tally, CallError> = scope {
    let tally = Tally.New()
    let! address = Scope.startDaemon (FlakyServer.serve (FaultPlan seed))
    screen.Writer.WriteLine $"The server with faults listens at {address}"
    use http = new HttpClient(BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan)
    let client = FlakyClient(http, seed, tally)
    do! Parallel.forEachWith callers client.Call [ 0 .. FaultPlan.Items - 1 ]
    do! Parallel.forEachWith callers client.Call [ FaultPlan.Items .. FaultPlan.AllItems - 1 ] // nothing else is under way
    return tally
}

/// What a run says at its end, and its exit code: 0 when everything was seen that was to be seen.
let report (seed: int) (tally: Tally) (elapsed: TimeSpan) : string list * int =
    let lines = [
        $"{FaultPlan.AllItems} calls to a server with faults (seed {seed}) in {elapsed.TotalSeconds:N2} s"
        yield! tally.Lines
    ]

    match tally.Missing with
    | [] -> lines, 0
    | missing -> lines @ [ for counter in missing -> $"not seen: {counter.Label.Trim()}" ], 1
