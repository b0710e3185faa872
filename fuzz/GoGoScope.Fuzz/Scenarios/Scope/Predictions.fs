namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic
open GoGoScope

/// What only a run on one thread can show, because there the journal has the library's own order.
module Predictions =

    let private problem (guarantee: int) (text: string) = $"guarantee {guarantee}: {text}"

    let private agrees (verdict: Verdict) (causes: Ended) =
        let actual =
            List.map Event.cause causes |> List.filter (fun text -> text <> verdict.Maybe)

        match verdict.Causes, actual with
        | expected, actual when expected = actual -> true
        | [], [ other ]
        | [ other ], [] when verdict.IsOpen && other.StartsWith "cancelled" -> true
        | expected, actual when verdict.IsMurky -> expected.IsEmpty = actual.IsEmpty
        | first :: _, actual :: _ when first <> actual && not verdict.IsOpen -> false
        | expected, actual -> set expected = set actual

    /// 2. Outcomes are what design 3 says: Ok exactly when nothing failed, the cause is the earliest failure, none is lost.
    let outcomes (facts: Facts) (count: string -> unit) : string seq = seq {
        let plan = facts.Plan
        let verdicts = Verdicts facts

        let check id causes how = seq {
            let verdict = verdicts.Of id
            count "outcomes predicted"

            if verdict.Causes.Length > 1 then
                count "failures decided"

            if not (agrees verdict causes) then
                let wanted = String.Join(" + ", verdict.Causes)
                problem 2 $"scope {id} {how} {Event.ended causes}, but it should have been %A{wanted}"
        }

        for entry in facts.Entries do
            match entry.Event with
            | RootEnded causes when (facts.Started plan.Program.Root.Id).IsSome ->
                yield! check plan.Program.Root.Id causes "ended as"
            | BoundEnded(id, causes) when plan.Places[id].Role <> Crowd ->
                let isOver =
                    match plan.Places[id].Role with
                    | Group -> plan.Kids id |> List.exists (fun kid -> (facts.Started kid.Id).IsSome)
                    | _ -> (facts.Started id).IsSome

                if isOver then
                    yield! check id causes "ended as"
            | Answered(reader, id, causes) when plan.Places[id].Parent = reader && (facts.Started id).IsSome ->
                yield! check id causes "answered"
            | _ -> ()
    }

    let private nameOf (facts: Facts) (reason: CancelReason) =
        match reason with
        | CancelReason.SiblingFailed name when name.StartsWith "b" ->
            match Int32.TryParse(name.Substring 1) with
            | true, id when facts.Plan.Places.ContainsKey id -> ValueSome facts.Plan.Places[id]
            | _ -> ValueNone
        | _ -> ValueNone

    /// 2. Who is told to stop is told why: siblings of a failure that it was a sibling, what is below that its parent ended.
    let reasons (facts: Facts) : string seq = seq {
        let plan = facts.Plan

        for entry in facts.Entries do
            match entry.Event with
            | Told(id, reason) ->
                let place = plan.Places[id]

                let wrong (why: string) =
                    problem 2 $"scope {id} was told '{reason}', but {why}"

                match reason, facts.Told place.Parent with
                | CancelReason.ParentEnded above, ValueSome(struct (_, told)) when
                    above <> told && reason <> told
                    ->
                    wrong $"its parent was told '{told}'"
                | CancelReason.ParentEnded _, ValueNone when
                    (plan.Places.TryGetValue place.Parent |> fst)
                    && (facts.Started place.Parent).IsSome
                    && plan.Places[place.Parent].Role <> Item
                    ->
                    wrong "its parent was told nothing"
                | CancelReason.DeadlinePassed budget, _ when budget <> plan.LimitOf id || place.Limit = 0 ->
                    wrong "that is not its own limit"
                | CancelReason.SiblingFailed _, _ ->
                    match nameOf facts reason with
                    | ValueSome failed when failed.Parent <> id && failed.Parent <> place.Parent ->
                        wrong "that is no sibling and no child"
                    | _ -> ()
                | CancelReason.TokenFired _, _ when place.Role <> Top -> wrong "it is not the root"
                | _ -> ()
            | _ -> ()
    }

    /// 2. A failure stops the siblings, at once.
    let siblings (facts: Facts) (count: string -> unit) : string seq = seq {
        let plan = facts.Plan
        let verdicts = Verdicts facts

        for failed in plan.Places.Values do
            let keepsGoing = plan.Program.KeepGoing && failed.Parent = plan.Program.Root.Id

            match failed.Role, facts.Closed failed.Id with
            | (Forked | Operand), ValueSome ended when not keepsGoing ->
                let verdict = verdicts.Of failed.Id

                if
                    not verdict.IsStopped
                    && not verdict.IsOpen
                    && not verdict.IsMurky
                    && not verdict.Causes.IsEmpty
                then
                    for kid in plan.Kids failed.Parent do
                        match facts.Started kid.Id, facts.Closed kid.Id with
                        | ValueSome started, ValueSome closed when
                            started.At < ended.At && closed.At > ended.At && not kid.IsShielded
                            ->
                            match facts.Told kid.Id with
                            | ValueSome(struct (at, _)) when at < ended.At -> ()
                            | ValueSome(struct (at, CancelReason.SiblingFailed _)) when
                                facts.Entries[at].Time = ended.Time
                                ->
                                count "siblings stopped"
                            | told ->
                                problem
                                    2
                                    $"scope {failed.Id} failed at {ended.At}, but its sibling {kid.Id} was told %A{told}"
                        | _ -> ()
            | _ -> ()
    }

    /// 4. A cancel is level-triggered: who was told begins no further step.
    let nothingBeginsAfterACancel (facts: Facts) : string seq = seq {
        for entry in facts.Entries do
            match entry.Event with
            | StepIn(id, _) when facts.WasToldBefore(id, entry.At) ->
                problem 4 $"scope {id} had been told to stop, but began a step: {Event.print entry}"
            | _ -> ()
    }

    /// 6. No scope outlives the nearest deadline, unless something in it may take longer.
    let deadlines (facts: Facts) (count: string -> unit) : string seq = seq {
        let plan = facts.Plan

        let rec nearest (place: Place) =
            let start =
                match place.Child with
                | ValueSome { Start = Start.Lazy } -> facts.Started place.Id
                | _ when place.Role = Top -> facts.Started place.Id
                | _ -> facts.Launched place.Id

            let own =
                match start with
                | ValueSome start when place.Limit > 0 ->
                    start.Time + (plan.LimitOf place.Id).TotalMilliseconds
                | _ -> Double.PositiveInfinity

            match plan.Places.TryGetValue place.Parent with
            | true, above when not place.IsShielded -> min own (nearest above)
            | _ -> own

        for place in plan.Places.Values do
            match facts.Started place.Id, facts.Closed place.Id with
            | ValueSome _, ValueSome closed when not (plan.IsSlow place.Id) ->
                let limit = nearest place

                if limit < Double.PositiveInfinity then
                    count "deadlines kept"

                if closed.Time > limit + 0.001 then
                    problem 6 $"scope {place.Id} had until {limit}, but ended at {closed.Time}"
            | _ -> ()
    }

    /// 6. A cleanup hears when its time is over.
    let cleanupBounds (facts: Facts) : string seq = seq {
        let began = Dictionary<int, float>()
        let fired = HashSet<int>()
        let bound = float facts.Program.Grace

        for entry in facts.Entries do
            match entry.Event with
            | CleanupIn id -> began[id] <- entry.Time
            | CleanupTokenFired id -> fired.Add id |> ignore
            | CleanupOut id ->
                let took = entry.Time - began[id]

                if took > bound && not (fired.Contains id) then
                    problem 6 $"the cleanup {id} took {took} ms, and its token did not fire"

                match facts.Plan.Things[id].Closing with
                | Waits _
                | WaitsThrows _ when took > bound + 0.001 ->
                    problem 6 $"the cleanup {id} obeys its token, and took {took} ms"
                | _ -> ()
            | _ -> ()
    }
