namespace GoGoScope

open System.Threading.Tasks

/// Work whose failure is answered by other work.
[<Sealed>]
type internal FallbackWait<'T, 'E>
    (scope: Scope, chooses: Cause<'E> -> bool, handler: ScopeError<'E> -> Scoped<'T, 'E>) =
    inherit PolicyWait<'T, 'E>(scope)
    let mutable call = Unchecked.defaultof<ValueTask<Outcome<'T, 'E>>>
    let mutable first: ScopeError<'E> voption = ValueNone

    /// What the work failed with stands beside what the handler failed with.
    let beside (original: ScopeError<'E>) (cause: Cause<'E>) (others: Cause<'E> seq) : Outcome<'T, 'E> =
        Error {
            Cause = cause
            Others = [| yield! others; original.Cause; yield! original.Others |]
        }

    let start (original: ScopeError<'E>) =
        try
            ValueSome(Attempt.Start(scope, handler original))
        with failure ->
            call <- ValueTask<_>(beside original (Cause.Crashed failure) [])
            ValueNone

    let chosen (error: ScopeError<'E>) : Result<bool, exn> =
        match error.Cause with
        | Cause.Cancelled _ -> Ok false
        | cause -> Try.run (fun () -> chooses cause)

    member private this.Wait() =
        if call.IsCompleted then
            this.Ended()
        else
            this.After(call, (fun () -> this.Ended()))

    member private this.Ended() : unit =
        let outcome =
            try
                call.Result
            with failure ->
                Error(Explain.Failure(scope, failure))

        match outcome, first with
        | Ok _, _ -> this.Wake outcome
        | Error error, ValueNone ->
            match chosen error with
            | Ok false -> this.Wake outcome
            | Error failure -> this.Wake(beside error (Cause.Crashed failure) [])
            | Ok true ->
                first <- ValueSome error

                match start error with
                | ValueSome next ->
                    call <- next
                    this.Wait()
                | ValueNone -> this.Wake call.Result
        | Error error, ValueSome _ when ScopeError.isCancelled error -> this.Wake outcome
        | Error error, ValueSome original -> this.Wake(beside original error.Cause error.Others)

    member this.Start(work: ValueTask<Outcome<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        call <- work
        this.Wait()
        this.AsValueTask()

/// Answering failures.
[<AbstractClass; Sealed>]
type internal FallbackKernel =

    static member Run<'T, 'E>
        (
            scope: Scope,
            chooses: Cause<'E> -> bool,
            handler: ScopeError<'E> -> Scoped<'T, 'E>,
            work: Scoped<'T, 'E>
        ) : ValueTask<Outcome<'T, 'E>> =
        let call = Attempt.Start(scope, work)

        if call.IsCompleted && call.Result.IsOk then
            call
        else
            FallbackWait<'T, 'E>(scope, chooses, handler).Start call

[<Sealed>]
type internal FallbackPolicy<'T, 'E>
    (chooses: Cause<'E> -> bool, handler: ScopeError<'E> -> Scoped<'T, 'E>, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()

    override _.Invoke scope =
        FallbackKernel.Run(scope, chooses, handler, work)

/// Answering the failure of work with something else. A cancellation is never answered. When the answer fails as well, its
/// own cause comes first, and what the work failed with stands in `Others`.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Fallback =

    /// Answers the causes for which the predicate is true with the work that the handler makes of the error. What one of
    /// the two throws is `Crashed`, with the work's own causes beside it. Work and answer run in scopes of their own, one
    /// after the other.
    let handle
        (chooses: Cause<'E> -> bool)
        (handler: ScopeError<'E> -> Scoped<'T, 'E>)
        (work: Scoped<'T, 'E>)
        : Scoped<'T, 'E> =
        Checks.notNull (nameof chooses) (box chooses)
        Checks.notNull (nameof handler) (box handler)
        Checks.notNull (nameof work) (box work)
        FallbackPolicy<'T, 'E>(chooses, handler, work).AsScoped

    /// Answers every failure with other work.
    let orElse (other: Scoped<'T, 'E>) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof other) (box other)
        handle (fun _ -> true) (fun _ -> other) work

    /// Answers every failure with a value.
    let value (value: 'T) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        handle (fun _ -> true) (fun _ -> fun _ -> ValueTask<_>(Ok value)) work
