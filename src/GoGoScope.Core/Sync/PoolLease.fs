namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Who takes back what was borrowed.
type internal IPoolOwner<'T> =
    /// Called once per lease, outside every gate.
    abstract TakeBack: item: PoolItem<'T> * isBroken: bool -> ValueTask

/// A resource that was borrowed from a pool. Meant for `use!`, or `await using`: disposing it gives the resource back, and so does the end of
/// the scope that borrowed it, after its children have ended. Any thread may give it back.
[<Sealed>]
type PoolLease<'T> internal (owner: IPoolOwner<'T>, item: PoolItem<'T>, borrower: Borrower<'T>) =
    let mutable state = 0

    [<DefaultValue(false)>]
    val mutable private before: PoolLease<'T>

    [<DefaultValue(false)>]
    val mutable private after: PoolLease<'T>

    member internal this.Before
        with get () = this.before
        and set (value: PoolLease<'T>) = this.before <- value

    member internal this.After
        with get () = this.after
        and set (value: PoolLease<'T>) = this.after <- value

    member internal _.Owner = owner

    /// Whether it was not given back yet.
    member _.IsHeld = Volatile.Read(&state) = 0

    /// The resource. Throws `InvalidOperationException` once it was given back: somebody else may have it.
    member this.Value: 'T =
        if this.IsHeld then
            item.Value
        else
            raise (InvalidOperationException "The resource was given back before.")

    member internal this.TryEnd(isBroken: bool, pending: byref<ValueTask>) : bool =
        let first = Interlocked.Exchange(&state, 1) = 0

        if first then
            borrower.Remove this
            pending <- owner.TakeBack(item, isBroken)

        first

    member private this.End(isBroken: bool) : ValueTask =
        let mutable pending = ValueTask()

        if not (this.TryEnd(isBroken, &pending)) then
            raise (InvalidOperationException "The resource was given back before.")

        pending

    /// Gives the resource back. Throws `InvalidOperationException` when that was done before: then nothing changes. Completes when
    /// the resource is in the pool again, or destroyed if its time has come.
    member this.ReleaseAsync() : ValueTask = this.End false

    /// As `ReleaseAsync`, for a resource that is broken: it is destroyed, and its place in the pool is free then.
    member this.DiscardAsync() : ValueTask = this.End true

    /// Gives the resource back, if that was not done before.
    member this.DisposeAsync() : ValueTask =
        let mutable pending = ValueTask()
        this.TryEnd(false, &pending) |> ignore
        pending

    interface IAsyncDisposable with
        member this.DisposeAsync() = this.DisposeAsync()

/// What one scope has borrowed from one pool and not given back.
and [<Sealed>] internal Borrower<'T>() =
    let gate = Gate()
    let mutable first: PoolLease<'T> = nothing
    let mutable ended = false

    /// False: the scope has ended, and gives nothing back any more.
    member _.TryAdd(lease: PoolLease<'T>) : bool =
        gate.Enter()
        let added = not ended

        if added then
            lease.After <- first

            if isThere first then
                first.Before <- lease

            first <- lease

        gate.Exit()
        added

    member _.Remove(lease: PoolLease<'T>) : unit =
        gate.Enter()

        if isThere lease.Before then
            lease.Before.After <- lease.After
        elif obj.ReferenceEquals(first, lease) then
            first <- lease.After

        if isThere lease.After then
            lease.After.Before <- lease.Before

        lease.Before <- nothing
        lease.After <- nothing
        gate.Exit()

    /// Gives everything back, the newest first.
    member _.EndAsync(usesContext: bool) : Task = task {
        let leases = List<PoolLease<'T>>()
        gate.Enter()
        ended <- true
        let mutable lease = first

        while isThere lease do
            leases.Add lease
            lease <- lease.After

        gate.Exit()

        for lease in leases do
            do! lease.DisposeAsync().ConfigureAwait usesContext
    }
