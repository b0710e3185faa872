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
                    do! step.Invoke CancellationToken.None
                    return Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name))
                with failure ->
                    return
                        Error {
                            Cause = Cause.Rejected(Rejection.ScopeEnded scope.Name)
                            Others = [| Cause.CleanupFailed failure |]
                        }
            }

            ValueTask<Outcome<unit, 'E>>(late ())

/// Something that is acquired once and released once, by the scope in which it was acquired: a connection, a lock file,
/// a temporary folder. `acquire` runs at most once at a time; after a failed one the next call tries again.
[<Sealed>]
type AsyncResource<'T>(acquire: Func<CancellationToken, Task<'T>>, release: Func<'T, CancellationToken, Task>)
    =
    do
        Checks.notNull (nameof acquire) acquire
        Checks.notNull (nameof release) release

    let gate = obj ()
    let mutable acquiring: Task<Outcome<'T, Never>> | null = null
    let mutable held: 'T voption = ValueNone

    /// Whether it is held now.
    member _.IsAcquired = lock gate (fun () -> held.IsSome)

    /// What was acquired. Throws `InvalidOperationException` before the acquisition and after the release.
    member _.Value: 'T =
        match lock gate (fun () -> held) with
        | ValueSome value -> value
        | ValueNone ->
            raise (
                InvalidOperationException "The resource is not acquired: bind AsyncResource.acquire first."
            )

    /// From the acquired value to the registered release there is no step at which a cancel could come between.
    member private _.AcquireCore(scope: Scope) : Task<Outcome<'T, Never>> = task {
        try
            let! value = acquire.Invoke scope.Token

            let step =
                Cleanup(fun token ->
                    lock gate (fun () ->
                        held <- ValueNone
                        acquiring <- null)

                    ValueTask(release.Invoke(value, token)))

            lock gate (fun () -> held <- ValueSome value)
            let! registered = OnDispose.Add<Never>(scope, step)

            return
                match registered with
                | Ok() -> Ok value
                | Error error -> Error error
        with failure ->
            lock gate (fun () -> acquiring <- null)
            return Error(Explain.Failure(scope, failure))
    }

    member internal this.AcquireIn(scope: Scope) : Task<Outcome<'T, Never>> =
        let mine =
            TaskCompletionSource<Outcome<'T, Never>>(TaskCreationOptions.RunContinuationsAsynchronously)

        let shared =
            lock gate (fun () ->
                match acquiring with
                | null ->
                    acquiring <- mine.Task
                    null
                | running -> running)

        match shared with
        | null ->
            let forward = task {
                let! outcome = this.AcquireCore scope
                mine.SetResult outcome
            }

            ignore forward // it never fails: what it does is in `mine`
            mine.Task
        | running -> running
