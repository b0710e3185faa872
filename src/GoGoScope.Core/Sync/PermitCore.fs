namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope.Missing

/// What came of an attempt to take permits.
type internal PermitVerdict =
    /// They have to be waited for.
    | Waits = 0
    | Taken = 1
    /// Nobody is given any more.
    | Closed = 2

/// How a primitive made of permits speaks of itself.
[<AbstractClass>]
type internal PermitNames(name: string) =

    /// What it is called in errors.
    member _.Name = name

    /// What somebody waits for who wants so many.
    abstract Wanted: count: int * free: int * total: int * waiting: int -> string

/// A caller in line for permits.
[<Sealed>]
type internal PermitArm(owner: ParkedCaller, core: PermitCore) =
    inherit CaseArm(owner)

    [<DefaultValue(false)>]
    val mutable internal Count: int

    [<DefaultValue(false)>]
    val mutable internal Verdict: PermitVerdict

    override this.Poll(_, _) =
        this.Verdict <- core.TryTakeGated(this.Count, this.Rank)

        if this.Verdict = PermitVerdict.Waits then
            Readiness.Waits
        else
            Readiness.Committed

    override this.Enqueue _ = core.Queue.Join this
    override this.Clear() = this.Verdict <- PermitVerdict.Waits

/// Permits, and those who wait for some: the lower rank first, equals in the order of their coming. Whoever wants more
/// than there are holds back all behind him, so that he is served in the end. While nobody waits, taking and giving back
/// is one interlocked step; as soon as somebody does, all steps are under the gate.
and [<Sealed>] internal PermitCore private (total: int, names: PermitNames, owner: WorkContext) =
    let gate = Gate()
    let queue = ArmQueue gate

    // twice the free permits, and one more when every step must be under the gate; then only its holder changes it
    let mutable state = total * 2
    let mutable total = total
    let mutable most = max 1 total
    let mutable closed = false
    let mutable spares = Spares<ParkedCaller>()

    /// The context that was given the only permit, where that is of interest; it is changed only by who holds the permit.
    [<DefaultValue(false)>]
    val mutable internal Holder: WorkContext

    static member Make(total: int, names: PermitNames, owner: WorkContext) =
        let core = PermitCore(total, names, owner)
        core.Queue.Keeper <- core
        core

    member _.Names = names

    /// The scope that it belongs to; missing when there is none.
    member _.Owner = owner

    member _.Gate: Gate = gate
    member _.Queue: ArmQueue = queue

    /// Negative while more are held than there are now.
    member _.Free = Volatile.Read(&state) >>> 1

    member _.Total = Volatile.Read(&total)

    /// As many as there ever were, at least one: more cannot sensibly be asked for.
    member _.Most = Volatile.Read(&most)

    member _.IsClosed = Volatile.Read(&closed)

    member _.Waiting =
        gate.Enter()
        let waiting = queue.Count
        gate.Exit()
        waiting

    // ---- under the gate ----

    member private _.Freeze() =
        if Volatile.Read(&state) &&& 1 = 0 then
            Interlocked.Or(&state, 1) |> ignore

    member private _.Thaw() =
        if queue.IsEmpty && not closed then
            Volatile.Write(&state, state &&& ~~~1)

    /// Hands permits to the first in line, one after the other, as long as there are enough for him.
    member private this.Serve(wakes: byref<WakeList>) =
        let mutable arm = queue.First

        while isThere arm do
            let first = nonNull (Unsafe.As<PermitArm> arm)

            if (state >>> 1) < first.Count then
                arm <- nothing
            else
                queue.Remove arm

                if arm.TryWin() then
                    state <- state - 2 * first.Count
                    first.Verdict <- PermitVerdict.Taken
                    wakes.Add arm.Owner

                arm <- queue.First

        this.Thaw()

    /// After `Waits` every step of others is under the gate until it is left, so that nothing comes between this and a `Join`.
    member this.TryTakeGated(count: int, rank: int) : PermitVerdict =
        this.Freeze()

        if closed then
            PermitVerdict.Closed
        else
            let first = queue.First

            if (state >>> 1) >= count && (isMissing first || rank < first.Rank) then
                state <- state - 2 * count
                this.Thaw()
                PermitVerdict.Taken
            else
                PermitVerdict.Waits

    // ---- at any time ----

    /// Without the gate: false also when somebody waits.
    member _.TryTakeAtOnce(count: int) : bool =
        let mutable seen = Volatile.Read(&state)
        let mutable taken = false

        while not taken && seen &&& 1 = 0 && (seen >>> 1) >= count do
            let found = Interlocked.CompareExchange(&state, seen - 2 * count, seen)

            if found = seen then taken <- true else seen <- found

        taken

    /// Nobody stands in line and there are too few. One look: between two there may be more again.
    member private _.AreTooFew(count: int) =
        let seen = Volatile.Read(&state)
        seen &&& 1 = 0 && (seen >>> 1) < count

    /// Takes the permits if that needs no wait.
    member this.TryTake(count: int, rank: int) : PermitVerdict =
        if this.TryTakeAtOnce count then
            PermitVerdict.Taken
        elif this.AreTooFew count then
            PermitVerdict.Waits
        else
            gate.Enter()
            let verdict = this.TryTakeGated(count, rank)

            if verdict = PermitVerdict.Waits then
                this.Thaw()

            gate.Exit()
            verdict

    member private this.GiveGated(count: int) =
        let mutable wakes = WakeList()
        gate.Enter()
        this.Freeze()
        state <- state + 2 * count
        this.Serve &wakes
        gate.Exit()
        wakes.Run()

    member this.Give(count: int) =
        let mutable seen = Volatile.Read(&state)
        let mutable given = false

        while not given && seen &&& 1 = 0 do
            let found = Interlocked.CompareExchange(&state, seen + 2 * count, seen)

            if found = seen then given <- true else seen <- found

        if not given then
            this.GiveGated count

    /// Makes it so many from now on. Those that are held above this number are gone once they are given back.
    member this.SetTotal(count: int) =
        let mutable wakes = WakeList()
        gate.Enter()
        this.Freeze()
        state <- state + 2 * (count - total)
        Volatile.Write(&total, count)
        Volatile.Write(&most, max most count)
        this.Serve &wakes
        gate.Exit()
        wakes.Run()

    /// Refuses those who wait and all who come. What is held may still be given back.
    member this.Close() =
        let mutable wakes = WakeList()
        gate.Enter()
        this.Freeze()
        Volatile.Write(&closed, true)
        let mutable arm = queue.Take()

        while isThere arm do
            if arm.TryWin() then
                (nonNull (Unsafe.As<PermitArm> arm)).Verdict <- PermitVerdict.Closed
                wakes.Add arm.Owner

            arm <- queue.Take()

        gate.Exit()
        wakes.Run()

    /// Why nobody is given any more.
    member _.Refusal =
        Rejection.ScopeEnded(
            match owner with
            | :? Scope as owner -> owner.Name
            | _ -> names.Name
        )

    /// A lease of permits that were taken.
    member this.Lend(count: int, holder: WorkContext) : Lease =
        if isThere holder then
            this.Holder <- holder

        Lease.Of(this, count)

    /// Under the gate. Missing when there is none.
    member _.TakeSpare() = spares.Take()

    /// At any time.
    member _.ReturnSpare spare = spares.Return spare

    override this.ToString() =
        $"{names.Name} ({max 0 this.Free}/{this.Total})"

    interface ILender with
        member this.TakeBack count =
            if isThere this.Holder then
                this.Holder <- nothing

            this.Give count

    interface IQueueKeeper with
        member this.OnLeft(_, wakes) =
            this.Freeze()
            this.Serve &wakes
