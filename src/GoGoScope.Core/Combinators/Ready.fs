namespace GoGoScope

open System
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

    static member val private ChildEnded =
        Action<obj | null>(fun wait ->
            match wait with
            | :? StartWait<'R, 'T, 'E> as wait -> wait.Ended()
            | _ -> ())

    member private this.Node = Launch.NodeOf<'T, 'E> this.child

    member this.Signal(value: 'R) =
        let first = this.TryClaim()

        if first then
            scope.Unpark this
            this.child.Rare.IsStarting <- false
            this.Wake(Ok value)

        first

    /// It ended and never said that it was ready.
    member private this.Ended() =
        if this.TryClaim() then
            scope.Unpark this
            this.Node.Observed <- true

            this.Wake(
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
        if this.TryClaim() then
            if isThere this.child then
                this.child.CancelFromAbove(CancelReason.Below reason)

            this.Wake(Error(ScopeError.cancelled reason))

    member _.Scope = scope

    /// What the work is given, by its first step, which knows in which scope it runs.
    member this.ReadyIn(child: Scope) : Ready<'R> =
        this.child <- child
        Ready<'R>(fun value -> this.Signal value)

    /// Waits for the child that was started.
    member this.Watch(handle: ScopeTask<'T, 'E>) : ValueTask<Outcome<'R, 'E>> =
        this.child <- handle.Node.Scope

        if handle.IsCompleted then
            this.Ended()
        elif not this.IsClaimed then
            if scope.Park this then
                if this.IsClaimed then
                    scope.Unpark this
            else
                this.OnCancelled scope.StopReason

            handle.Node.OnCompleted(StartWait<'R, 'T, 'E>.ChildEnded, this)

        this.AsValueTask()
