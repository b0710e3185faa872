namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A case with what follows it: work that runs in the scope that selects, after the commit.
[<AbstractClass>]
type internal AltCase<'T, 'E>() =
    inherit Case<'T, 'E>()

    /// What it comes to is work, not a value.
    abstract IsWork: bool
    default _.IsWork = false

    /// Instead of `Read`, for work. It reads the arm at once: that serves another run before the work begins.
    abstract Work: arm: CaseArm -> Scoped<'T, 'E>

    default this.Work arm =
        let result = this.Read arm
        fun _ -> ValueTask<_> result


    /// Instead of `ReadCancel`, for work.
    abstract CancelWork: reason: CancelReason -> Scoped<'T, 'E>

    default this.CancelWork reason =
        fun _ -> ValueTask<_>(this.ReadCancel reason)

/// A case that stands on another one.
[<AbstractClass>]
type internal CaseOver<'A, 'AE, 'T, 'E>(inner: Case<'A, 'AE>) =
    inherit AltCase<'T, 'E>()
    override _.Gate = inner.Gate
    override _.Counts = inner.Counts
    override _.HearsCancel = inner.HearsCancel
    override _.NewArm owner = inner.NewArm owner

/// Any case, as it is.
[<Sealed>]
type internal PlainCase<'T, 'E>(inner: Case<'T, 'E>) =
    inherit CaseOver<'T, 'E, 'T, 'E>(inner)
    override _.Read arm = inner.Read arm
    override _.ReadCancel reason = inner.ReadCancel reason

/// `Alt.map`.
[<Sealed>]
type internal MapCase<'A, 'T, 'E>(inner: AltCase<'A, 'E>, change: 'A -> 'T) =
    inherit CaseOver<'A, 'E, 'T, 'E>(inner)

    member private _.After(work: Scoped<'A, 'E>) : Scoped<'T, 'E> =
        fun scope -> Await.Changed(scope, work scope, Result.map change)

    override _.IsWork = inner.IsWork
    override _.Read arm = Result.map change (inner.Read arm)

    override _.ReadCancel reason =
        Result.map change (inner.ReadCancel reason)

    override this.Work arm = this.After(inner.Work arm)
    override this.CancelWork reason = this.After(inner.CancelWork reason)

/// `Alt.wrap`.
[<Sealed>]
type internal WrapCase<'A, 'T, 'E>(inner: AltCase<'A, 'E>, next: 'A -> Scoped<'T, 'E>) =
    inherit CaseOver<'A, 'E, 'T, 'E>(inner)

    member private _.After(work: Scoped<'A, 'E>) : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            let! value = work
            return! next value
        }

    override _.IsWork = true

    override _.Read _ =
        raise (InvalidOperationException "This case comes to work.")

    override this.Work arm = this.After(inner.Work arm)
    override this.CancelWork reason = this.After(inner.CancelWork reason)

/// A case of a select whose result is the work to do next.
[<Sealed>]
type internal NextCase<'T, 'E>(inner: AltCase<'T, 'E>) =
    inherit CaseOver<'T, 'E, Scoped<'T, 'E>, 'E>(inner)

    override _.Read arm =
        if inner.IsWork then
            Ok(inner.Work arm)
        else
            let result = inner.Read arm
            Ok(fun _ -> ValueTask<_> result)

    override _.ReadCancel reason =
        if inner.IsWork then
            Ok(inner.CancelWork reason)
        else
            let result = inner.ReadCancel reason
            Ok(fun _ -> ValueTask<_> result)

[<Sealed>]
type internal ReceiveCase<'T, 'R, 'E, 'S when 'S: struct and 'S :> IReceived<'T, Outcome<'R, 'E>>>
    (source: ISource<'T>, hearsClose: bool) =
    inherit AltCase<'R, 'E>()
    override _.Gate = source.Gate

    override _.NewArm owner =
        ReceiveArm<'T>(owner, source, HearsClose = hearsClose)

    override _.Read arm =
        let arm = arm :?> ItemArm<'T>
        ReceiveWait<'T, Outcome<'R, 'E>, 'S>.Give(source, arm.Verdict, arm.Item)

/// Comes to whether it was sent.
[<Sealed>]
type internal SendCase<'T, 'E>(sink: ISink<'T>, item: 'T, hearsClose: bool) =
    inherit AltCase<bool, 'E>()
    override _.Gate = sink.Gate

    override _.NewArm owner =
        SendArm<'T>(
            owner,
            sink,
            HearsClose = hearsClose,
            KeepsItem = true,
            Item = item,
            Rank = sink.RankOf item
        )

    override _.Read arm =
        match (arm :?> ItemArm<'T>).Verdict with
        | Verdict.Done -> Ok true
        | Verdict.Closed -> Ok false
        | refused -> Error(ScopeError.rejected (sink.Refusal refused))

[<Sealed>]
type internal TimerArm(owner: ParkedCaller, duration: TimeSpan, isCase: bool) =
    inherit CaseArm(owner)
    let mutable timer: ITimer = nothing

    member private this.Stop() =
        let timer = Interlocked.Exchange(&timer, nothing)

        if isThere timer then
            timer.Dispose()

    override _.Poll(_, _) =
        if isCase && duration = TimeSpan.Zero then
            Readiness.Committed
        else
            Readiness.Waits

    override this.Enqueue context =
        let clock =
            if isMissing context then
                TimeProvider.System
            else
                context.Clock

        let ring (_: obj | null) =
            if this.TryWin() then
                this.Stop()
                owner.Wake()

        Interlocked.Exchange(&timer, clock.CreateTimer(ring, null, duration, Timeout.InfiniteTimeSpan))
        |> ignore

    override this.Leave() = this.Stop()

/// The passing of time: a value, or a time limit of the select itself, which does not count as a case.
[<Sealed>]
type internal TimerCase<'T, 'E>(duration: TimeSpan, outcome: Outcome<'T, 'E>, counts: bool) =
    inherit AltCase<'T, 'E>()
    override _.Gate = nothing
    override _.Counts = counts
    override _.NewArm owner = TimerArm(owner, duration, counts)
    override _.Read _ = outcome

/// A child's callback that can be cut off, so that a long-lived child does not keep the selects that once looked at it.
[<Sealed>]
type internal ChildArm<'T, 'E>(owner: ParkedCaller, child: ScopeTask<'T, 'E>) =
    inherit CaseArm(owner)
    let mutable hook: ChildHook = nothing

    override _.Poll(_, _) =
        if child.IsCompleted then
            Readiness.Committed
        else
            Readiness.Waits

    override this.Enqueue _ =
        let made = ChildHook this
        hook <- made
        child.Node.EnsureStarted()
        child.Node.OnCompleted(ChildHook.ChildEnded, made)

    override _.Leave() =
        let hook = Volatile.Read(&hook)

        if isThere hook then
            hook.Cut()
            child.Node.Forget hook

    interface ITaskEnd with
        member this.TaskEnded() =
            if this.TryWin() then
                owner.Wake()

[<Sealed>]
type internal ChildCase<'T, 'E>(child: ScopeTask<'T, 'E>) =
    inherit AltCase<'T, 'E>()
    override _.Gate = nothing
    override _.NewArm owner = ChildArm<'T, 'E>(owner, child)

    override _.Read _ =
        if child.IsValue then
            Ok child.Value
        else
            child.Node.Observed <- true
            child.Node.Result

/// Nothing of its own to wait for.
[<Sealed>]
type internal StillArm(owner: ParkedCaller, poll: WorkContext -> Readiness) =
    inherit CaseArm(owner)
    override _.Poll(context, _) = poll context
    override _.Enqueue _ = ()
    override _.Leave() = ()

/// The stop of the scope in which the select waits.
[<Sealed>]
type internal CancelledCase<'E>() =
    inherit AltCase<CancelReason, 'E>()

    override _.Gate = nothing
    override _.Counts = false
    override _.HearsCancel = true

    override _.NewArm owner =
        StillArm(
            owner,
            fun context ->
                if isThere context && context.IsCancelled then
                    Readiness.Committed
                else
                    Readiness.Waits
        )

    override _.Read _ = Ok(CancelReason.Requested "cancelled")

    override _.ReadCancel reason = Ok reason

/// Always ready, or taken when nothing else is.
[<Sealed>]
type internal ReadyCase<'T, 'E>(value: 'T) =
    inherit AltCase<'T, 'E>()
    override _.Gate = nothing

    override _.NewArm owner =
        StillArm(owner, fun _ -> Readiness.Committed)

    override _.Read _ = Ok value
