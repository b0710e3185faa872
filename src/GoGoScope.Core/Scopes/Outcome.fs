namespace GoGoScope

open System
open System.Threading.Tasks

/// What a piece of work came to: a value, or why there is none.
type Outcome<'T, 'E> = Result<'T, ScopeError<'E>>

/// A cold description of work: nothing happens until it is bound, forked or run. There is no other shape of work.
/// Run twice, it does its work twice.
type Scoped<'T, 'E> = Scope -> ValueTask<Result<'T, ScopeError<'E>>>

/// How exceptions and stops read as outcomes.
[<AbstractClass; Sealed>]
type internal Explain =

    /// An exception in a scope's work: its own cancellation, or a crash. A foreign cancellation is a crash.
    static member Failure(scope: Scope, failure: exn) : ScopeError<'E> =
        match failure with
        | :? OperationCanceledException when scope.IsCancelled -> ScopeError.cancelled scope.StopReason
        | _ -> ScopeError.crashed failure

    /// A task that did not end well. Every exception of a task with several is kept.
    static member Task(scope: Scope, task: Task) : ScopeError<'E> =
        match task.Exception with
        | null when scope.IsCancelled -> ScopeError.cancelled scope.StopReason
        | null ->
            try
                task.GetAwaiter().GetResult() // the exception it was cancelled with says more than the task
                ScopeError.crashed (TaskCanceledException task)
            with failure ->
                ScopeError.crashed failure
        | failure when failure.InnerExceptions.Count = 1 -> Explain.Failure(scope, failure.InnerExceptions[0])
        | failure -> {
            Cause = (Explain.Failure(scope, failure.InnerExceptions[0]): ScopeError<'E>).Cause
            Others = [|
                for other in Seq.skip 1 failure.InnerExceptions ->
                    (Explain.Failure(scope, other): ScopeError<'E>).Cause
            |]
          }

    static member Stopped(scope: Scope) : Outcome<'T, 'E> =
        Error(ScopeError.cancelled scope.StopReason)

    /// Whether a body that ends with this error only obeyed. To be asked when it ends: later the scope may have been
    /// cancelled because of that very error.
    static member IsOwnStop(scope: Scope, error: ScopeError<'E>) =
        ScopeError.isCancelled error && error.Others.Count = 0 && scope.IsCancelled
