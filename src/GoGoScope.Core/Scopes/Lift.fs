namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// Everything that may stand right of `let!`, as a wait in a scope. For the builder's sources only: they may take back
/// what `Bind` lent, and code that keeps the scope must not.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Lift =

    static member Result(scope: Scope, result: Result<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        scope.Lent <- scope.Lent - 1

        match result with
        | Ok value -> ValueTask<Outcome<'T, 'E>>(Ok value)
        | Error error -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.failed error))

    static member Child(scope: Scope, child: ScopeTask<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        Await.Child(scope, child)

    // a task that is there already is somebody else's

    static member Foreign(scope: Scope, work: Task<'T>) : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ValueShape<'T, 'E>>(scope, work, true)

    static member Foreign(scope: Scope, work: Task) : ValueTask<Outcome<unit, 'E>> =
        Await.Task<unit, 'E, UnitShape<'E>>(scope, work, true)

    static member Foreign(scope: Scope, work: ValueTask<'T>) : ValueTask<Outcome<'T, 'E>> =
        if work.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<'T, 'E>>(Ok work.Result)
        else
            Await.Task<'T, 'E, ValueShape<'T, 'E>>(scope, work.AsTask(), true)

    static member Foreign(scope: Scope, work: ValueTask) : ValueTask<Outcome<unit, 'E>> =
        if work.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            Await.Task<unit, 'E, UnitShape<'E>>(scope, work.AsTask(), true)

    static member ForeignResult(scope: Scope, work: Task<Result<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ResultShape<'T, 'E>>(scope, work, true)

    static member ForeignResult(scope: Scope, work: ValueTask<Result<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        if work.IsCompletedSuccessfully then
            Lift.Result(scope, work.Result)
        else
            Await.Task<'T, 'E, ResultShape<'T, 'E>>(scope, work.AsTask(), true)

    // a task that is made here has the scope's token, and is awaited to its end

    static member Owned(scope: Scope, work: CancellationToken -> Task<'T>) : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ValueShape<'T, 'E>>(scope, work scope.Token, false)

    static member OwnedUnit(scope: Scope, work: CancellationToken -> Task) : ValueTask<Outcome<unit, 'E>> =
        Await.Task<unit, 'E, UnitShape<'E>>(scope, work scope.Token, false)

    static member OwnedResult
        (scope: Scope, work: CancellationToken -> Task<Result<'T, 'E>>)
        : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ResultShape<'T, 'E>>(scope, work scope.Token, false)

    static member OwnedValue
        (scope: Scope, work: CancellationToken -> ValueTask<'T>)
        : ValueTask<Outcome<'T, 'E>> =
        let pending = work scope.Token

        if pending.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<'T, 'E>>(Ok pending.Result)
        else
            Await.Task<'T, 'E, ValueShape<'T, 'E>>(scope, pending.AsTask(), false)

    static member OwnedValueUnit
        (scope: Scope, work: CancellationToken -> ValueTask)
        : ValueTask<Outcome<unit, 'E>> =
        let pending = work scope.Token

        if pending.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            Await.Task<unit, 'E, UnitShape<'E>>(scope, pending.AsTask(), false)

    static member OwnedValueResult
        (scope: Scope, work: CancellationToken -> ValueTask<Result<'T, 'E>>)
        : ValueTask<Outcome<'T, 'E>> =
        let pending = work scope.Token

        if pending.IsCompletedSuccessfully then
            Lift.Result(scope, pending.Result)
        else
            Await.Task<'T, 'E, ResultShape<'T, 'E>>(scope, pending.AsTask(), false)

    static member Async(scope: Scope, work: Async<'T>) : ValueTask<Outcome<'T, 'E>> =
        Lift.Owned(scope, fun token -> Async.StartImmediateAsTask(work, token))

    static member AsyncResult(scope: Scope, work: Async<Result<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        Lift.OwnedResult(scope, fun token -> Async.StartImmediateAsTask(work, token))

    /// The owned wait for one step of a sequence.
    static member Step(scope: Scope, step: ValueTask<bool>) : ValueTask<Outcome<bool, 'E>> =
        if step.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<bool, 'E>>(Ok step.Result)
        else
            Await.Task<bool, 'E, ValueShape<bool, 'E>>(scope, step.AsTask(), false)

    /// Translates the caller's own errors on the way.
    static member Map
        (scope: Scope, wait: ValueTask<Outcome<'T, 'A>>, change: 'A -> 'B)
        : ValueTask<Outcome<'T, 'B>> =
        Await.Changed(scope, wait, Result.mapError (ScopeError.map change))
