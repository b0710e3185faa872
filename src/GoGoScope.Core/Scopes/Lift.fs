namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading.Tasks
open GoGoScope

/// Everything that may stand right of `let!`, as a wait in a scope. For the builder's sources only: they may take back
/// what `Bind` lent, and code that keeps the scope must not.
///
/// `foreign` tells whose task it is: one that was there already is somebody else's, and the wait for it ends with the scope;
/// one that was made here has the scope's token and is awaited to its end.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Lift =

    static member Result(scope: Scope, result: Result<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        scope.Lent <- scope.Lent - 1

        match result with
        | Ok value -> ValueTask<Outcome<'T, 'E>>(Ok value)
        | Error error -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.failed error))

    static member Child(scope: Scope, child: ScopeTask<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        Await.Child(scope, child)

    static member Task(scope: Scope, work: Task<'T>, foreign: bool) : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ValueShape<'T, 'E>>(scope, work, foreign)

    static member TaskUnit(scope: Scope, work: Task, foreign: bool) : ValueTask<Outcome<unit, 'E>> =
        Await.Task<unit, 'E, UnitShape<'E>>(scope, work, foreign)

    static member TaskResult
        (scope: Scope, work: Task<Result<'T, 'E>>, foreign: bool)
        : ValueTask<Outcome<'T, 'E>> =
        Await.Task<'T, 'E, ResultShape<'T, 'E>>(scope, work, foreign)

    static member Value(scope: Scope, work: ValueTask<'T>, foreign: bool) : ValueTask<Outcome<'T, 'E>> =
        if work.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<'T, 'E>>(Ok work.Result)
        else
            Lift.Task(scope, work.AsTask(), foreign)

    static member ValueUnit(scope: Scope, work: ValueTask, foreign: bool) : ValueTask<Outcome<unit, 'E>> =
        if work.IsCompletedSuccessfully then
            scope.Lent <- scope.Lent - 1
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            Lift.TaskUnit(scope, work.AsTask(), foreign)

    static member ValueResult
        (scope: Scope, work: ValueTask<Result<'T, 'E>>, foreign: bool)
        : ValueTask<Outcome<'T, 'E>> =
        if work.IsCompletedSuccessfully then
            Lift.Result(scope, work.Result)
        else
            Lift.TaskResult(scope, work.AsTask(), foreign)

    static member Async(scope: Scope, work: Async<'T>) : ValueTask<Outcome<'T, 'E>> =
        Lift.Task(scope, Async.StartImmediateAsTask(work, scope.Token), false)

    static member AsyncResult(scope: Scope, work: Async<Result<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        Lift.TaskResult(scope, Async.StartImmediateAsTask(work, scope.Token), false)

    /// For shapes that the compiler refuses: never called.
    static member Refused(_: 'Shape) : Scoped<'T, 'E> =
        fun _ -> raise (System.NotSupportedException "The compiler refuses this shape.")

    /// Translates the caller's own errors on the way.
    static member Map
        (scope: Scope, wait: ValueTask<Outcome<'T, 'A>>, change: 'A -> 'B)
        : ValueTask<Outcome<'T, 'B>> =
        Await.Changed(scope, wait, Result.mapError (ScopeError.map change))
