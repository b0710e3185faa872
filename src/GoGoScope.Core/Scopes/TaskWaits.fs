namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// How a task that ended well reads as an outcome. A struct, so that each shape is an instantiation and not a closure.
type internal IShape<'T, 'E> =
    abstract Read: task: Task -> Outcome<'T, 'E>

    /// What whoever waits for it waits for.
    abstract What: string

/// Its result is the value.
[<Struct>]
type internal ValueShape<'T, 'E> =
    interface IShape<'T, 'E> with
        member _.Read task =
            Ok (nonNull (Unsafe.As<Task<'T>> task)).Result

        member _.What = "a task"

/// Its result is a value or the caller's error.
[<Struct>]
type internal ResultShape<'T, 'E> =
    interface IShape<'T, 'E> with
        member _.Read task =
            match (nonNull (Unsafe.As<Task<Result<'T, 'E>>> task)).Result with
            | Ok value -> Ok value
            | Error error -> Error(ScopeError.failed error)

        member _.What = "a task"

/// It has no result.
[<Struct>]
type internal UnitShape<'E> =
    interface IShape<unit, 'E> with
        member _.Read _ = Ok()
        member _.What = "a task"

/// The end of somebody else's acquisition.
[<Struct>]
type internal AcquisitionShape<'E> =
    interface IShape<unit, 'E> with
        member _.Read _ = Ok()
        member _.What = "a resource that another acquires"

/// All that a task keeps of the wait for it once the wait was cancelled: a task that lives long must not keep the scopes
/// that once waited for it. A late failure of it is reported all the same.
[<Sealed>]
type internal TaskHook(environment: ScopeEnvironment, task: Task, wait: ITaskEnd) =
    let mutable wait = wait
    let mutable name = ""

    static member ReportLate(environment: ScopeEnvironment, scope: string, task: Task) =
        match task.Exception with
        | null -> ()
        | failure ->
            environment.Unobserved(
                scope,
                "a task that failed after the wait for it was cancelled",
                failure.InnerExceptions[0]
            )

    member _.Cut(scope: string) =
        name <- scope
        Volatile.Write(&wait, nothing)

    member _.TaskEnded() =
        let wait = Volatile.Read(&wait)

        if isThere wait then
            wait.TaskEnded()
        else
            TaskHook.ReportLate(environment, name, task)

/// The wait for a .NET task. Owned: it ends with the task, which has the token. Foreign: it ends with the task or with
/// the scope's cancellation, whichever is first; the task is not ours, but a late failure of it is not lost.
[<Sealed>]
type internal TaskWait<'T, 'E, 'S when 'S: struct and 'S :> IShape<'T, 'E>>(scope: Scope, task: Task) =
    inherit TaskEnd<Outcome<'T, 'E>>(scope)

    /// Reads a finished task without throwing.
    static member Read(scope: Scope, task: Task) : Outcome<'T, 'E> =
        if task.IsCompletedSuccessfully then
            (Unchecked.defaultof<'S>).Read task
        else
            Error(Explain.Task(scope, task))

    [<DefaultValue(false)>]
    val mutable private hook: TaskHook

    override _.What = (Unchecked.defaultof<'S>).What

    override this.OnCancelled reason =
        if this.TryClaim() then
            if isThere this.hook then
                this.hook.Cut scope.Name

            this.Wake(Error(ScopeError.cancelled reason))

    override this.TaskEnded() =
        if this.TryClaim() then
            scope.Unpark this
            this.Wake(TaskWait<'T, 'E, 'S>.Read(scope, task))
        else
            TaskHook.ReportLate(scope.Environment, scope.Name, task)

    member this.StartOwned() : ValueTask<Outcome<'T, 'E>> =
        scope.Attach()

        task
            .ConfigureAwait(scope.Dispatcher.UsesContext)
            .GetAwaiter()
            .UnsafeOnCompleted(Action(this.TaskEnded))

        this.AsValueTask()

    member this.StartForeign() : ValueTask<Outcome<'T, 'E>> =
        let hook = TaskHook(scope.Environment, task, this)
        this.hook <- hook

        if not (scope.Park this) then
            this.OnCancelled scope.StopReason

        task
            .ConfigureAwait(scope.Dispatcher.UsesContext)
            .GetAwaiter()
            .UnsafeOnCompleted(Action(hook.TaskEnded))

        this.AsValueTask()

/// The outcome of a wait, changed on its way.
[<Sealed>]
type internal ChangedWait<'T, 'E, 'U, 'F>
    (scope: Scope, inner: ValueTask<Outcome<'T, 'E>>, change: Outcome<'T, 'E> -> Outcome<'U, 'F>) =
    inherit Waiter<Outcome<'U, 'F>>(scope)

    override _.OnCancelled _ = () // never parked: it ends with what it waits for

    interface IPassesOn with
        member _.Inner =
            let mutable wait = inner

            if ValueTaskFields.Known then
                Unsafe.As<ValueTask<Outcome<'T, 'E>>, ValueTaskFields<Outcome<'T, 'E>>>(&wait).Source
            else
                null

    static member Read
        (scope: Scope, inner: ValueTask<Outcome<'T, 'E>>, change: Outcome<'T, 'E> -> Outcome<'U, 'F>)
        =
        try
            change (inner.GetAwaiter().GetResult())
        with failure ->
            Error(Explain.Failure(scope, failure))

    member this.Start() : ValueTask<Outcome<'U, 'F>> =
        inner
            .ConfigureAwait(scope.Dispatcher.UsesContext)
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
        elif foreign then
            TaskWait<'T, 'E, 'S>(scope, task).StartForeign()
        else
            TaskWait<'T, 'E, 'S>(scope, task).StartOwned()

    /// A child of the current scope is stopped with it, so its end is awaited; any other scope's child is foreign.
    static member Child(scope: Scope, child: ScopeTask<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        scope.Lent <- scope.Lent - 1

        if child.IsCompleted || obj.ReferenceEquals(child.Node.Scope.Parent, scope) then
            child.AsValueTask()
        else
            child.Node.EnsureStarted()
            Await.Foreign(scope, child.Node)

    /// What waits for the end of a scope of which it is itself a part would wait for ever.
    static member Foreign(scope: Scope, node: Node<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        if scope.IsWithin node.Scope then
            ValueTask<Outcome<'T, 'E>>(
                Error(ScopeError.rejected (Rejection.WouldDeadlock(node.Scope.SelfJoin scope)))
            )
        else
            ForeignChildWait<'T, 'E>(scope, node).Start()

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
