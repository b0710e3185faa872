namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading.Tasks
open GoGoScope.Missing

/// How a task that ended well reads as an outcome. A struct, so that each shape is an instantiation and not a closure.
type internal IShape<'T, 'E> =
    abstract Read: task: Task -> Outcome<'T, 'E>

/// Its result is the value.
[<Struct>]
type internal ValueShape<'T, 'E> =
    interface IShape<'T, 'E> with
        member _.Read task =
            Ok (nonNull (Unsafe.As<Task<'T>> task)).Result

/// Its result is a value or the caller's error.
[<Struct>]
type internal ResultShape<'T, 'E> =
    interface IShape<'T, 'E> with
        member _.Read task =
            match (nonNull (Unsafe.As<Task<Result<'T, 'E>>> task)).Result with
            | Ok value -> Ok value
            | Error error -> Error(ScopeError.failed error)

/// It has no result.
[<Struct>]
type internal UnitShape<'E> =
    interface IShape<unit, 'E> with
        member _.Read _ = Ok()

/// The wait for a .NET task. Owned: it ends with the task, which has the token. Foreign: it ends with the task or with
/// the scope's cancellation, whichever is first; the task is not ours, but a late failure of it is not lost.
[<Sealed>]
type internal TaskWait<'T, 'E, 'S when 'S: struct and 'S :> IShape<'T, 'E>>(scope: Scope, task: Task) =
    inherit Waiter<Outcome<'T, 'E>>(scope)

    /// Reads a finished task without throwing.
    static member Read(scope: Scope, task: Task) : Outcome<'T, 'E> =
        if task.IsCompletedSuccessfully then
            (Unchecked.defaultof<'S>).Read task
        else
            Error(Explain.Task(scope, task))

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.Wake(Error(ScopeError.cancelled reason))

    member private this.TaskEnded() =
        if this.TryClaim() then
            scope.Unpark this
            this.Wake(TaskWait<'T, 'E, 'S>.Read(scope, task))
        else
            match task.Exception with
            | null -> ()
            | failure ->
                scope.Unobserved(
                    "a task that failed after the wait for it was cancelled",
                    failure.InnerExceptions[0]
                )

    member this.Start(foreign: bool) : ValueTask<Outcome<'T, 'E>> =
        if foreign then
            if not (scope.Park this) then
                this.OnCancelled scope.StopReason
        else
            scope.Attach()

        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(fun () -> this.TaskEnded())
        this.AsValueTask()

/// The wait for another scope's child: it ends with the child or with the scope's cancellation.
[<Sealed>]
type internal ForeignChildWait<'T, 'E>(scope: Scope, node: Node<'T, 'E>) =
    inherit Waiter<Outcome<'T, 'E>>(scope)

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.Wake(Error(ScopeError.cancelled reason))

    static member val ChildEnded =
        Action<obj | null>(fun wait ->
            match wait with
            | :? ForeignChildWait<'T, 'E> as wait -> wait.Ended()
            | _ -> ())

    member private this.Ended() =
        if this.TryClaim() then
            scope.Unpark this
            this.Wake node.Result
        else
            match node.Result with
            | Error error when not (ScopeError.isCancelled error) ->
                scope.Unobserved(
                    "a child of another scope that failed after the wait for it was cancelled",
                    UntypedFailure(box error)
                )
            | _ -> ()

    member this.Start() : ValueTask<Outcome<'T, 'E>> =
        if not (scope.Park this) then
            this.OnCancelled scope.StopReason

        node.OnCompleted(ForeignChildWait<'T, 'E>.ChildEnded, this)
        this.AsValueTask()

/// The outcome of a wait, changed on its way.
[<Sealed>]
type internal ChangedWait<'T, 'E, 'U, 'F>
    (scope: Scope, inner: ValueTask<Outcome<'T, 'E>>, change: Outcome<'T, 'E> -> Outcome<'U, 'F>) =
    inherit Waiter<Outcome<'U, 'F>>(scope)

    override _.OnCancelled _ = () // never parked: it ends with what it waits for

    static member Read
        (scope: Scope, inner: ValueTask<Outcome<'T, 'E>>, change: Outcome<'T, 'E> -> Outcome<'U, 'F>)
        =
        try
            change (inner.GetAwaiter().GetResult())
        with failure ->
            Error(Explain.Failure(scope, failure))

    member this.Start() : ValueTask<Outcome<'U, 'F>> =
        inner
            .ConfigureAwait(false)
            .GetAwaiter()
            .UnsafeOnCompleted(fun () -> this.Wake(ChangedWait<'T, 'E, 'U, 'F>.Read(scope, inner, change)))

        this.AsValueTask()

/// Waits as the builder's sources ask for them.
[<AbstractClass; Sealed>]
type internal Await =

    static member Task<'T, 'E, 'S when 'S: struct and 'S :> IShape<'T, 'E>>
        (scope: Scope, task: Task, foreign: bool)
        : ValueTask<Outcome<'T, 'E>> =
        scope.Lent <- scope.Lent - 1 // a wait that is pending has attached the scope, which keeps it from reuse

        if isMissing task then
            ValueTask<Outcome<'T, 'E>>(
                Error(
                    ScopeError.crashed (InvalidOperationException "The work returned null instead of a task.")
                )
            )
        elif task.IsCompleted then
            ValueTask<Outcome<'T, 'E>>(TaskWait<'T, 'E, 'S>.Read(scope, task))
        else
            TaskWait<'T, 'E, 'S>(scope, task).Start foreign

    /// A child of the current scope is stopped with it, so its end is awaited; any other scope's child is foreign.
    static member Child(scope: Scope, child: ScopeTask<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        scope.Lent <- scope.Lent - 1
        let wait = child.AsValueTask()

        if wait.IsCompleted || obj.ReferenceEquals(child.Node.Scope.Parent, scope) then
            wait
        else
            ForeignChildWait<'T, 'E>(scope, child.Node).Start()

    /// Starts work whose outcome is about to be changed: what it throws at once is its outcome too.
    static member Work(scope: Scope, work: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        try
            work scope
        with failure ->
            ValueTask<Outcome<'T, 'E>>(Error(Explain.Failure(scope, failure)))

    static member Changed
        (scope: Scope, wait: ValueTask<Outcome<'T, 'E>>, change: Outcome<'T, 'E> -> Outcome<'U, 'F>)
        : ValueTask<Outcome<'U, 'F>> =
        if wait.IsCompleted then
            ValueTask<Outcome<'U, 'F>>(ChangedWait<'T, 'E, 'U, 'F>.Read(scope, wait, change))
        else
            ChangedWait<'T, 'E, 'U, 'F>(scope, wait, change).Start()
