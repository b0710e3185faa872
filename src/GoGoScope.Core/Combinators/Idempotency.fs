namespace GoGoScope

open System.Threading.Tasks

/// Doing work once for each key.
[<AbstractClass; Sealed>]
type internal IdempotencyKernel =

    /// One look at the key: an outcome, or none when it is to be asked again.
    static member private Step<'Key, 'T, 'E when 'Key: equality and 'Key: not null>
        (scope: Scope, keys: IdempotencyKeys<'Key, 'T, 'E>, key: 'Key, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<Outcome<'T, 'E> voption, 'E>> =
        match keys.Reserve(scope, key) with
        | KeyState.Done value -> ValueTask<Outcome<Outcome<'T, 'E> voption, 'E>>(Ok(ValueSome(Ok value)))
        | KeyState.Busy outcome ->
            let wait =
                Await.Task<Outcome<'T, 'E> voption, 'E, ValueShape<Outcome<'T, 'E> voption, 'E>>(
                    scope,
                    outcome,
                    true
                )

            scope.Lent <- scope.Lent + 1 // `Await` took back what this step was not lent
            wait
        | KeyState.Reserved mine ->
            let complete (outcome: Outcome<'T, 'E>) =
                keys.Complete(scope, key, mine, outcome)
                Ok(ValueSome outcome)

            Await.Changed(scope, LineKernel.Start(scope, work), complete)

    static member private Slow<'Key, 'T, 'E when 'Key: equality and 'Key: not null>
        (scope: Scope, keys: IdempotencyKeys<'Key, 'T, 'E>, key: 'Key, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        let builder = ScopeBuilder()

        let asked: Scoped<Outcome<'T, 'E>, 'E> = builder {
            let mutable got = ValueNone

            while got.IsNone do
                let! next = (fun (scope: Scope) -> IdempotencyKernel.Step(scope, keys, key, work))
                got <- next

            return got.Value
        }

        Await.Changed(scope, asked scope, Result.bind id)

    static member Run<'Key, 'T, 'E when 'Key: equality and 'Key: not null>
        (scope: Scope, keys: IdempotencyKeys<'Key, 'T, 'E>, key: 'Key, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        if scope.IsCancelled then
            ValueTask<Outcome<'T, 'E>>(Explain.Stopped scope)
        else
            let mutable value = Unchecked.defaultof<'T>

            if keys.TryGet(scope, key, &value) then
                ValueTask<Outcome<'T, 'E>>(Ok value)
            else
                IdempotencyKernel.Slow(scope, keys, key, work)

[<Sealed>]
type internal IdempotencyPolicy<'Key, 'T, 'E when 'Key: equality and 'Key: not null>
    (keys: IdempotencyKeys<'Key, 'T, 'E>, key: 'Key, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()

    override _.Invoke scope =
        IdempotencyKernel.Run(scope, keys, key, work)

/// Doing work once for each key: the same request, sent again, gets the answer of the first.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Idempotency =

    /// Runs the work under a key, in a scope of its own. While work under the same key runs, this waits for it and gives the
    /// same outcome; a cancel ends that wait only. Once it has succeeded its value is given without running anything, until
    /// its time is over. A failure frees the key for the next call; when the one whose work ran is cancelled, one of those
    /// who wait runs its own. Work that asks for its own key again would wait for itself.
    let guard (keys: IdempotencyKeys<'Key, 'T, 'E>) (key: 'Key) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof keys) keys
        Checks.notNull (nameof key) (box key)
        Checks.notNull (nameof work) (box work)
        IdempotencyPolicy<'Key, 'T, 'E>(keys, key, work).AsScoped
