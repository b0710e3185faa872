namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Changing what a piece of work gives.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Scoped =

    /// Work that gives a value at once.
    let value (value: 'T) : Scoped<'T, 'E> =
        fun _ -> ValueTask<Outcome<'T, 'E>>(Ok value)

    /// Work that fails with an error of the caller's own at once.
    let fail (error: 'E) : Scoped<'T, 'E> =
        fun _ -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.failed error))

    /// Changes the value.
    let map (change: 'T -> 'U) (work: Scoped<'T, 'E>) : Scoped<'U, 'E> =
        fun scope -> Await.Changed(scope, Await.Work(scope, work), Result.map change)

    /// Gives the outcome as a value, so that the work cannot fail the block that binds it. It runs in a scope of its own,
    /// whose children have ended too. A block that is itself cancelled still stops at its next bind.
    let result (work: Scoped<'T, 'E>) : Scoped<Result<'T, ScopeError<'E>>, 'F> =
        fun scope -> Await.Changed(scope, Start.Bound(scope, work), Ok)

    /// Every cause becomes the caller's own error: what the original's `errorClass` did. The causes beside the first are
    /// translated too; only the cancellation of the scope in which this stands stays what it is. The work runs in a scope of
    /// its own, so what it starts is translated as well.
    let mapError (change: Cause<'A> -> 'B) (work: Scoped<'T, 'A>) : Scoped<'T, 'B> =
        fun scope ->
            let translate (outcome: Outcome<'T, 'A>) : Outcome<'T, 'B> =
                match outcome with
                | Ok value -> Ok value
                | Error error when Explain.IsOwnStop(scope, error) -> Explain.Stopped scope
                | Error error ->
                    Error {
                        Cause = Cause.Failed(change error.Cause)
                        Others = [| for other in error.Others -> Cause.Failed(change other) |]
                    }

            Await.Changed(scope, Start.Bound(scope, work), translate)

    /// Only crashes become the caller's own error, each of them once; every other cause stays as it is: what the original's
    /// `systemErrorClass` did. The work runs in a scope of its own.
    let mapCrash (change: exn -> 'E) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        let changeCause cause =
            match cause with
            | Cause.Crashed failure -> Cause.Failed(change failure)
            | other -> other

        fun scope ->
            Await.Changed(
                scope,
                Start.Bound(scope, work),
                Result.mapError (fun error -> {
                    Cause = changeCause error.Cause
                    Others = [| for other in error.Others -> changeCause other |]
                })
            )

    /// Gives the work, in a scope of its own, this much time, from when it starts. Past it the work is asked to stop and
    /// waited for; unless it still gives a value, the error is `TimedOut`. From zero to about 49 days.
    let timeout (after: TimeSpan) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.duration (nameof after) after

        let options = {
            TaskOptions.Default with
                Timeout = after
        }

        fun scope -> Start.Bound(scope, options, work)

/// Working with the handles of children.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ScopeTask =

    /// Waits for the child and gives its outcome as a value; that observes it. The wait for another scope's child ends
    /// when the scope that waits is cancelled.
    let result (child: ScopeTask<'T, 'E>) : Scoped<Result<'T, ScopeError<'E>>, 'F> =
        fun scope ->
            if child.IsCompleted || obj.ReferenceEquals(child.Node.Scope.Parent, scope) then
                Await.Changed(scope, child.AsValueTask(), Ok)
            else
                child.Node.EnsureStarted()
                Await.Changed(scope, Await.Foreign(scope, child.Node), Ok)

    /// The outcome as a task, for code outside every scope; never faults. The wait for a daemon ends, as `Cancelled`, when its
    /// scope is cancelled: the daemon stops later.
    let toTask (child: ScopeTask<'T, 'E>) : Task<Result<'T, ScopeError<'E>>> = child.AsValueTask().AsTask()

    /// Asks the child, and all below it, to stop. That is no failure of its parent.
    let cancel (message: string) (child: ScopeTask<'T, 'E>) : unit = child.Cancel message
