namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic
open System.Diagnostics
open System.Text.RegularExpressions


/// What to run, and on which library.
type TreeOrder = {
    Order: GoGoScope.Fuzz.Order
    Library: unit -> Library
}

/// The scenario `scope`: random trees of scopes, every guarantee checked after each.
module Scenario =

    /// Every fourth program runs on threads, or all of them.
    let private program (order: TreeOrder) (seed: int) : Program =
        Generate.program (order.Order.OnThreads || abs seed % 4 = 3) seed

    let private run (library: unit -> Library) (program: Program) =
        if program.Threads then
            Run.threads (library ()) program
        else
            Run.seeded (library ()) program

    /// The same program twice: the same steps, and the same things happen.
    let private repeats (library: unit -> Library) (seen: Observation) = [
        if not seen.Program.Threads then
            let again = run library seen.Program
            let journal (it: Observation) = Array.map Event.print it.Entries

            if again.Trace <> seen.Trace || journal again <> journal seen then
                "replay: the same seed gave another run"
    ]

    /// On threads several copies run at the same time and get into each other's way.
    let private check
        (tally: Tally)
        (library: unit -> Library)
        (program: Program)
        : Observation * string list =
        let seen =
            if program.Threads then
                Array.Parallel.init 4 (fun _ -> run library program)
            else
                [| run library program |]

        let found =
            seen
            |> Array.map (fun seen -> seen, Check.run tally seen @ repeats library seen)

        found
        |> Array.tryFind (snd >> List.isEmpty >> not)
        |> Option.defaultValue found[0]

    /// What is equal in failures of one kind.
    let private kind (problems: string list) =
        let text = Regex.Replace(List.head problems, @"(?<!guarantee )\d+", "0")
        text.Substring(0, min 50 text.Length)

    let private report (order: TreeOrder) (sabotage: string) (seen: Observation) (problems: string list) =
        let program = seen.Program

        let fails smaller =
            let _, found = check (Tally()) order.Library smaller
            not found.IsEmpty && kind found = kind problems

        // a race on threads may not come twice
        let smallest =
            if program.Threads then
                program
            else
                Shrink.smallest 3000 fails program

        let seen, found =
            if smallest = program then
                seen, problems
            else
                check (Tally()) order.Library smallest

        if smallest <> program then
            printfn $"shrunk from seed {program.Seed} to"

        printfn $"{Model.print smallest}"
        printfn "what happened:"

        for entry in seen.Entries |> Array.skip (max 0 (seen.Entries.Length - 120)) do
            printfn $"{Event.print entry}"

        for problem in found do
            printfn $"FAILED {problem}"

        printfn
            "replay: dotnet run -c Release --project fuzz/GoGoScope.Fuzz -- scope --seed %d%s"
            program.Seed
            sabotage

    /// True when every guarantee held, and enough happened to say so.
    let private playWith (order: TreeOrder) (sabotage: string) : bool =
        let tally = Tally()
        let started = Stopwatch.GetTimestamp()

        let kinds = Dictionary<string, struct (int * int)>()

        let goOn (program: Program) (problems: string list) =
            let struct (times, first) =
                kinds.GetValueOrDefault(kind problems, struct (0, program.Seed))

            kinds[kind problems] <- struct (times + 1, first)
            None

        let broken =
            order.Order.Seeds
            |> Seq.takeWhile (fun _ -> Stopwatch.GetElapsedTime started < order.Order.Until)
            |> Seq.tryPick (fun seed ->
                let program = program order seed
                let seen, problems = check tally order.Library program

                if order.Order.Shows then
                    printfn $"{Model.print program}"

                    for entry in seen.Entries do
                        printfn $"{Event.print entry}"

                if problems.IsEmpty then None
                elif order.Order.GoesOn then goOn program problems
                else Some(seen, problems))

        let lost =
            if order.Order.Shows then
                None
            else
                Duels.fight (if order.Order.OnThreads then 50_000 else 200) (fun () ->
                    tally.Add("duels of two threads", 1))

        for name in Tally.Names do
            printfn $"%9d{tally[name]} {name}"

        match broken with
        | Some(seen, problems) ->
            report order sabotage seen problems
            false
        | None when order.Order.Shows ->
            printfn "every guarantee held"
            true
        | None ->
            // what only one thread can show is not asked of threads
            let idle =
                Tally.Names
                |> List.filter (fun name -> tally[name] = 0L && not order.Order.OnThreads)

            for name in idle do
                printfn $"FAILED never happened: {name}"

            for KeyValue(kind, struct (times, first)) in kinds do
                printfn $"FAILED %d{times} times, first by the seed %d{first}: {kind}"

            Option.iter (fun problem -> printfn $"FAILED {problem}") lost
            idle.IsEmpty && kinds.Count = 0 && lost.IsNone

    /// As a command line names it.
    let scenario: GoGoScope.Fuzz.Scenario = {
        Name = "scope"
        Sabotages = List.map fst Sabotage.all
        Play =
            fun order sabotage ->
                match List.tryFind (fun (known, _) -> known = sabotage) Sabotage.all with
                | Some(name, library) -> playWith { Order = order; Library = library } $" --sabotage {name}"
                | None -> playWith { Order = order; Library = Library } ""
    }
