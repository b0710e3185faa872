namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// How a child says that it is ready. Given to the work of `Scope.start`.
[<Sealed>]
type Ready<'R> internal (signal: Func<'R, bool>) =

    /// Lets whoever started the child go on with this value. Only the first call counts: true for it, false for any other,
    /// and when nobody waits any more.
    member _.Signal(value: 'R) : bool = signal.Invoke value

/// The wait until a child says that it is ready (as Trio's `nursery.start`). What the child fails with before is the
/// starter's error; afterwards it is the scope's.
[<Sealed>]
type internal StartWait<'R, 'T, 'E>(scope: Scope) =
    inherit Waiter<Outcome<'R, 'E>>(scope)

    [<DefaultValue(false)>]
    val mutable private child: Scope

    // 0 open, 1 ready, 2 ended before, 3 cancelled: one step decides for the starter and for the scope
    [<DefaultValue(false)>]
    val mutable private decision: int

    static member val private ChildEnded =
        Action<obj | null>(fun wait ->
            match wait with
            | :? StartWait<'R, 'T, 'E> as wait -> wait.Ended()
            | _ -> ())

    member private this.Node = Launch.NodeOf<'T, 'E> this.child

    /// True for everyone who comes with what was decided.
    member private this.Decides(decision: int) : bool =
        let before = Interlocked.CompareExchange(&this.decision, decision, 0)
        before = 0 || before = decision

    member private this.Finish(outcome: Outcome<'R, 'E>) =
        scope.Unpark this
        this.Wake outcome

    member this.Signal(value: 'R) =
        let first = this.Decides 1 && this.TryClaim()

        if first then
            this.Finish(Ok value)

        first

    /// It ended and never said that it was ready. Called when the parent knows of it too.
    member private this.Ended() =
        if this.Decides 2 && this.TryClaim() then
            this.Node.Observed <- true

            this.Finish(
                match this.Node.Result with
                | Error error -> Error error
                | Ok _ ->
                    Error(
                        ScopeError.crashed (
                            InvalidOperationException
                                $"The child '{this.child.Name}' ended without saying that it is ready."
                        )
                    )
            )

    override this.What =
        if isMissing this.child then
            "a child to be ready"
        else
            $"'{this.child.Name}' to be ready"

    // a daemon does not hear its scope's cancel: one that nobody waits for any more is told here
    override this.OnCancelled reason =
        if this.Decides 3 && this.TryClaim() then
            this.child.CancelFromAbove(CancelReason.Below reason)
            this.Wake(Error(ScopeError.cancelled reason))

    interface IStarter with
        member this.FailsStart() = this.Decides 2

    member _.Scope = scope

    /// What the work is given, by its first step, which knows in which scope it runs.
    member this.ReadyIn(child: Scope) : Ready<'R> =
        child.Rare.Starter <- this
        Ready<'R>(fun value -> this.Signal value)

    /// Waits for the child that was started.
    member this.Watch(handle: ScopeTask<'T, 'E>) : ValueTask<Outcome<'R, 'E>> =
        let node = handle.Node
        this.child <- node.Scope
        node.EnsureStarted()

        if node.IsDone then
            this.Ended()
        else
            if not (scope.Park this) then
                this.OnCancelled scope.StopReason
            elif this.IsClaimed then
                scope.Unpark this

            node.OnCompleted(StartWait<'R, 'T, 'E>.ChildEnded, this)

        this.AsValueTask()
