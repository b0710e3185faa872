namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic

/// What happened in one run, by what it happened to.
[<Sealed>]
type Facts(plan: Plan, seen: Observation) =
    let entries = seen.Entries

    let first (choose: Event -> int voption) =
        let found = Dictionary<int, Entry>()

        for entry in entries do
            match choose entry.Event with
            | ValueSome id -> found.TryAdd(id, entry) |> ignore
            | ValueNone -> ()

        found

    let find (found: Dictionary<int, Entry>) id =
        match found.TryGetValue id with
        | true, entry -> ValueSome entry
        | _ -> ValueNone

    let launched =
        first (function
            | Launched id -> ValueSome id
            | _ -> ValueNone)

    let started =
        first (function
            | Started id -> ValueSome id
            | _ -> ValueNone)

    let left =
        first (function
            | Left id -> ValueSome id
            | _ -> ValueNone)

    let delivered =
        first (function
            | Delivered id -> ValueSome id
            | _ -> ValueNone)

    let closed =
        first (function
            | Closed id -> ValueSome id
            | _ -> ValueNone)

    let raised =
        first (function
            | Raised id -> ValueSome id
            | _ -> ValueNone)

    let told =
        first (function
            | Told(id, _) -> ValueSome id
            | _ -> ValueNone)

    let asked =
        first (function
            | Asked(_, id) -> ValueSome id
            | _ -> ValueNone)

    let owners = entries |> Array.map (fun entry -> plan.Owner entry.Event)

    // every scope with the place of the last event in it or below it
    let last =
        let last = Dictionary<int, int>()

        for entry in entries do
            match entry.Event with
            // another thread may be about to call back when the scope ends
            | Told _ when plan.Program.Threads -> ()
            | _ ->
                for id in plan.Above owners[entry.At] do
                    last[id] <- entry.At

        last

    member _.Plan = plan
    member _.Program = plan.Program
    member _.Seen = seen
    member _.Entries = entries
    member _.Owners = owners

    /// One thread and virtual time: the journal's order is the library's order.
    member _.IsExact = not plan.Program.Threads

    member _.Launched id = find launched id
    member _.Started id = find started id
    member _.Left id = find left id
    member _.Closed id = find closed id
    member _.Raised id = find raised id
    member _.Asked id = find asked id
    member _.IsRaised id = raised.ContainsKey id
    member _.Raises = raised.Keys

    /// When the library had the outcome of the body.
    member _.BodyEnd(body: Body) =
        if body.Raw then
            find delivered body.Id
        else
            find left body.Id

    member _.Told id =
        match find told id with
        | ValueSome({ Event = Told(_, reason) } as entry) -> ValueSome struct (entry.At, reason)
        | _ -> ValueNone

    /// Somebody had the child's outcome before that place in the journal. A wait in another scope that was cut is no reading.
    member this.WasRead(id: int, before: int) =
        let ended =
            match find closed id with
            | ValueSome entry -> entry.At
            | ValueNone -> Int32.MaxValue

        entries
        |> Array.exists (fun entry ->
            match entry.Event with
            | Asked(reader, child) when child = id && entry.At < before ->
                reader = plan.Places[id].Parent
                || ended < entry.At
                || not (this.WasToldBefore(reader, ended))
            | _ -> false)

    member this.WasToldBefore(id: int, at: int) =
        match this.Told id with
        | ValueSome(struct (told, _)) -> told < at
        | ValueNone -> false

    /// The place of the last event of the scope and of all below it; -1 when there was none.
    member _.LastOf(id: int) = last.GetValueOrDefault(id, -1)

    /// The outcome of the whole program.
    member _.Outcome: Ended voption =
        entries
        |> Seq.tryPick (fun entry ->
            match entry.Event with
            | RootEnded causes -> Some causes
            | _ -> None)
        |> ValueOption.ofOption
