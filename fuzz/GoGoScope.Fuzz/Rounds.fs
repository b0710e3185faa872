namespace GoGoScope.Fuzz

open System
open System.Collections.Generic
open System.Diagnostics
open System.Threading

/// What a command line asks for.
type Order = {
    Seeds: int seq
    Until: TimeSpan
    /// Only one seed: show what happened.
    Shows: bool
    /// Goes on after a failure, and lists all kinds of failures.
    GoesOn: bool
    /// All programs on the thread pool and the system clock, where the scenario can.
    OnThreads: bool
}

/// What a command line can name.
type Scenario = {
    Name: string
    /// The bugs that it can plant.
    Sabotages: string list
    /// Runs with the named bug; "" is none. True when everything held, and enough happened to say so.
    Play: Order -> string -> bool
}

/// Counts what was exercised. Safe from any thread.
[<Sealed>]
type Tally(names: string list) =
    let counts = Dictionary<string, int64>()

    do
        for name in names do
            counts[name] <- 0L

    /// Everything that must have happened at least once.
    member _.Names = names

    member _.Item = fun name -> lock counts (fun () -> counts[name])

    /// `name` must be one of the names.
    member _.Add(name: string, count: int) =
        lock counts (fun () -> counts[name] <- counts[name] + int64 count)

/// One round of a scenario: a program made of the seed, run and judged.
type Round = {
    /// What is wrong; empty when all is well.
    Problems: string list
    /// The program and what happened, for people.
    Story: string list
}

/// Scenarios whose every seed is one round.
module Rounds =

    let private report (scenario: string) (sabotage: string) (seed: int) (round: Round) =
        for line in round.Story do
            printfn $"{line}"

        for problem in round.Problems do
            printfn $"FAILED {problem}"

        let planted = if sabotage = "" then "" else $" --sabotage {sabotage}"

        printfn
            $"replay: dotnet run -c Release --project fuzz/GoGoScope.Fuzz -- {scenario} --seed {seed}{planted}"

    /// A round that never ends is a failure, not a hang. By the wall clock: for runs on threads.
    let bounded (seconds: int) (round: unit -> Round) : Round =
        let mutable answer = Unchecked.defaultof<Round>
        let mutable failure: exn | null = null

        let run () =
            try
                answer <- round ()
            with problem ->
                failure <- problem

        let thread = Thread(run, 16 * 1024 * 1024, IsBackground = true)
        thread.Start()

        if not (thread.Join(TimeSpan.FromSeconds(float seconds))) then
            {
                Problems = [ $"the round did not end within {seconds} seconds" ]
                Story = []
            }
        else
            match failure with
            | null -> answer
            | failure -> {
                Problems = [ $"{failure}" ]
                Story = []
              }

    /// `round library seed tally` plays one seed. `libraries` are the planted bugs by name; "" names the true library.
    let scenario
        (name: string)
        (counters: string list)
        (libraries: (string * 'Library) list)
        (round: 'Library -> Order -> int -> Tally -> Round)
        : Scenario =
        let play (order: Order) (sabotage: string) =
            let library = List.find (fun (known, _) -> known = sabotage) libraries |> snd
            let tally = Tally("rounds" :: counters)
            let started = Stopwatch.GetTimestamp()
            let mutable failures = 0

            let goes seed =
                let played = bounded 60 (fun () -> round library order seed tally)
                tally.Add("rounds", 1)

                if not played.Problems.IsEmpty then
                    failures <- failures + 1

                    if failures <= 10 then
                        report name sabotage seed played
                elif order.Shows then
                    for line in played.Story do
                        printfn $"{line}"

                played.Problems.IsEmpty || order.GoesOn

            order.Seeds
            |> Seq.takeWhile (fun _ -> Stopwatch.GetElapsedTime started < order.Until)
            |> Seq.forall goes
            |> ignore

            for name in tally.Names do
                printfn $"%9d{tally.Item name} {name}"

            let idle =
                if order.Shows || failures > 0 then
                    []
                else
                    tally.Names |> List.filter (fun name -> tally.Item name = 0L)

            for name in idle do
                printfn $"FAILED never happened: {name}"

            failures = 0 && idle.IsEmpty

        {
            Name = name
            Sabotages = libraries |> List.map fst |> List.filter ((<>) "")
            Play = play
        }
