namespace GoGoScope

open GoGoScope.Missing

/// How many tasks may run at once in one scope and all below it, and those that wait for their turn: the higher priority
/// first, equals in the order of their coming. Nobody who comes later overtakes one who waits.
[<Sealed>]
type internal ConcurrencyLimit(total: int, outer: ConcurrencyLimit) =
    let gate = Gate()
    let queue = ArmQueue gate
    let mutable free = total

    /// The scope whose limit it is.
    [<DefaultValue(false)>]
    val mutable internal Owner: WorkContext

    /// The limit of the next limited scope above; missing when there is none.
    member _.Outer = outer

    member _.Total = total

    member _.Taken =
        gate.Enter()
        let taken = total - free
        gate.Exit()
        taken

    member _.Waiting =
        gate.Enter()
        let waiting = queue.Count
        gate.Exit()
        waiting

    /// True: a permit is taken. False: the arm stands in line.
    member _.TakeOrJoin(arm: Arm) : bool =
        gate.Enter()
        let taken = free > 0 && isMissing queue.First

        if taken then free <- free - 1 else queue.Join arm

        gate.Exit()
        taken

    /// A permit, if one is free and nobody waits for it.
    member _.TryTake() : bool =
        gate.Enter()
        let taken = free > 0 && isMissing queue.First

        if taken then
            free <- free - 1

        gate.Exit()
        taken

    /// Gives a permit back, or on to the first in line.
    member _.Release() : unit =
        gate.Enter()
        let next = queue.TryWin()

        if isMissing next then
            free <- free + 1

        gate.Exit()

        if isThere next then
            next.Owner.Wake()

/// The permits that one task needs: one of each limited scope above it that no task above it holds already, the innermost
/// first. So a task with all that it starts counts as one, and tasks in tasks cannot wait for each other.
[<Sealed>]
type internal PermitSet(limits: ConcurrencyLimit array) =
    let mutable taken = 0

    member _.Limits = limits

    /// How many are held now.
    member _.Taken = taken

    /// The one to take next; missing when all are held.
    member _.Next: ConcurrencyLimit =
        if taken < limits.Length then limits[taken] else nothing

    /// The next one was given.
    member _.Took() = taken <- taken + 1

    /// True: all of them are held.
    member this.TryTakeAll() : bool =
        while isThere this.Next && this.Next.TryTake() do
            this.Took()

        isMissing this.Next

    /// Gives all back that are held.
    member _.Release() =
        while taken > 0 do
            taken <- taken - 1
            limits[taken].Release()
