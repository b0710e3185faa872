namespace GoGoScope

open System
open System.Collections.Generic
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Which resources there are, who is in line, and nothing that waits: all under one gate, so that the numbers always fit.
[<Sealed>]
type internal PoolCore<'T>(options: ResourcePoolOptions<'T>, clock: TimeProvider, onQuiet: Action) =
    /// In ticks of the clock's timestamp.
    let ticks (time: TimeSpan) =
        if time = Timeout.InfiniteTimeSpan then
            Int64.MaxValue
        else
            int64 (time.TotalSeconds * float clock.TimestampFrequency)

    let idleLimit = ticks options.IdleTimeout
    let lifeLimit = ticks options.MaxLifetime
    let gate = Gate()
    let queue = ArmQueue gate
    let idle = List<PoolItem<'T>>() // the one that is idle for longest stands first
    let lent = HashSet<PoolItem<'T>>(HashIdentity.Reference)
    let mutable changing = 0
    let mutable generation = 0
    let mutable closed = false
    let mutable ringsAt = Int64.MaxValue

    member _.Gate: Gate = gate
    member _.Queue: ArmQueue = queue
    member _.Options = options
    member _.IsClosed = Volatile.Read(&closed)
    member _.Generation = Volatile.Read(&generation)

    member private _.Total = idle.Count + lent.Count + changing

    member private _.PopIdle() =
        let item = idle[idle.Count - 1]
        idle.RemoveAt(idle.Count - 1)
        item

    member private _.SaysQuiet = closed && lent.Count = 0 && changing = 0

    /// Leaves the gate, and does what it brought about. Once it is closed, and nothing of it is lent or changing, it says so.
    member private this.Exit(wakes: byref<WakeList>) =
        let isQuiet = this.SaysQuiet
        gate.Exit()
        wakes.Run()

        if isQuiet then
            onQuiet.Invoke()

    /// Under the gate, when nobody stands in line before.
    member private this.Take(item: byref<PoolItem<'T>>) : PoolVerdict =
        if idle.Count > 0 then
            item <- this.PopIdle()
            changing <- changing + 1
            PoolVerdict.Item
        elif this.Total < options.Max then
            changing <- changing + 1
            PoolVerdict.Place
        else
            PoolVerdict.Waits

    /// Gives to the first in line, one after the other, what there is.
    member private this.Serve(wakes: byref<WakeList>) =
        while not closed
              && isThere queue.First
              && (idle.Count > 0 || this.Total < options.Max) do
            let arm = queue.TryWin()

            if isThere arm then
                let arm = nonNull (Unsafe.As<PoolArm<'T>> arm)
                arm.Verdict <- this.Take &arm.Item
                wakes.Add arm.Owner

    /// Under the gate. What was taken is changing from now on.
    member this.TryTake(item: byref<PoolItem<'T>>) : PoolVerdict =
        if closed then PoolVerdict.Closed
        elif isThere queue.First then PoolVerdict.Waits
        else this.Take &item

    /// What was taken was no good and is destroyed, but its place is still ours: another one for it, or the place.
    member this.TakeOther(item: byref<PoolItem<'T>>) : PoolVerdict =
        let mutable wakes = WakeList()
        gate.Enter()

        let verdict =
            if closed then
                changing <- changing - 1
                PoolVerdict.Closed
            elif idle.Count > 0 then
                item <- this.PopIdle()
                this.Serve &wakes
                PoolVerdict.Item
            else
                PoolVerdict.Place

        this.Exit &wakes
        verdict

    /// What was taken, or was made in a place, is in use from now on. False: the pool has ended meanwhile.
    member _.TryLend(item: PoolItem<'T>) : bool =
        gate.Enter()
        let isOpen = not closed

        if isOpen then
            changing <- changing - 1
            lent.Add item |> ignore

        gate.Exit()
        isOpen

    /// A new one that nobody has asked for. False: the pool has ended meanwhile; the caller must destroy it.
    member this.TryAddIdle(item: PoolItem<'T>, now: int64) : bool =
        let mutable wakes = WakeList()
        gate.Enter()
        let isOpen = not closed

        if isOpen then
            changing <- changing - 1
            item.IdleSince <- now
            idle.Add item
            this.Serve &wakes

        this.Exit &wakes
        isOpen

    /// Takes a place for one that is to be made. False: there is none.
    member this.TryTakePlace() : bool =
        gate.Enter()
        let free = not closed && this.Total < options.Max

        if free then
            changing <- changing + 1

        gate.Exit()
        free

    /// What was changing has been destroyed, or could not be made: its place is free.
    member this.Free() =
        let mutable wakes = WakeList()
        gate.Enter()
        changing <- changing - 1
        this.Serve &wakes
        this.Exit &wakes

    /// Takes back what was lent. True: the caller must destroy it.
    member this.TakeBack(item: PoolItem<'T>, isBroken: bool, now: int64) : bool =
        let isOld = this.IsOld(item, now)
        let mutable wakes = WakeList()
        gate.Enter()
        let mutable dies = false

        if not item.Gone then
            lent.Remove item |> ignore

            if isBroken || isOld || closed || item.Generation <> generation then
                item.Gone <- true
                changing <- changing + 1
                dies <- true
            else
                item.IdleSince <- now
                idle.Add item
                this.Serve &wakes

        this.Exit &wakes
        dies

    /// Whether it is too old to be lent again.
    member _.IsOld(item: PoolItem<'T>, now: int64) = now - item.Born >= lifeLimit

    /// Whether resources are destroyed because of the time.
    member _.IsTimed = idleLimit < Int64.MaxValue || lifeLimit < Int64.MaxValue

    /// Under the gate: how long it may still stay idle, in ticks; as a rule those above `Min` only.
    member private _.Left(item: PoolItem<'T>, now: int64) : int64 =
        let ofLife =
            if lifeLimit = Int64.MaxValue then
                lifeLimit
            else
                item.Born + lifeLimit - now

        if idleLimit = Int64.MaxValue || idle.Count + lent.Count <= options.Min then
            ofLife
        else
            min ofLife (item.IdleSince + idleLimit - now)

    /// Takes out the idle ones whose time has come; the caller must destroy them. `next` is in how many ticks the next one's comes.
    member this.Sweep(now: int64, next: byref<int64>) : List<PoolItem<'T>> =
        let swept = List<PoolItem<'T>>()
        next <- Int64.MaxValue
        gate.Enter()
        let mutable index = 0

        while index < idle.Count do
            let item = idle[index]
            let left = this.Left(item, now)

            if left <= 0L then
                item.Gone <- true
                swept.Add item
                idle.RemoveAt index
                changing <- changing + 1
            else
                next <- min next left
                index <- index + 1

        ringsAt <- if next = Int64.MaxValue then next else now + next
        gate.Exit()
        swept

    /// Whether the timer must be set, because it rings too late for what became idle. In how many ticks it must ring then.
    member this.MustRing(now: int64, wait: byref<int64>) : bool =
        wait <- Int64.MaxValue
        gate.Enter()

        for item in idle do
            wait <- min wait (max 0L (this.Left(item, now)))

        let must = wait < Int64.MaxValue && now + wait < ringsAt

        if must then
            ringsAt <- now + wait

        gate.Exit()
        must

    /// All idle ones, which the caller must destroy; those that are in use follow when they are given back.
    member _.Drain() : List<PoolItem<'T>> =
        gate.Enter()
        generation <- generation + 1
        let drained = List<PoolItem<'T>> idle
        idle.Clear()
        changing <- changing + drained.Count

        for item in drained do
            item.Gone <- true

        gate.Exit()
        drained

    /// Lets nobody in any more, and refuses those in line.
    member this.Close() =
        let mutable wakes = WakeList()
        gate.Enter()
        Volatile.Write(&closed, true)
        let mutable arm = queue.Take()

        while isThere arm do
            if arm.TryWin() then
                (nonNull (Unsafe.As<PoolArm<'T>> arm)).Verdict <- PoolVerdict.Closed
                wakes.Add arm.Owner

            arm <- queue.Take()

        this.Exit &wakes

    /// Takes from those who borrowed what they have not given back; the caller must destroy it.
    member _.TakeLent() : List<PoolItem<'T>> =
        gate.Enter()
        let taken = List<PoolItem<'T>> lent
        lent.Clear()
        changing <- changing + taken.Count

        for item in taken do
            item.Gone <- true

        gate.Exit()
        taken

    member this.Statistics: ResourcePoolStatistics =
        gate.Enter()

        let now = {
            Total = this.Total
            Available = idle.Count
            InUse = lent.Count
            Changing = changing
            Waiting = queue.Count
        }

        gate.Exit()
        now
