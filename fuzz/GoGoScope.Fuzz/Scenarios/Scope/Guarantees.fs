namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic
open System.Text.RegularExpressions
open GoGoScope

/// What must be so after every run, whatever the program and the interleaving.
module Guarantees =

    let private problem (guarantee: int) (text: string) = $"guarantee {guarantee}: {text}"

    /// 1. A scope ends only after everything started in it has ended.
    let nothingRunsAfterTheEnd (facts: Facts) : string seq = seq {
        let plan = facts.Plan

        // a place in the journal at which a scope, or all the scopes of a step, must be over
        let over id at how = seq {
            let last = facts.LastOf id

            if last > at then
                problem 1 $"scope {id} {how}, but then: {Event.print facts.Entries[last]}"
        }

        for entry in facts.Entries do
            match entry.Event with
            | Closed id -> yield! over id entry.At "had ended"
            | BoundEnded(id, _) -> yield! over id entry.At "had given its outcome"
            | Answered(reader, id, causes) when plan.Places[id].Parent = reader ->
                yield! over id entry.At $"had given its outcome ({Event.ended causes})"
            | RootEnded _ ->
                for later in entry.At + 1 .. facts.Entries.Length - 1 do
                    match facts.Entries[later].Event with
                    // on threads a timer or a cancel may be about to call back when the root ends
                    | Told _
                    | Stuck _ when not facts.IsExact -> ()
                    | _ -> problem 1 $"the root had ended, but then: {Event.print facts.Entries[later]}"
            | _ -> ()
    }

    /// 1, 3. Cleanups run after the body and all children have ended.
    let cleanupsComeLast (facts: Facts) : string seq = seq {
        let plan = facts.Plan
        let firstCleanup = Dictionary<int, int>()

        // on threads somebody may be about to call back when the scope ends
        let isLateCall (entry: Entry) =
            match entry.Event with
            | Told _ -> not facts.IsExact
            | _ -> false

        for entry in facts.Entries do
            let owner = facts.Owners[entry.At]

            for scope in plan.Above owner do
                match firstCleanup.TryGetValue scope with
                | true, cleanup when scope <> owner && not (isLateCall entry) ->
                    problem 3 $"a cleanup of {scope} ran at {cleanup}, before {Event.print entry}"
                | true, cleanup ->
                    match entry.Event with
                    | StepIn _
                    | StepOut _
                    | Left _
                    | Opened _
                    | Releasing _
                    | Released _ ->
                        problem 3 $"a cleanup of {scope} ran at {cleanup}, before {Event.print entry}"
                    | _ -> ()
                | _ -> ()

            match entry.Event with
            | CleanupIn _ -> firstCleanup.TryAdd(owner, entry.At) |> ignore
            | _ -> ()
    }

    let private positions (facts: Facts) (choose: Event -> int voption) =
        let found = Dictionary<int, List<int>>()

        for entry in facts.Entries do
            match choose entry.Event with
            | ValueSome id ->
                match found.TryGetValue id with
                | true, at -> at.Add entry.At
                | _ -> found[id] <- List [ entry.At ]
            | ValueNone -> ()

        fun id ->
            match found.TryGetValue id with
            | true, at -> List.ofSeq at
            | _ -> []

    /// What opened and closed when, for the things of one kind.
    let private spans facts (opens, closes, closed) isCleanup = [
        for KeyValue(id, thing) in (facts: Facts).Plan.Things do
            if thing.IsCleanup = isCleanup then
                id,
                thing.Owner,
                positions facts opens id,
                positions facts closes id,
                positions facts closed id
    ]

    let private nested kind spans = seq {
        for id, owner, opens, closes, ends in spans do
            match opens, closes, ends with
            | [], [], [] -> ()
            | [ opened ], [ closing ], [ _ ] ->
                for other, otherOwner, opens, _, ends in spans do
                    match opens, ends with
                    | [ later ], [ ended ] when
                        otherOwner = owner && later > opened && later < closing && ended > closing
                        ->
                        problem 3 $"the {kind} {other} came after {id}, but was not closed before it"
                    | _ -> ()
            | _ ->
                problem
                    3
                    $"the {kind} {id} was opened {opens.Length}, closed {closes.Length} and done {ends.Length} times"
    }

    /// 3. Everything is closed once, the last first, and no child that was started after it still runs.
    let everythingIsClosed (facts: Facts) : string seq = seq {
        let resources =
            spans
                facts
                ((function
                 | Opened id -> ValueSome id
                 | _ -> ValueNone),
                 (function
                 | Releasing id -> ValueSome id
                 | _ -> ValueNone),
                 (function
                 | Released id -> ValueSome id
                 | _ -> ValueNone))
                false

        yield! nested "resource" resources

        yield!
            spans
                facts
                ((function
                 | CleanupAdded id -> ValueSome id
                 | _ -> ValueNone),
                 (function
                 | CleanupIn id -> ValueSome id
                 | _ -> ValueNone),
                 (function
                 | CleanupOut id -> ValueSome id
                 | _ -> ValueNone))
                true
            |> nested "cleanup"

        for id, owner, opens, closes, _ in resources do
            for kid in facts.Plan.Kids owner do
                let start =
                    match kid.Child with
                    | ValueSome { Start = Start.Lazy } -> facts.Started kid.Id
                    | _ -> facts.Launched kid.Id

                match opens, closes, start with
                | [ opened ], [ closing ], ValueSome start when
                    start.At > opened && start.At < closing && facts.LastOf kid.Id > closing
                    ->
                    problem
                        3
                        $"the resource {id} was closed at {closing} under the child {kid.Id}: {Event.print facts.Entries[facts.LastOf kid.Id]}"
                | _ -> ()
    }

    let private marks (text: string) = [
        for found in Regex.Matches(text, @"#(\d+)#") -> int found.Groups[1].Value
    ]

    let private visible (facts: Facts) = seq {
        for entry in facts.Entries do
            match entry.Event with
            | RootEnded causes
            | Answered(_, _, causes) -> yield! List.map Event.cause causes
            | Caught(_, failure) -> failure.Message
            | Unobserved error -> $"{error.What} {error.Exception}"
            | _ -> ()
    }

    /// 5. Every failure is somewhere: in the root's outcome, in one that was read, in a handler, in a hook. Nothing is told twice,
    /// and nothing is made up.
    let nothingIsSilent (facts: Facts) : string seq = seq {
        let shown = visible facts |> Seq.collect marks |> HashSet

        for id in facts.Raises do
            let maybe =
                // on threads the cancel may come between the question and the throw
                match facts.Plan.Places.TryGetValue id with
                | true,
                  {
                      Body = ValueSome { Ending = ThrowsForeignStop }
                  } -> not facts.IsExact
                | _ -> false

            if not (maybe || shown.Contains id) then
                problem 5 $"the failure {Model.mark id} is nowhere"

        let tooSlow =
            facts.Entries
            |> Array.exists (function
                | { Event = CleanupTokenFired _ } -> true
                | _ -> false)

        if
            tooSlow
            && not (
                visible facts
                |> Seq.exists (fun text -> text.Contains "too slow" || text.Contains "bound")
            )
        then
            problem 5 "a cleanup was too slow, and nobody says so"

        for entry in facts.Entries do
            match entry.Event with
            | RootEnded causes
            | BoundEnded(_, causes)
            | Answered(_, _, causes) ->
                let texts =
                    List.map Event.cause causes
                    |> List.filter (fun text ->
                        not (text.StartsWith "cancelled") && text <> "cleanup too slow")

                // errors that change their type are not the same objects any more
                if not facts.Plan.HasUntyped && (List.distinct texts).Length <> texts.Length then
                    problem 5 $"a failure is told twice: {Event.print entry}"

                for id in List.collect marks texts do
                    if not (facts.IsRaised id) then
                        problem 5 $"nobody failed with {Model.mark id}: {Event.print entry}"
            | _ -> ()
    }

    /// 6. Nothing is left that could still ring or be called.
    let nothingIsLeft (facts: Facts) : string seq = seq {
        if facts.Seen.Timers <> 0 then
            problem 6 $"{facts.Seen.Timers} timers are still set after the end"

        if facts.Seen.Registrations <> 0 then
            problem 6 "the caller's token still has a callback of the scope"

        match facts.Seen.Broken with
        | Some what -> problem 6 what
        | None -> ()
    }
