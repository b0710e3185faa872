namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic

/// What a long run has seen. Every line must be above zero in the end.
[<Sealed>]
type Tally() =
    let counts = SortedDictionary<string, int64>()
    let traces = HashSet<int>()

    /// What must have happened at least once.
    static member Names = [
        "programs on one thread"
        "programs on threads"
        "duels of two threads"
        "distinct interleavings"
        "scopes started"
        "cancels that hit a parked waiter"
        "failures decided"
        "outcomes predicted"
        "siblings stopped"
        "timeouts fired"
        "deadlines kept"
        "cleanups run"
        "cleanups past their bound"
        "errors given to the hook"
        "errors that nobody read"
        "stuck children named"
        "resources closed"
        "crashes handled"
        "children refused"
        "lazy children never started"
    ]

    member _.Add(name: string, count: int) =
        counts[name] <- counts.GetValueOrDefault(name, 0L) + int64 count

    member _.AddTrace(trace: int array) =
        let hash = HashCode()
        let mutable hash = hash

        for step in trace do
            hash.Add step

        traces.Add(hash.ToHashCode()) |> ignore

    member _.Item
        with get (name: string) =
            if name = "distinct interleavings" then
                int64 traces.Count
            else
                counts.GetValueOrDefault(name, 0L)

module Check =

    let private count (tally: Tally) (facts: Facts) =
        let add name = tally.Add(name, 1)

        add (
            if facts.IsExact then
                "programs on one thread"
            else
                "programs on threads"
        )

        if facts.IsExact then
            tally.AddTrace facts.Seen.Trace

        for entry in facts.Entries do
            match entry.Event with
            | Started _ -> add "scopes started"
            | Parked(_, true) -> add "cancels that hit a parked waiter"
            | CleanupOut _ -> add "cleanups run"
            | CleanupTokenFired _ -> add "cleanups past their bound"
            | Unobserved _ -> add "errors given to the hook"
            | Stuck _ -> add "stuck children named"
            | Released _ -> add "resources closed"
            | Caught _ -> add "crashes handled"
            | Told(_, GoGoScope.CancelReason.DeadlinePassed _) -> add "timeouts fired"
            | Answered(_, _, [ GoGoScope.Cause.Rejected _ ]) -> add "children refused"
            | _ -> ()

        for place in facts.Plan.Places.Values do
            match place.Child with
            | ValueSome { Start = Start.Lazy } when
                (facts.Launched place.Id).IsSome && (facts.Started place.Id).IsNone
                ->
                add "lazy children never started"
            | _ -> ()

            if place.Role = Spawned && (facts.Asked place.Id).IsNone && facts.IsRaised place.Id then
                add "errors that nobody read"

    /// All that is wrong with a run.
    let run (tally: Tally) (seen: Observation) : string list =
        let facts = Facts(Plan seen.Program, seen)
        count tally facts
        let add name = tally.Add(name, 1)

        if seen.Broken.IsSome then
            [ $"guarantee 6: {seen.Broken.Value}" ]
        else
            [
                yield! Guarantees.nothingRunsAfterTheEnd facts
                yield! Guarantees.cleanupsComeLast facts
                yield! Guarantees.everythingIsClosed facts
                yield! Guarantees.nothingIsSilent facts
                yield! Guarantees.nothingIsLeft facts

                if facts.IsExact then
                    yield! Predictions.cleanupBounds facts

                    if seen.Program.Probe then
                        yield! Predictions.outcomes facts add
                        yield! Predictions.reasons facts
                        yield! Predictions.siblings facts add
                        yield! Predictions.nothingBeginsAfterACancel facts
                        yield! Predictions.deadlines facts add
            ]
            |> List.distinct
