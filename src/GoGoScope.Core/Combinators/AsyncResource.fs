namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// What somebody who wants a resource finds.
[<Struct; NoComparison; NoEquality>]
type internal Claim<'T> =
    | Held of Value: 'T
    | Busy of Settled: Task
    | Mine of Mine: TaskCompletionSource

/// Something that is acquired once and released once: a connection, a lock file, a temporary folder. The scope that
/// acquires it first releases it at its end; whoever asks meanwhile is given the same value. `acquire` runs in one scope at
/// a time, with that scope's token; after a failed one the next who asks tries again.
[<Sealed>]
type AsyncResource<'T>(acquire: Func<CancellationToken, Task<'T>>, release: Func<'T, CancellationToken, Task>)
    =
    do
        Checks.notNull (nameof acquire) acquire
        Checks.notNull (nameof release) release

    let gate = obj ()
    let mutable held: 'T voption = ValueNone
    let mutable busy: TaskCompletionSource | null = null

    let claim () =
        lock gate (fun () ->
            match held, busy with
            | ValueSome value, _ -> Held value
            | _, null ->
                let mine = TaskCompletionSource()
                busy <- mine
                Mine mine
            | _, busy -> Busy busy.Task)

    let settle (outcome: Outcome<'T, Never>) (released: bool ref) (mine: TaskCompletionSource) =
        lock gate (fun () ->
            busy <- null

            match outcome with
            | Ok value when not released.Value -> held <- ValueSome value
            | _ -> ())

        mine.SetResult()

    /// Whether it is held now.
    member _.IsAcquired = lock gate (fun () -> held.IsSome)

    /// What was acquired. Throws `InvalidOperationException` before the acquisition and after the release.
    member _.Value: 'T =
        match lock gate (fun () -> held) with
        | ValueSome value -> value
        | ValueNone ->
            raise (InvalidOperationException "The resource is not acquired: bind Scope.acquire first.")

    /// From the acquired value to the registered release there is no step at which a cancel could come between.
    member private _.AcquireAndRegister(scope: Scope, released: bool ref) : Task<Outcome<'T, Never>> = task {
        try
            let! value = (acquire.Invoke scope.Token).ConfigureAwait scope.Dispatcher.UsesContext

            let step =
                Cleanup(fun token ->
                    lock gate (fun () ->
                        released.Value <- true
                        held <- ValueNone)

                    ValueTask(release.Invoke(value, token)))

            let! registered =
                OnDispose.Add<Never>(scope, step).ConfigureAwait scope.Dispatcher.UsesContext

            return registered |> Result.map (fun () -> value)
        with failure ->
            return Error(Explain.Failure(scope, failure))
    }

    /// Shows the value only once its release is registered: what those who wait register then is closed before it.
    member private this.AcquireFor(scope: Scope, mine: TaskCompletionSource) : Task<Outcome<'T, Never>> = task {
        let released = ref false // under the gate: a scope that ends at once may release before the value is shown

        let! outcome =
            this.AcquireAndRegister(scope, released).ConfigureAwait scope.Dispatcher.UsesContext

        settle outcome released mine
        return outcome
    }

    /// Acquires it in the scope, or waits for the one who does: none means that it is to be asked again. From the claim to
    /// the acquisition there is no step at which a cancel could come between, so a claim is always settled.
    member private this.Step<'E>(scope: Scope) : ValueTask<Outcome<'T voption, 'E>> =
        if scope.Count.IsClosed then
            ValueTask<Outcome<'T voption, 'E>>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))
        else
            match claim () with
            | Held value -> ValueTask<Outcome<'T voption, 'E>>(Ok(ValueSome value))
            | Busy settled ->
                let wait = Await.Task<unit, 'E, AcquisitionShape<'E>>(scope, settled, true)
                scope.Lent <- scope.Lent + 1 // `Await` took back what this step was not lent
                Await.Changed(scope, wait, Result.map (fun () -> ValueNone))
            | Mine mine ->
                let acquired = ValueTask<Outcome<'T, Never>>(this.AcquireFor(scope, mine))
                Await.Changed(scope, acquired, Result.map ValueSome >> Result.mapError ScopeError.untyped)

    /// A cancel ends the wait for another's acquisition at once; an own one has the token, and is awaited.
    member internal this.Acquire<'E>() : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            let mutable got = ValueNone

            while got.IsNone do
                let! next = (fun (scope: Scope) -> this.Step<'E> scope)
                got <- next

            return got.Value
        }
