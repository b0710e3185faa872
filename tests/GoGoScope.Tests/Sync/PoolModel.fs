namespace GoGoScope.Tests.Sync

/// What happens to the resource with this number.
type internal Fates = {
    MakeFails: int -> bool
    /// The making ends when the program says so.
    MakePends: int -> bool
    /// The destroying ends when the program says so.
    DestroyPends: int -> bool
}

/// What a pool is, in the plainest words. Callers have numbers, and so have the resources, in the order of their making.
type internal PoolModel = {
    Fates: Fates
    Max: int
    Now: int
    /// How long one waits in line, in steps.
    Patience: float
    /// The one that was used last stands first.
    Idle: int list
    /// Who has which.
    Lent: Map<int, int>
    /// Which is being made for whom.
    Making: Map<int, int>
    /// Resources that are destroyed one after the other; the first of each list has begun.
    Dying: int list list
    Destroyed: Set<int>
    /// Those that a check finds bad.
    Spoiled: Set<int>
    /// Those that are destroyed when they come back.
    Drained: Set<int>
    Made: int
    /// Who waits, and until when.
    Line: (int * float) list
    Closed: bool
    Told: Map<int, Answer>
}

[<RequireQualifiedAccess>]
module internal PoolModel =

    let start fates max patience = {
        Fates = fates
        Max = max
        Now = 0
        Patience = patience
        Idle = []
        Lent = Map.empty
        Making = Map.empty
        Dying = []
        Destroyed = Set.empty
        Spoiled = Set.empty
        Drained = Set.empty
        Made = 0
        Line = []
        Closed = false
        Told = Map.empty
    }

    let private told id answer (model: PoolModel) = {
        model with
            Told = Map.add id answer model.Told
    }

    let changing (model: PoolModel) =
        model.Making.Count + List.sumBy List.length model.Dying

    let total (model: PoolModel) =
        model.Idle.Length + model.Lent.Count + changing model

    /// Destroys what can be destroyed at once.
    let rec private destroyAll (numbers: int list) (model: PoolModel) =
        match numbers with
        | [] -> model
        | first :: _ when model.Fates.DestroyPends first -> {
            model with
                Dying = model.Dying @ [ numbers ]
          }
        | first :: others ->
            destroyAll others {
                model with
                    Destroyed = Set.add first model.Destroyed
            }

    let private lend id number (model: PoolModel) =
        if model.Closed then
            model |> told id Answer.Ended |> destroyAll [ number ]
        else
            {
                model with
                    Lent = Map.add id number model.Lent
            }
            |> told id Answer.Given

    let private make id (model: PoolModel) =
        let number = model.Made + 1
        let model = { model with Made = number }

        if model.Fates.MakePends number then
            {
                model with
                    Making = Map.add number id model.Making
            }
        elif model.Fates.MakeFails number then
            told id Answer.Crashed model
        else
            lend id number model

    let rec private take id (model: PoolModel) =
        match model.Idle with
        | first :: others when model.Spoiled.Contains first ->
            { model with Idle = others } |> destroyAll [ first ] |> take id
        | first :: others -> { model with Idle = others } |> lend id first
        | [] -> make id model

    /// Only the first in line is ever served, and then the next.
    let rec private serve (model: PoolModel) =
        match model.Line with
        | (first, _) :: others when not model.Idle.IsEmpty || total model < model.Max ->
            { model with Line = others } |> take first |> serve
        | _ -> model

    let private leave answer id (model: PoolModel) =
        {
            model with
                Line = model.Line |> List.filter (fun (other, _) -> other <> id)
        }
        |> told id answer

    let borrow id (model: PoolModel) =
        if model.Closed then
            told id Answer.Ended model
        else
            serve {
                model with
                    Line = model.Line @ [ id, float model.Now + model.Patience ]
            }

    let giveBack id isBroken (model: PoolModel) =
        let number = model.Lent[id]

        let model = {
            model with
                Lent = Map.remove id model.Lent
        }

        serve (
            if isBroken || model.Closed || model.Drained.Contains number then
                destroyAll [ number ] model
            else
                {
                    model with
                        Idle = number :: model.Idle
                }
        )

    /// Who waits leaves, for whom one is made gets none, who has one gives it back.
    let cancel id (model: PoolModel) =
        if model.Lent.ContainsKey id then
            giveBack id false model
        elif List.exists (fun (other, _) -> other = id) model.Line then
            leave Answer.Cancelled id model
        else
            match Map.tryFindKey (fun _ other -> other = id) model.Making with
            | Some number ->
                {
                    model with
                        Making = Map.remove number model.Making
                }
                |> told id Answer.Cancelled
                |> serve
            | None -> model

    /// Ends a making, or the destroying of one that stands first in its list.
    let finish number (model: PoolModel) =
        match Map.tryFind number model.Making with
        | Some id ->
            let model = {
                model with
                    Making = Map.remove number model.Making
            }

            serve (
                if model.Fates.MakeFails number then
                    told id Answer.Crashed model
                else
                    lend id number model
            )
        | None ->
            let ending, others =
                model.Dying |> List.partition (fun numbers -> numbers.Head = number)

            serve (
                destroyAll ending.Head.Tail {
                    model with
                        Dying = others
                        Destroyed = Set.add number model.Destroyed
                }
            )

    let drain (model: PoolModel) =
        let old = Seq.append (Map.values model.Lent) (Map.keys model.Making)

        { model with Idle = [] }
        |> destroyAll (List.rev model.Idle)
        |> fun model ->
            serve {
                model with
                    Drained = Set.union (Set.ofSeq old) model.Drained
            }

    let close (model: PoolModel) =
        let refused =
            model.Line
            |> List.fold (fun model (id, _) -> leave Answer.Ended id model) { model with Closed = true }

        { refused with Idle = [] } |> destroyAll (List.rev model.Idle)

    /// One step of time goes by.
    let tick (model: PoolModel) =
        let model = { model with Now = model.Now + 1 }

        model.Line
        |> List.filter (fun (_, until) -> until <= float model.Now)
        |> List.fold (fun model (id, _) -> leave Answer.TooLong id model) model
