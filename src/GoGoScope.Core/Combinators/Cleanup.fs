namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Cleanups that a scope runs at its end, last first.
[<AbstractClass; Sealed>]
type internal OnDispose =

    /// False: the scope has closed, and the step is the caller's to run.
    static member TryAdd(scope: Scope, step: Cleanup) : bool =
        let extra = scope.Rare

        if isMissing extra.Cleanups then
            Interlocked.CompareExchange(&extra.Cleanups, DisposeStack(), nothing) |> ignore

        extra.Cleanups.TryPush((fun () -> scope.Count.IsClosed), step)

    /// Registers the step; when the scope has closed already, runs it at once and says so.
    static member Add<'E>(scope: Scope, step: Cleanup) : ValueTask<Outcome<unit, 'E>> =
        if OnDispose.TryAdd(scope, step) then
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            let late () = task {
                try
                    do! (step.Invoke CancellationToken.None).ConfigureAwait scope.Dispatcher.UsesContext
                    return Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name))
                with failure ->
                    return
                        Error {
                            Cause = Cause.Rejected(Rejection.ScopeEnded scope.Name)
                            Others = [| Cause.CleanupFailed failure |]
                        }
            }

            ValueTask<Outcome<unit, 'E>>(late ())
