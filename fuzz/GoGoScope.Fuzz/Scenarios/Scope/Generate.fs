namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic

/// Makes programs from seeds: equal seeds, equal programs.
[<Sealed>]
type private Maker(random: Random, threads: bool) =
    let mutable lastId = 0
    // children whose text is complete: nothing that comes later is inside them
    let complete = List<int>()
    let lazies = List<int>()
    let mutable left = 4 + random.Next(if random.Next 2 = 0 then 38 else 16)

    let newId () =
        lastId <- lastId + 1
        left <- left - 1
        lastId

    let chance (percent: int) = random.Next 100 < percent

    let time (most: int) = 1 + random.Next most

    let closing () =
        match random.Next 12 with
        | 0 -> QuickThrows
        | 1
        | 2 -> Waits(time 30)
        | 3 -> WaitsThrows(time 90)
        | 4 -> Deaf(time 120)
        | 5 -> Waits(60 + time 60)
        | _ -> Quick

    let ending (depth: int) =
        match random.Next(if depth = 0 then 40 else 28) with
        | 0
        | 1 -> Fails
        | 2
        | 3 -> Throws
        | 4 -> ThrowsForeignStop
        | _ -> Gives

    /// `known`: the children whose handles may be there. A body knows only children that come before it in the text and are not
    /// above it, so no two wait for each other.
    member this.Body(depth: int, known: int list) : Body =
        let id = newId ()
        let size = if depth = 0 then 4 + random.Next 8 else random.Next 6
        let steps, _ = this.Steps(depth, size, known)

        {
            Id = id
            Steps = steps
            Ending = ending depth
            Raw = chance 30
        }

    member private this.Steps(depth, size, known) : Step list * int list =
        ((([], known), seq { 1..size })
         ||> Seq.fold (fun (steps, known) _ ->
             if left <= 0 then
                 steps, known
             else
                 let step, known = this.Step(depth, known)
                 step :: steps, known))
        |> fun (steps, known) -> List.rev steps, known

    member private this.Bodies(depth, most, known) = [
        for _ in 1 .. 2 + random.Next(most - 1) -> this.Body(depth + 1, known)
    ]

    member private this.Child(depth, known, isTask) : Child =
        let child = this.NewChild(depth, known, isTask)
        complete.Add child.Body.Id

        if child.Start = Start.Lazy then
            lazies.Add child.Body.Id

        child

    member private this.NewChild(depth, known, isTask) : Child = {
        Body = this.Body(depth + 1, known)
        Start =
            match random.Next(if threads then 5 else 8) with
            | 0
            | 1 -> Pool
            | 2 -> Start.Lazy
            | _ -> Inline
        Budget = if chance 12 then time 50 else 0
        Named = chance 25
        Untyped = isTask && chance 15
    }

    member private this.Plain(known: int list) : Step =
        // sometimes a child of a scope that this one has nothing to do with
        let one () =
            if lazies.Count > 0 && chance 20 then
                lazies[random.Next lazies.Count]
            elif chance 20 then
                complete[random.Next complete.Count]
            else
                known[random.Next known.Length]

        match random.Next 24 with
        | 0
        | 1
        | 2
        | 3 -> Yield(time 3)
        | 4 -> Hop(time 3)
        | 5 -> Ignore(time 90)
        | 6 -> Foreign(time 40)
        | 7 when chance 40 -> CancelSelf
        | 8
        | 9 -> OnDispose(newId (), closing ())
        | 10
        | 11
        | 12 when not known.IsEmpty -> Await(one ())
        | 13
        | 14
        | 15 when not known.IsEmpty -> Look(one ())
        | 16 when not known.IsEmpty -> CancelChild(one ())
        | _ -> Delay(time 40)

    member private this.Step(depth, known) : Step * int list =
        let same step = step, known

        if depth >= 5 || chance 45 then
            same (this.Plain known)
        else
            match random.Next 18 with
            | 0
            | 1
            | 2
            | 3
            | 4 ->
                let child = this.Child(depth, known, false)
                Fork child, child.Body.Id :: known
            | 5
            | 6
            | 7
            | 8 ->
                let child = this.Child(depth, known, true)
                TaskOf child, child.Body.Id :: known
            | 9
            | 10 -> same (Both(newId (), this.Bodies(depth, 4, known)))
            | 11
            | 12 ->
                let id, closing = newId (), closing ()
                let steps, known = this.Steps(depth, 1 + random.Next 3, known)
                Use(id, closing, steps), known
            | 13 ->
                let steps, known = this.Steps(depth, 1 + random.Next 3, known)
                Catch steps, known
            | 14 -> same (Within(time 40, this.Body(depth + 1, known)))
            | 15 -> same (Shielded(time 60, this.Body(depth + 1, known)))
            | 16 -> same (Settled(this.Body(depth + 1, known)))
            | _ ->
                let id = newId ()
                same (AllOf(id, time 3, this.Bodies(depth, 4, known)))

    member this.Program(seed: int) : Program = {
        Seed = seed
        Threads = threads
        Probe = chance 60
        KeepGoing = chance 25
        CancelRemaining = chance 15
        Budget = if chance 20 then 5 + time 80 else 0
        Token =
            match random.Next 8 with
            | 0 -> AtTime(time 60)
            | 1
            | 2 -> AfterSteps(time 60)
            | _ -> Never
        Grace = 50
        Root = this.Body(0, [])
    }

module Generate =
    let program (threads: bool) (seed: int) : Program =
        Maker(Random seed, threads).Program seed
