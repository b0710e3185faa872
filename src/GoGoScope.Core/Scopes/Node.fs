namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope.Missing

/// Operands that were started in one group, some of which still run. Read only after the group ended well.
[<AbstractClass>]
type internal Operands<'T>() =
    abstract Value: 'T

/// The typed half of a scope: its outcome, and whoever waits for it. Its own completion source, so any number of
/// callers may wait, and waiting allocates nothing.
type internal Node<'T, 'E>(scope: Scope) =
    inherit ScopeNode()

    [<DefaultValue(false)>]
    val mutable private core: CompletionCore<Outcome<'T, 'E>>

    /// The scope ended because it was told to stop; its body may have ended well before.
    [<DefaultValue(false)>]
    val mutable private cut: bool

    /// The body ended because the scope was told to stop.
    [<DefaultValue(false)>]
    val mutable private stopped: bool

    member _.Scope = scope
    member this.IsDone = this.core.IsDone

    /// Only once it is done.
    member this.Result = this.core.Result

    /// What a good end gives; a group makes it of its operands.
    abstract Good: Outcome<'T, 'E> -> Outcome<'T, 'E>

    default _.Good outcome =
        if isThere scope.Extra then
            match scope.Extra.Operands with
            | :? Operands<'T> as operands when outcome.IsOk -> Ok operands.Value
            | _ -> outcome
        else
            outcome

    /// Called when the outcome is known and nothing of the scope runs any more, before anyone is woken.
    abstract Ended: Outcome<'T, 'E> -> unit
    default _.Ended _ = ()

    /// Starts work that waits to be asked for.
    abstract EnsureStarted: unit -> unit
    default _.EnsureStarted() = ()

    /// Takes the body's outcome: its failure is one of the scope's. True: it stops the children.
    member private this.TakeBody(outcome: Outcome<'T, 'E>) : bool =
        match outcome with
        | Ok _ ->
            this.core.Result <- outcome
            scope.CancelRemaining
        | Error error when Explain.IsOwnStop(scope, error) ->
            this.core.Result <- outcome
            this.stopped <- true
            false
        | Error error ->
            this.core.Result <-
                if error.Others.Count > 0 && ScopeError.isCancelled error && scope.IsCancelled then
                    Error(ScopeError.withoutFirst error) // what stood beside the stop is the failure
                else
                    outcome

            if isThere scope.Extra || scope.Count.HasChildren then
                scope.Rare.AddFailure(0, this)

            not scope.KeepGoing

    /// The body's own outcome is known; children may still run. They are stopped only after the body has been counted
    /// out: whoever enters later finds the scope closed or the mark.
    member this.BodyEnded(outcome: Outcome<'T, 'E>) =
        let stops = this.TakeBody outcome

        if scope.Count.BodyEnds() then
            scope.Close()
        elif stops then
            scope.Cancel(CancelReason.ScopeExited scope.Name)

    /// The body has ended, and the scope is closed already.
    member this.EndNow(outcome: Outcome<'T, 'E>) =
        this.TakeBody outcome |> ignore
        this.Finish()

    /// A result without a scope of its own: that of a block bound in somebody else's.
    member this.Deliver(outcome: Outcome<'T, 'E>) =
        let mutable next = Unchecked.defaultof<Action<obj | null>>
        let mutable state: obj | null = null

        if this.core.Finish(outcome, &next, &state) then
            scope.Dispatcher.Resume(next, state)

    override _.Place = scope.Seq
    override _.Owner = scope

    override this.WasStopped = this.cut

    override this.ErrorAs<'P>() : ScopeError<'P> =
        match this.core.Result with
        | Ok _ -> raise (InvalidOperationException "A child that ended well has no error.")
        | Error error ->
            match box error with
            | :? ScopeError<'P> as error -> error
            | _ -> ScopeError.untyped error

    override this.Finish() =
        if isThere scope.Extra && scope.Extra.HasDaemons then
            DaemonStop(scope, ValueNone, (fun () -> this.CleanUp())).Run()
        else
            this.CleanUp()

    member private this.CleanUp() =
        if isThere scope.Extra && isThere scope.Extra.Cleanups then
            let extra = scope.Extra
            scope.Attach() // what runs is in the tree

            let run =
                CleanupRun(
                    extra.Cleanups,
                    scope.Clock,
                    scope.Dispatcher,
                    scope.Environment.Grace,
                    (fun failure -> extra.AddCleanupFailure failure),
                    (fun () -> scope.ReportSlowCleanup()),
                    (fun () -> this.Close())
                )

            if scope.Environment.Ambient then
                let before = Ambient.Enter scope

                try
                    run.Run()
                finally
                    Ambient.Return before
            else
                run.Run()
        else
            this.Close()

    /// The last step: nothing of the scope runs any more.
    member private this.Close() =
        let struct (outcome, end') = Settle.outcome scope this this.core.Result this.stopped

        let outcome = if end' = Ending.Good then this.Good outcome else outcome

        this.cut <- end' = Ending.Stopped

        let failed =
            end' = Ending.Failed
            // an operand that stopped itself leaves the others without its value
            || (end' = Ending.Stopped
                && scope.Kind = ChildKind.Operand
                && not scope.Parent.IsCancelled)

        if failed && scope.Kind >= ChildKind.Fork then
            scope.Attach() // for its place among its siblings

        let attached = not (scope.TryEndUnattached())
        Volatile.Write(&scope.Ended, true)

        if isThere scope.Extra then
            this.Release(outcome, end')

        let mutable next = Unchecked.defaultof<Action<obj | null>>
        let mutable state: obj | null = null
        let awaited = this.core.Finish(outcome, &next, &state)

        this.Ended outcome
        let parent = scope.Parent

        if isThere parent then
            if end' <> Ending.Good then
                this.Tell(parent, failed)

            if attached then
                parent.Detach scope

            if scope.Kind = ChildKind.Daemon then
                for next in parent.Rare.Daemons.Remove scope do
                    next.Invoke()
            else
                parent.Leave()

        if awaited then
            scope.Dispatcher.Resume(next, state)

    /// Gives back what a scope with more than a body holds.
    member private this.Release(outcome: Outcome<'T, 'E>, end': Ending) =
        let extra = scope.Extra
        extra.Release()

        if isThere extra.Permits then
            extra.Permits.Release()

        if isThere extra.DedupeKey then
            scope.Parent.Rare.Unshare(extra.DedupeKey, this)

        if extra.StartedAt.IsSome then
            match outcome with
            | Ok _ -> scope.TellEnded(TaskEnding.Succeeded, null)
            | Error _ when end' = Ending.Stopped -> scope.TellEnded(TaskEnding.Cancelled, null)
            | Error error -> scope.TellEnded(TaskEnding.Failed, ScopeError.asException error)

    /// It failed before it was ready: that is a value for whoever started it.
    member private _.FailsStart =
        isThere scope.Extra
        && scope.Extra.IsStarting
        && (isMissing scope.Extra.Starter || scope.Extra.Starter.FailsStart())

    /// What the parent learns of a child that gave no value.
    member private this.Tell(parent: Scope, failed: bool) =
        match scope.Kind with
        | ChildKind.Task when this.Observed -> ()
        | ChildKind.Task when failed || parent.IsCancelled -> parent.Rare.AddUnread this
        | _ when failed && this.FailsStart ->
            if isMissing scope.Extra.Starter then
                parent.Rare.AddUnread this
        | ChildKind.Fork
        | ChildKind.Daemon
        | ChildKind.Operand when failed ->
            parent.Rare.AddFailure(scope.Seq, this)

            if not parent.KeepGoing then
                parent.Cancel(CancelReason.SiblingFailed scope.Name)
        | ChildKind.Fork
        | ChildKind.Operand when parent.IsCancelled -> parent.Rare.Cut <- true
        | _ -> ()

    override _.Dispose() =
        // the body that runs here would wait for itself
        scope.Cancel(CancelReason.ScopeExited scope.Name)
        ValueTask()

    /// Any number of awaits is safe. Reading the outcome observes it.
    member this.AsValueTask() : ValueTask<Outcome<'T, 'E>> =
        this.EnsureStarted()

        if this.core.IsDone then
            this.Observed <- true
            ValueTask<Outcome<'T, 'E>>(this.core.Result)
        else
            ValueTask<Outcome<'T, 'E>>(this, 0s)

    /// For a wait that may be cancelled: whether the outcome is observed is its to say.
    member this.OnCompleted(next: Action<obj | null>, state: obj | null) =
        this.core.OnCompleted(next, state, ValueTaskSourceOnCompletedFlags.None)

    /// Gives up a continuation that was kept with this state, if it has not run.
    member this.Forget(state: obj) = this.core.Forget state

    /// How many continuations it keeps. For tests.
    member this.Waiters = this.core.Waiters

    interface IValueTaskSource<Outcome<'T, 'E>> with
        member this.GetStatus _ =
            if this.core.IsDone then
                ValueTaskSourceStatus.Succeeded
            else
                ValueTaskSourceStatus.Pending

        member this.GetResult _ =
            this.Observed <- true
            this.core.Result

        member this.OnCompleted(next, state, _, flags) =
            this.core.OnCompleted(next, state, flags)
