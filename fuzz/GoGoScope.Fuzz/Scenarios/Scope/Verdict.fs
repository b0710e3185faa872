namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic
open GoGoScope

/// What a scope must have come to, by the rules of the design, worked out from the journal alone.
type Verdict = {
    /// The earliest failure first; none when it ended well.
    Causes: string list
    /// It was stopped, and did not fail by itself.
    IsStopped: bool
    /// A cancelled outcome and a good one are both right: nobody can see from outside what was first.
    IsOpen: bool
    /// A cause that may be there or not, for the same reason; empty for none.
    Maybe: string
    /// A cancellation of somebody else is among the failures: only good or bad is foretold.
    IsMurky: bool
}

/// Works out outcomes for probed runs on one thread, where the order of the journal is the order of the library.
[<Sealed>]
type Verdicts(facts: Facts) =
    let plan = facts.Plan
    let known = Dictionary<int, Verdict>()
    let latest = Int32.MaxValue
    let atExit = 1_000_000_000

    let isCancel (text: string) = text.StartsWith "cancelled"

    let fallTo (reason: CancelReason) = $"cancelled: {reason}"

    /// What the body itself came to: no causes when it ended well, `ValueNone` when it was stopped without saying why.
    let bodyCauses (body: Body) : string list voption =
        let outcomes = [
            for entry in facts.Entries do
                match entry.Event with
                | StepOut(id, step, causes) when id = body.Id && step >= 0 -> List.map Event.cause causes
                | _ -> ()
        ]

        match List.tryFind (List.isEmpty >> not) outcomes with
        | Some causes -> ValueSome causes
        | None when facts.IsRaised body.Id ->
            match body.Ending with
            | Fails -> ValueSome [ $"failed {Model.mark body.Id}" ]
            | _ -> ValueSome [ $"crashed {Model.mark body.Id}" ]
        | None when
            outcomes.Length = body.Steps.Length
            && body.Ending = Gives
            && (facts.Left body.Id).IsSome
            ->
            // a probe that was cancelled at its own bind leaves a body without steps, too
            if body.Steps.IsEmpty && facts.WasToldBefore(body.Id, 0) then
                ValueNone
            else
                ValueSome []
        | None -> ValueNone

    /// The place in the journal at which the scope was over.
    member private _.EndOf(id: int) =
        match facts.Closed id with
        | ValueSome entry -> entry.At
        | ValueNone -> facts.LastOf id

    member this.Of(id: int) : Verdict =
        match known.TryGetValue id with
        | true, verdict -> verdict
        | _ ->
            let verdict = this.WorkOut plan.Places[id]

            // an operand that stops itself leaves its group without a value
            let stoppedItself (kid: Place) =
                match kid.Role, facts.Told kid.Id with
                | Operand, ValueSome(struct (_, CancelReason.Requested _)) -> true
                | _ -> false

            let isMurky =
                (not verdict.IsStopped && List.exists isCancel verdict.Causes)
                || plan.Kids id
                   |> List.exists (fun kid ->
                       ((facts.Started kid.Id).IsSome
                        || (kid.Body.IsNone && (facts.Launched kid.Id).IsSome))
                       && (stoppedItself kid || (this.Of kid.Id).IsMurky))

            let verdict = {
                verdict with
                    IsMurky = isMurky
                    Maybe = this.MaybeTimeout(plan.Places[id], verdict)
            }

            known[id] <- verdict
            verdict

    /// Failed children: where they ended, their place among their siblings, and why. What nobody read counts at the exit.
    member private this.Failures(place: Place) = [
        let ended = this.EndOf place.Id

        // an error of another type than the scope's own arrives as a crash
        let asSeen (isUntyped: bool) (causes: string list) =
            if isUntyped then
                causes
                |> List.map (fun text ->
                    if text.StartsWith "failed" then
                        "crashed" + text.Substring 6
                    else
                        text)
            else
                causes

        let isUntyped (place: Place) =
            place.Child |> ValueOption.exists _.Untyped

        for kid in plan.Kids place.Id do
            let verdict =
                if (facts.Started kid.Id).IsSome then
                    ValueSome(this.Of kid.Id)
                else
                    ValueNone

            match kid.Role, verdict with
            | (Forked | Operand | Spawned), ValueSome verdict when
                not verdict.IsStopped && not verdict.Causes.IsEmpty
                ->
                if kid.Role <> Spawned then
                    this.EndOf kid.Id, kid.Id, asSeen (isUntyped place) verdict.Causes
                else if not (facts.WasRead(kid.Id, ended)) then
                    atExit + this.EndOf kid.Id,
                    kid.Id,
                    asSeen (isUntyped kid || isUntyped place) verdict.Causes
            | _ -> ()
    ]

    /// A child whose outcome mattered was stopped because this scope was: surely, or perhaps.
    member private this.Cut(place: Place) =
        let stopped (kid: Place) =
            match kid.Role, facts.Started kid.Id with
            | (Forked | Operand | Spawned), ValueSome _ -> (this.Of kid.Id).IsStopped
            | _ -> false

        let maybe (kid: Place) =
            match kid.Role with
            | Forked
            | Spawned -> (facts.Started kid.Id).IsNone || (this.Of kid.Id).IsOpen
            | _ -> false

        let kids = plan.Kids place.Id

        let surely =
            kids
            |> List.exists (fun kid ->
                stopped kid
                && not (this.Of kid.Id).IsOpen
                && facts.WasToldBefore(place.Id, this.EndOf kid.Id)
                && (kid.Role <> Spawned || not (facts.WasRead(kid.Id, latest))))

        struct (surely, surely || List.exists maybe kids || List.exists stopped kids)

    /// Whether a limit that passed cut anything that mattered, when only a reader elsewhere knows.
    member private this.MaybeTimeout(place: Place, verdict: Verdict) : string =
        match facts.Told place.Id, this.Cut place with
        | ValueSome(struct (_, CancelReason.DeadlinePassed budget)), struct (false, true) when
            place.Limit > 0 && budget = plan.LimitOf place.Id
            ->
            let text = $"timed out after {budget.Ticks}"
            if List.contains text verdict.Causes then "" else text
        | _ -> ""

    member private _.CleanupFailures(place: Place) = [
        for entry in facts.Entries do
            match entry.Event with
            | Raised id when plan.Things.ContainsKey id && plan.Things[id].Owner = place.Id ->
                latest, latest, [ $"cleanup failed {Model.mark id}" ]
            | CleanupTokenFired id when plan.Things[id].Owner = place.Id ->
                latest, latest, [ "cleanup too slow" ]
            | _ -> ()
    ]

    member private this.WorkOut(place: Place) : Verdict =
        let result =
            match place.Body with
            | ValueSome body -> bodyCauses body
            | ValueNone -> ValueSome []

        let bodyEnd =
            match place.Body with
            | ValueSome body -> facts.BodyEnd body |> ValueOption.map _.At |> ValueOption.defaultValue latest
            | ValueNone -> latest

        let wasStopped, bodyFailures =
            match result with
            | ValueNone -> true, []
            | ValueSome [] -> false, []
            | ValueSome(first :: rest) when isCancel first && facts.WasToldBefore(place.Id, bodyEnd) ->
                true, (if rest.IsEmpty then [] else [ bodyEnd, 0, rest ])
            | ValueSome causes -> false, [ bodyEnd, 0, causes ]

        let struct (surelyCut, maybeCut) = this.Cut place

        let timeouts =
            match facts.Told place.Id with
            | ValueSome(struct (at, CancelReason.DeadlinePassed budget)) when
                place.Limit > 0 && budget = plan.LimitOf place.Id && (wasStopped || surelyCut)
                  ->
                  [ at, 0, [ $"timed out after {budget.Ticks}" ] ]
            | _ -> []

        let failures =
            bodyFailures @ timeouts @ this.Failures place @ this.CleanupFailures place
            |> List.sortBy (fun (at, _, _) -> at)

        match failures, facts.Told place.Id with
        | [], ValueSome(struct (_, reason)) when wasStopped -> {
            Causes = [ fallTo reason ]
            IsStopped = true
            IsOpen = false
            IsMurky = false
            Maybe = ""
          }
        | [], ValueNone when wasStopped -> {
            Causes = [ "stopped without having been told" ]
            IsStopped = true
            IsOpen = false
            IsMurky = false
            Maybe = ""
          }
        | [], ValueSome(struct (_, CancelReason.ScopeExited _)) when place.Role = Top -> {
            Causes = []
            IsStopped = false
            IsOpen = false
            IsMurky = false
            Maybe = ""
          }
        | [], ValueSome(struct (_, reason)) when maybeCut -> {
            Causes = [ fallTo reason ]
            IsStopped = true
            IsOpen = not surelyCut
            IsMurky = false
            Maybe = ""
          }
        | [], _ -> {
            Causes = []
            IsStopped = false
            IsOpen = place.Body.IsNone && maybeCut
            IsMurky = false
            Maybe = ""
          }
        | (_, _, first :: more) :: others, _ -> {
            Causes =
                first
                :: List.distinct (
                    more
                    @ (others
                       |> List.sortBy (fun (_, at, _) -> at)
                       |> List.collect (fun (_, _, causes) -> causes))
                )
            IsStopped = false
            IsOpen = false
            IsMurky = false
            Maybe = ""
          }
        | _ -> failwith "a failure without a cause"
