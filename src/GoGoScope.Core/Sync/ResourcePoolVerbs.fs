namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Borrowing, as both faces do it.
[<AbstractClass; Sealed>]
type internal PoolKernel =

    static member private Ended<'T, 'E>(pool: ResourcePool<'T>) : Outcome<PoolLease<'T>, 'E> =
        Error(ScopeError.rejected (Rejection.ScopeEnded pool.Scope.Name))

    static member private Lent<'T, 'E>
        (pool: ResourcePool<'T>, item: PoolItem<'T>, scope: Scope)
        : Outcome<PoolLease<'T>, 'E> =
        let lease = pool.TryLend(item, scope)

        if isThere lease then
            Ok lease
        elif pool.Core.IsClosed then
            PoolKernel.Ended<'T, 'E> pool
        else
            Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name))

    static member private Failure<'T, 'E>
        (scope: Scope, token: CancellationToken, failure: exn)
        : Outcome<PoolLease<'T>, 'E> =
        match failure with
        | :? OperationCanceledException when token.IsCancellationRequested && not scope.IsCancelled ->
            Error(ScopeError.cancelled (CancelReason.TokenFired "caller"))
        | failure -> Error(Explain.Failure(scope, failure))

    /// Checks what was taken, or makes it, until there is one that can be lent.
    static member private Prepare<'T, 'E>
        (pool: ResourcePool<'T>, scope: Scope, token: CancellationToken, turn: PoolTurn<'T>)
        : Task<Outcome<PoolLease<'T>, 'E>> = task {
        let linked =
            if token.CanBeCanceled then
                CancellationTokenSource.CreateLinkedTokenSource(token, scope.Token)
            else
                nothing

        let both = if isThere linked then linked.Token else scope.Token
        let mutable verdict = turn.Verdict
        let mutable item = turn.Item
        let mutable outcome = ValueNone

        while outcome.IsNone do
            match verdict with
            | PoolVerdict.Item ->
                let! good = (pool.IsGood(item, both)).ConfigureAwait pool.UsesContext

                if good then
                    outcome <- ValueSome(PoolKernel.Lent<'T, 'E>(pool, item, scope))
                elif both.IsCancellationRequested then
                    pool.Core.Free()

                    outcome <-
                        ValueSome(PoolKernel.Failure<'T, 'E>(scope, token, OperationCanceledException both))
                else
                    verdict <- pool.Core.TakeOther &item
            | PoolVerdict.Place ->
                try
                    let! made = (pool.Make both).ConfigureAwait pool.UsesContext
                    outcome <- ValueSome(PoolKernel.Lent<'T, 'E>(pool, made, scope))
                with failure ->
                    outcome <- ValueSome(PoolKernel.Failure<'T, 'E>(scope, token, failure))
            | PoolVerdict.Cancelled -> outcome <- ValueSome(Error(ScopeError.cancelled turn.Reason))
            | PoolVerdict.TooLong ->
                outcome <- ValueSome(Error(ScopeError.rejected (Rejection.WaitedTooLong turn.Waited)))
            | _ -> outcome <- ValueSome(PoolKernel.Ended<'T, 'E> pool)

        if isThere linked then
            linked.Dispose()

        return outcome.Value
    }

    static member private WaitAndPrepare<'T, 'E>
        (pool: ResourcePool<'T>, scope: Scope, token: CancellationToken, wait: ValueTask<PoolTurn<'T>>)
        : Task<Outcome<PoolLease<'T>, 'E>> = task {
        let! turn = wait.ConfigureAwait pool.UsesContext

        return! (PoolKernel.Prepare<'T, 'E>(pool, scope, token, turn)).ConfigureAwait pool.UsesContext
    }

    static member Borrow<'T, 'E>
        (pool: ResourcePool<'T>, scope: Scope, token: CancellationToken)
        : ValueTask<Outcome<PoolLease<'T>, 'E>> =
        let core = pool.Core
        let mutable item = nothing
        core.Gate.Enter()
        let verdict = core.TryTake &item

        if verdict = PoolVerdict.Waits then
            let wait = PoolWait<'T> core
            wait.Begin scope
            core.Queue.Join wait.Arm
            core.Gate.Exit()
            let turn = wait.WaitFor(core.Options.AcquireTimeout, token)
            ValueTask<Outcome<PoolLease<'T>, 'E>>(PoolKernel.WaitAndPrepare<'T, 'E>(pool, scope, token, turn))
        else
            core.Gate.Exit()

            if verdict = PoolVerdict.Item && pool.IsGoodAtOnce item then
                ValueTask<_>(PoolKernel.Lent<'T, 'E>(pool, item, scope))
            else
                let turn = {
                    Verdict = verdict
                    Item = item
                    Waited = TimeSpan.Zero
                    Reason = nothing
                }

                ValueTask<Outcome<PoolLease<'T>, 'E>>(PoolKernel.Prepare<'T, 'E>(pool, scope, token, turn))

    /// The same where nobody has asked yet whether the caller was told to stop.
    static member BorrowUnlessStopped<'T, 'E>
        (pool: ResourcePool<'T>, scope: Scope, token: CancellationToken)
        : ValueTask<Outcome<PoolLease<'T>, 'E>> =
        if token.IsCancellationRequested then
            ValueTask<_>(Error(ScopeError.cancelled (CancelReason.TokenFired "caller")))
        elif scope.IsCancelled then
            ValueTask<_>(Error(ScopeError.cancelled scope.StopReason))
        else
            PoolKernel.Borrow(pool, scope, token)

    static member private FilledAsync<'T, 'E>(pool: ResourcePool<'T>) : Task<Outcome<ResourcePool<'T>, 'E>> =
        task {
            try
                do! (pool.FillAsync pool.Scope.Token).ConfigureAwait pool.UsesContext
                return Ok pool
            with failure ->
                return Error(Explain.Failure(pool.Scope, failure))
        }

    /// A pool that ends with the scope.
    static member Create<'T, 'E>
        (scope: Scope, options: ResourcePoolOptions<'T>)
        : ValueTask<Outcome<ResourcePool<'T>, 'E>> =
        let pool = ResourcePool<'T>(options, scope)

        if not (OnDispose.TryAdd(scope, (fun token -> ValueTask(pool.CloseAsync token)))) then
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))
        elif options.Min = 0 then
            ValueTask<_>(Ok pool)
        else
            ValueTask<Outcome<ResourcePool<'T>, 'E>>(PoolKernel.FilledAsync<'T, 'E> pool)

    /// Throws for a lease of another pool.
    static member Check(pool: ResourcePool<'T>, lease: PoolLease<'T>) =
        Checks.notNull (nameof lease) lease

        if not (obj.ReferenceEquals(lease.Owner, pool)) then
            raise (ArgumentException($"The resource was not borrowed from '{pool.Name}'.", nameof lease))

    /// What was begun goes on whatever happens to the scope.
    static member Done<'E>(scope: Scope, pending: ValueTask) : ValueTask<Outcome<unit, 'E>> =
        if pending.IsCompletedSuccessfully then
            ValueTask<_>(Ok())
        else
            let ended: Task<Outcome<unit, 'E>> = task {
                do! pending.ConfigureAwait scope.Dispatcher.UsesContext
                return Ok()
            }

            ValueTask<Outcome<unit, 'E>> ended

/// Lending what is expensive to make.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ResourcePool =

    /// A pool with options; it is there when `Min` resources have been made. If one of them cannot be made, that is the outcome
    /// (`Crashed`), and those made are destroyed. It ends with the current scope, after the children have ended: it waits for what
    /// others have borrowed as long as the scope's grace, then takes it back, and destroys every resource once.
    let createWith (options: ResourcePoolOptions<'T>) : Scoped<ResourcePool<'T>, 'E> =
        ResourcePoolOptions.Check options
        fun scope -> PoolKernel.Create(scope, options)

    /// A pool of at most `max` resources (1 or more), made when they are needed, as `createWith`.
    let create
        (max: int)
        (make: CancellationToken -> Task<'T>)
        (destroy: 'T -> CancellationToken -> Task)
        : Scoped<ResourcePool<'T>, 'E> =
        createWith (
            ResourcePoolOptions.Default<'T>(
                max,
                Func<_, _> make,
                Func<_, _, _>(fun resource token -> destroy resource token)
            )
        )

    /// Borrows a resource: an idle one, the one that was used last; or a new one, if there are fewer than `Max`; or waits in
    /// line. `Rejected (WaitedTooLong ..)` past the pool's `AcquireTimeout`, `Rejected (ScopeEnded ..)` when the pool has ended, `Crashed` when
    /// the making threw. A cancel ends the wait, or reaches the making by its token, and nothing was taken. For `use! _ = ..`; the end
    /// of the current scope gives it back too.
    let borrow (pool: ResourcePool<'T>) : Scoped<PoolLease<'T>, 'E> =
        fun scope -> PoolKernel.Borrow(pool, scope, CancellationToken.None)

    /// Runs the work with a resource, in the current scope. It is given back when the work and all that it started have
    /// ended, whatever they came to.
    let execute (pool: ResourcePool<'R>) (work: 'R -> Scoped<'T, 'E>) : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            use! lease = borrow pool
            return! work lease.Value
        }

    /// Gives a resource back. Throws `InvalidOperationException` when that was done before, `ArgumentException` for one that was
    /// borrowed from another pool: then nothing changes.
    let release (lease: PoolLease<'T>) (pool: ResourcePool<'T>) : Scoped<unit, 'E> =
        fun scope ->
            PoolKernel.Check(pool, lease)
            PoolKernel.Done(scope, lease.ReleaseAsync())

    /// As `release`, for a resource that is broken: it is destroyed, and its place is free then.
    let discard (lease: PoolLease<'T>) (pool: ResourcePool<'T>) : Scoped<unit, 'E> =
        fun scope ->
            PoolKernel.Check(pool, lease)
            PoolKernel.Done(scope, lease.DiscardAsync())

    /// Destroys all resources that are idle now, and those that are in use when they are given back: after a change of the
    /// password, for example. Waits for the former. New ones are made as they are needed.
    let drain (pool: ResourcePool<'T>) : Scoped<unit, 'E> =
        fun scope -> PoolKernel.Done(scope, ValueTask(pool.DrainCore()))
