namespace GoGoScope.Fuzz.Trees

/// Smaller programs that may still fail in the same way.
module Shrink =

    /// Every way to take out or to simplify one element of a list.
    let rec private each (simpler: 'T -> 'T list list) (items: 'T list) : 'T list list =
        match items with
        | [] -> []
        | first :: rest -> [
            for change in simpler first do
                yield change @ rest
            for rest in each simpler rest do
                yield first :: rest
          ]

    let rec private steps (all: Step list) : Step list list =
        each (fun step -> [] :: Model.inner step :: [ for simpler in smaller step -> [ simpler ] ]) all
        |> List.filter (fun fewer -> fewer <> all)

    and private bodies (all: Body list) : Body list list =
        each
            (fun it ->
                (if all.Length > 2 then [ [] ] else [])
                @ [ for simpler in body it -> [ simpler ] ])
            all

    and private body (it: Body) : Body list = [
        if not it.Steps.IsEmpty then
            yield { it with Steps = [] }
        if it.Ending <> Gives then
            yield { it with Ending = Gives }
        if it.Raw then
            yield { it with Raw = false }
        for fewer in steps it.Steps do
            yield { it with Steps = fewer }
    ]

    and private child (it: Child) : Child list = [
        if it.Start <> Inline then
            yield { it with Start = Inline }
        if it.Budget > 0 then
            yield { it with Budget = 0 }
        if it.Named then
            yield { it with Named = false }
        if it.Untyped then
            yield { it with Untyped = false }
        for simpler in body it.Body do
            yield { it with Body = simpler }
    ]

    and private smaller (step: Step) : Step list =
        match step with
        | Fork it -> [ for it in child it -> Fork it ]
        | TaskOf it -> [ for it in child it -> TaskOf it ]
        | Both(id, all) -> [ for all in bodies all -> Both(id, all) ]
        | AllOf(id, concurrency, all) -> [ for all in bodies all -> AllOf(id, concurrency, all) ]
        | Within(after, it) -> [ for it in body it -> Within(after, it) ]
        | Shielded(bound, it) -> [ for it in body it -> Shielded(bound, it) ]
        | Settled it -> [ for it in body it -> Settled it ]
        | Use(id, kind, inside) -> [
            if kind <> Quick then
                yield Use(id, Quick, inside)
            for inside in steps inside do
                yield Use(id, kind, inside)
          ]
        | OnDispose(id, kind) when kind <> Quick -> [ OnDispose(id, Quick) ]
        | Catch inside -> [ for inside in steps inside -> Catch inside ]
        | Yield count
        | Hop count when count > 1 -> [ Yield 1 ]
        | _ -> []

    let private programs (it: Program) : Program list = [
        if it.Token <> Never then
            yield { it with Token = Never }
        if it.Budget > 0 then
            yield { it with Budget = 0 }
        if it.KeepGoing then
            yield { it with KeepGoing = false }
        if it.CancelRemaining then
            yield { it with CancelRemaining = false }
        for root in body it.Root do
            yield { it with Root = root }
    ]

    /// The smallest program that was found to fail, with at most so many runs.
    let rec smallest (runs: int) (fails: Program -> bool) (program: Program) : Program =
        let tried = programs program |> List.truncate runs

        match List.tryFindIndex fails tried with
        | Some index when index + 1 < runs -> smallest (runs - index - 1) fails tried[index]
        | Some index -> tried[index]
        | None -> program
