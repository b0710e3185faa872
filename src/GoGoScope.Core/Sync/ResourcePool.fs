namespace GoGoScope

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// How the wait in line ended.
[<Struct; NoComparison; NoEquality>]
type internal PoolTurn<'T> = {
    Verdict: PoolVerdict
    Item: PoolItem<'T>
    Waited: TimeSpan
    Reason: CancelReason
}

/// A caller that waits for a resource, or for the place for one.
[<Sealed>]
type internal PoolWait<'T>(core: PoolCore<'T>) as this =
    inherit PatientWait<PoolTurn<'T>>()
    let arm = PoolArm<'T> this
    member _.Arm = arm
    override _.LeaveQueues() = arm.Leave()
    override _.Recycle() = ()

    override this.Read() =
        this.StopTimer()

        {
            Verdict =
                if isThere this.Reason then PoolVerdict.Cancelled
                elif this.RanOut then PoolVerdict.TooLong
                else arm.Verdict
            Item = arm.Item
            Waited = if this.RanOut then this.Waited else TimeSpan.Zero
            Reason = this.Reason
        }

    override _.What =
        let now = core.Statistics
        $"a resource of '{core.Options.Name}' ({now.InUse} of {core.Options.Max} in use, {now.Waiting} waiting)"

/// A number of resources that are expensive to make, lent to one at a time each: connections, processes, buffers. Whoever finds none
/// waits, first come first served. Made by `ResourcePool.create` in a scope, with whose end it ends. Safe from any thread.
[<Sealed>]
type ResourcePool<'T> internal (options: ResourcePoolOptions<'T>, scope: Scope) as this =
    let clock = scope.Clock
    let usesContext = scope.Dispatcher.UsesContext

    /// It has ended, and nothing of it is lent or changing.
    let quiet = TaskCompletionSource()

    /// The same, or its end is over the grace.
    let waited = TaskCompletionSource()

    let tell (source: TaskCompletionSource) =
        scope.Dispatcher.Queue((fun _ -> source.TrySetResult() |> ignore), null)

    let core =
        PoolCore<'T>(
            options,
            clock,
            fun () ->
                tell quiet
                tell waited
        )

    let borrowers = ConcurrentDictionary<Scope, Borrower<'T>>(HashIdentity.Reference)

    let timer =
        if core.IsTimed then
            clock.CreateTimer(
                (fun _ -> this.Sweep()),
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan
            )
        else
            nothing

    member internal _.Core = core
    member internal _.Scope = scope
    member internal _.UsesContext = usesContext

    /// What it is called in errors.
    member _.Name = options.Name

    /// What it has and who waits, at one moment.
    member _.Statistics: ResourcePoolStatistics = core.Statistics

    /// The name and what it has, for people.
    override _.ToString() =
        let now = core.Statistics
        $"{options.Name} ({now.Available} free, {now.InUse} in use, at most {options.Max})"

    // ---- making and destroying ----

    /// Makes one in a place that was taken.
    member internal _.Make(token: CancellationToken) : Task<PoolItem<'T>> = task {
        let generation = core.Generation

        try
            let! value = (options.Create.Invoke token).ConfigureAwait usesContext
            return PoolItem<'T>(value, clock.GetTimestamp(), generation)
        with failure ->
            core.Free()
            return raise failure
    }

    /// What is left of it is its place. Answers what it threw.
    member private _.DestroyOnly(item: PoolItem<'T>, token: CancellationToken) : Task<exn | null> = task {
        try
            do! (options.Destroy.Invoke(item.Value, token)).ConfigureAwait usesContext
            return null
        with failure ->
            return failure
    }

    member internal this.Destroy(item: PoolItem<'T>) : Task = task {
        let! failure =
            (this.DestroyOnly(item, CancellationToken.None)).ConfigureAwait usesContext

        match failure with
        | null -> ()
        | failure -> scope.Unobserved($"the Destroy of the pool '{options.Name}'", failure)
    }

    member internal this.DestroyAndFree(item: PoolItem<'T>) : Task = task {
        do! (this.Destroy item).ConfigureAwait usesContext
        core.Free()
    }

    /// Whether what was idle can be lent. What it is not has been destroyed; its place is still taken.
    member internal this.IsGood(item: PoolItem<'T>, token: CancellationToken) : Task<bool> = task {
        let mutable good = not (core.IsOld(item, clock.GetTimestamp()))

        match options.Validate with
        | NonNull validate when good ->
            try
                let! answer = (validate.Invoke(item.Value, token)).ConfigureAwait usesContext
                good <- answer
            with failure ->
                good <- false

                if not token.IsCancellationRequested then
                    scope.Unobserved($"the Validate of the pool '{options.Name}'", failure)
        | _ -> ()

        if not good then
            do! (this.Destroy item).ConfigureAwait usesContext

        return good
    }

    /// Needs no check before it is lent.
    member internal _.IsGoodAtOnce(item: PoolItem<'T>) =
        isNull options.Validate
        && (not core.IsTimed || not (core.IsOld(item, clock.GetTimestamp())))

    // ---- the timer ----

    member private _.Ring(ticks: int64) =
        let seconds = float ticks / float clock.TimestampFrequency
        let wait = min Checks.longest (TimeSpan.FromSeconds seconds + TimeSpan.FromTicks 1L)
        timer.Change(wait, Timeout.InfiniteTimeSpan) |> ignore

    /// One timer for all: the idle ones whose time has come are destroyed.
    member private this.Sweep() : unit =
        let mutable next = 0L

        for item in core.Sweep(clock.GetTimestamp(), &next) do
            this.DestroyAndFree item |> ignore // it tells of its failure itself, and the end of the pool waits for it

        if next < Int64.MaxValue && not core.IsClosed then
            this.Ring next

    member private this.SetTimer(now: int64) =
        if core.IsTimed && not core.IsClosed then
            let mutable wait = 0L

            if core.MustRing(now, &wait) then
                this.Ring wait

    // ---- lending ----

    member private this.BorrowerOf(borrowing: Scope) : Borrower<'T> =
        match borrowers.TryGetValue borrowing with
        | true, borrower -> borrower
        | _ ->
            let made = Borrower<'T>()
            let borrower = borrowers.GetOrAdd(borrowing, made)

            if obj.ReferenceEquals(borrower, made) then
                let giveBack (_: CancellationToken) =
                    borrowers.TryRemove borrowing |> ignore
                    ValueTask(made.EndAsync usesContext)

                if not (OnDispose.TryAdd(borrowing, giveBack)) then
                    borrowers.TryRemove borrowing |> ignore
                    made.EndAsync usesContext |> ignore

            borrower

    /// What was taken is the scope's until it gives it back or ends. Missing: the pool or the scope has ended; it is destroyed.
    member internal this.TryLend(item: PoolItem<'T>, borrowing: Scope) : PoolLease<'T> =
        let borrower = this.BorrowerOf borrowing
        let lease = PoolLease<'T>(this, item, borrower)

        if not (core.TryLend item) then
            this.DestroyAndFree item |> ignore
            nothing
        elif not (borrower.TryAdd lease) then
            lease.DisposeAsync() |> ignore
            nothing
        else
            lease

    interface IPoolOwner<'T> with
        member this.TakeBack(item, isBroken) =
            let now = clock.GetTimestamp()

            if core.TakeBack(item, isBroken, now) then
                ValueTask(this.DestroyAndFree item)
            else
                this.SetTimer now
                ValueTask()

    // ---- the beginning and the end ----

    /// Makes the first ones.
    member internal this.FillAsync(token: CancellationToken) : Task = task {
        let mutable missing = options.Min

        while missing > 0 && core.TryTakePlace() do
            let! item = (this.Make token).ConfigureAwait usesContext
            let now = clock.GetTimestamp()

            if core.TryAddIdle(item, now) then
                this.SetTimer now
            else
                do! (this.DestroyAndFree item).ConfigureAwait usesContext

            missing <- missing - 1
    }

    /// Destroys all that are idle now, and those that are in use when they are given back. New ones are made as they are needed.
    member internal this.DrainCore() : Task = task {
        for item in core.Drain() do
            do! (this.DestroyAndFree item).ConfigureAwait usesContext
    }

    /// Waits for what is borrowed until the token fires, then takes it back; destroys everything, each once.
    member internal this.CloseAsync(token: CancellationToken) : Task = task {
        let failures = List<exn>()
        core.Close()

        if isThere timer then
            timer.Dispose()

        let destroy (items: List<PoolItem<'T>>) : Task = task {
            for item in items do
                let! failure = (this.DestroyOnly(item, token)).ConfigureAwait usesContext

                match failure with
                | null -> ()
                | failure -> failures.Add failure

                core.Free()
        }

        do! (destroy (core.Drain())).ConfigureAwait usesContext

        use _ = token.UnsafeRegister((fun _ -> tell waited), null)
        do! waited.Task.ConfigureAwait usesContext

        if token.IsCancellationRequested then
            do! (destroy (core.TakeLent())).ConfigureAwait usesContext

        do! quiet.Task.ConfigureAwait usesContext

        if failures.Count > 0 then
            raise (AggregateException($"The pool '{options.Name}' could not destroy all.", failures))
    }
