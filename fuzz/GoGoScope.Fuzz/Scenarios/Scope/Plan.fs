namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic

/// How a scope of a program belongs to its parent.
type Role =
    | Top
    | Forked
    | Spawned
    /// Its outcome goes to the step that binds it.
    | Bound
    /// One operand of an `and!`.
    | Operand
    /// One item of `Parallel.all`.
    | Item
    /// An `and!`.
    | Group
    /// A `Parallel.all`.
    | Crowd

/// A scope of a program, before it runs.
type Place = {
    Id: int
    Parent: int
    Role: Role
    Body: Body voption
    Child: Child voption
    /// Milliseconds; 0 for none.
    Limit: int
    IsShielded: bool
}

/// A resource or a cleanup.
type Thing = {
    Owner: int
    Closing: Closing
    IsCleanup: bool
}

/// What can be said about a program without running it.
[<Sealed>]
type Plan(program: Program) =
    let places = Dictionary<int, Place>()
    let things = Dictionary<int, Thing>()
    let slow = HashSet<int>()

    let rec above (id: int) : int seq = seq {
        match places.TryGetValue id with
        | true, place ->
            id
            yield! above place.Parent
        | _ -> ()
    }

    let place id parent role = {
        Id = id
        Parent = parent
        Role = role
        Body = ValueNone
        Child = ValueNone
        Limit = 0
        IsShielded = false
    }

    let rec addBody (it: Place) (body: Body) =
        places[body.Id] <- { it with Body = ValueSome body }
        List.iter (addStep body.Id) body.Steps

    and addChild (parent: int) (role: Role) (child: Child) =
        addBody
            {
                place child.Body.Id parent role with
                    Child = ValueSome child
                    Limit = child.Budget
            }
            child.Body

    and addClosing (owner: int) (id: int) (kind: Closing) (isCleanup: bool) =
        things[id] <- {
            Owner = owner
            Closing = kind
            IsCleanup = isCleanup
        }

        if kind <> Quick && kind <> QuickThrows then
            Seq.iter (slow.Add >> ignore) (above owner)

    and addStep (parent: int) (step: Step) =
        match step with
        | Fork child -> addChild parent Forked child
        | TaskOf child -> addChild parent Spawned child
        | Both(id, bodies) ->
            places[id] <- place id parent Group

            for body in bodies do
                addBody (place body.Id id Operand) body
        | AllOf(id, _, bodies) ->
            places[id] <- place id parent Crowd

            for body in bodies do
                addBody (place body.Id id Item) body
        | Within(after, body) ->
            addBody
                {
                    place body.Id parent Bound with
                        Limit = after
                }
                body
        | Shielded(bound, body) ->
            Seq.iter (slow.Add >> ignore) (above parent)

            addBody
                {
                    place body.Id parent Bound with
                        Limit = bound
                        IsShielded = true
                }
                body
        | Settled body -> addBody (place body.Id parent Bound) body
        | Use(id, kind, _) -> addClosing parent id kind false
        | OnDispose(id, kind) -> addClosing parent id kind true
        | Ignore _ -> Seq.iter (slow.Add >> ignore) (above parent)
        | _ -> ()

        List.iter (addStep parent) (Model.inner step)

    do
        addBody
            {
                place program.Root.Id 0 Top with
                    Limit = program.Budget
            }
            program.Root

    member _.Program = program

    /// Some child has another error type than its parent.
    member _.HasUntyped =
        places.Values
        |> Seq.exists (fun place -> place.Child |> ValueOption.exists _.Untyped)

    member _.Places: IReadOnlyDictionary<int, Place> = places
    member _.Things: IReadOnlyDictionary<int, Thing> = things

    /// The scope and all scopes above it, from the inside out.
    member _.Above(id: int) = above id

    member _.Kids(id: int) : Place list = [
        for place in places.Values do
            if place.Parent = id then
                place
    ]

    /// Something in it may take longer than it is allowed to.
    member _.IsSlow(id: int) = slow.Contains id

    /// The limit as `TimedOut` tells it.
    member _.LimitOf(id: int) =
        Model.limit places[id].Limit (if places[id].Role = Top then 0 else id)

    /// The scope to which an event belongs; 0 for none.
    member _.Owner(event: Event) : int =
        let owner id =
            match things.TryGetValue id with
            | true, thing -> thing.Owner
            | _ -> id

        match event with
        | Launched id
        | BoundEnded(id, _) -> places[id].Parent
        | Started id
        | Left id
        | Delivered id
        | Told(id, _)
        | Closed id
        | StepIn(id, _)
        | StepOut(id, _, _)
        | Parked(id, _)
        | Asked(id, _)
        | Answered(id, _, _)
        | Caught(id, _) -> id
        | Raised id
        | Opened id
        | Releasing id
        | Released id
        | CleanupAdded id
        | CleanupIn id
        | CleanupTokenFired id
        | CleanupOut id -> owner id
        | CancelCalled _
        | Unobserved _
        | Stuck _
        | RootEnded _ -> 0
