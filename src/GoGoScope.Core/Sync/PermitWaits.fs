namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// What somebody asks for who wants permits.
[<Struct; NoComparison; NoEquality>]
type internal PermitOrder = {
    Count: int
    /// The lower one is served first.
    Rank: int
    /// The longest wait; below zero: no limit.
    Patience: TimeSpan
    /// The permit remembers who holds it.
    IsHeld: bool
}

/// A caller that waits for permits.
[<Sealed>]
type internal PermitsWait<'E>(core: PermitCore) as this =
    inherit PatientWait<Outcome<Lease, 'E>>()
    let arm = PermitArm(this, core)
    let mutable order = Unchecked.defaultof<PermitOrder>

    member _.Arm = arm
    member _.Order = order

    /// Under the gate of the permits, before it joins the line.
    member this.Begin(context: WorkContext, wanted: PermitOrder) =
        this.Begin context
        order <- wanted
        arm.Count <- wanted.Count
        arm.Rank <- wanted.Rank
        arm.Verdict <- PermitVerdict.Waits

    override _.LeaveQueues() = arm.Leave()

    override this.Read() =
        this.StopTimer()

        if isThere this.Reason then
            Error(ScopeError.cancelled this.Reason)
        elif this.RanOut then
            Error(ScopeError.rejected (Rejection.WaitedTooLong this.Waited))
        elif arm.Verdict = PermitVerdict.Taken then
            Ok(core.Lend(order.Count, (if order.IsHeld then this.Context else nothing)))
        else
            Error(ScopeError.rejected core.Refusal)

    override this.Recycle() = core.ReturnSpare this

    override _.What =
        core.Names.Wanted(order.Count, max 0 core.Free, core.Total, core.Waiting)

/// Taking permits, as both faces do it.
[<AbstractClass; Sealed>]
type internal PermitKernel =

    static member One: PermitOrder = {
        Count = 1
        Rank = 0
        Patience = Timeout.InfiniteTimeSpan
        IsHeld = false
    }

    static member private Lent(core: PermitCore, order: PermitOrder, context: WorkContext) =
        core.Lend(order.Count, (if order.IsHeld then context else nothing))

    static member private Gated<'E>
        (core: PermitCore, order: PermitOrder, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<Lease, 'E>> =
        core.Gate.Enter()

        match core.TryTakeGated(order.Count, order.Rank) with
        | PermitVerdict.Waits ->
            let wait =
                match box (core.TakeSpare()) with
                | :? PermitsWait<'E> as spare -> spare
                | _ -> PermitsWait<'E> core

            wait.Begin(context, order)
            core.Queue.Join wait.Arm
            core.Gate.Exit()
            wait.WaitFor(order.Patience, token)
        | verdict ->
            core.Gate.Exit()

            if verdict = PermitVerdict.Taken then
                ValueTask<_>(Ok(PermitKernel.Lent(core, order, context)))
            else
                ValueTask<_>(Error(ScopeError.rejected core.Refusal))

    /// Without a patience: as soon as possible.
    static member Acquire<'E>
        (core: PermitCore, order: PermitOrder, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<Lease, 'E>> =
        if core.TryTakeAtOnce order.Count then
            ValueTask<_>(Ok(PermitKernel.Lent(core, order, context)))
        elif order.Patience.Ticks = 0L then
            match core.TryTake(order.Count, order.Rank) with
            | PermitVerdict.Taken -> ValueTask<_>(Ok(PermitKernel.Lent(core, order, context)))
            | PermitVerdict.Closed -> ValueTask<_>(Error(ScopeError.rejected core.Refusal))
            | _ -> ValueTask<_>(Error(ScopeError.rejected (Rejection.WaitedTooLong TimeSpan.Zero)))
        else
            PermitKernel.Gated(core, order, context, token)

    /// The same where nobody has asked yet whether the caller was told to stop.
    static member AcquireUnlessStopped<'E>
        (core: PermitCore, order: PermitOrder, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<Lease, 'E>> =
        if token.IsCancellationRequested then
            ValueTask<_>(Error(ScopeError.cancelled (CancelReason.TokenFired "caller")))
        elif isThere context && context.IsCancelled then
            match context.Reason with
            | null -> ValueTask<_>(Error(ScopeError.cancelled (CancelReason.Requested "cancelled")))
            | reason -> ValueTask<_>(Error(ScopeError.cancelled reason))
        else
            PermitKernel.Acquire(core, order, context, token)

    /// `default` when that would need a wait.
    static member TryAcquire(core: PermitCore, order: PermitOrder) : Lease =
        match core.TryTake(order.Count, order.Rank) with
        | PermitVerdict.Taken -> core.Lend(order.Count, nothing)
        | _ -> Unchecked.defaultof<Lease>

    /// A permit core that closes at the end of its scope, after the children have ended.
    static member InScope<'P, 'E>
        (scope: Scope, total: int, names: PermitNames, wrap: PermitCore -> 'P)
        : ValueTask<Outcome<'P, 'E>> =
        let core = PermitCore.Make(total, names, scope)

        let close _ =
            core.Close()
            ValueTask()

        if OnDispose.TryAdd(scope, close) then
            ValueTask<_>(Ok(wrap core))
        else
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))

/// Permits as a case of a select.
[<Sealed>]
type internal PermitCase<'E>(core: PermitCore, order: PermitOrder) =
    inherit Case<Lease, 'E>()
    override _.Gate = core.Gate

    override _.NewArm owner =
        PermitArm(owner, core, Count = order.Count, Rank = order.Rank)

    override _.Read arm =
        match (arm :?> PermitArm).Verdict with
        | PermitVerdict.Taken -> Ok(core.Lend(order.Count, nothing))
        | _ -> Error(ScopeError.rejected core.Refusal)
