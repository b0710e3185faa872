namespace GoGoScope

open System
open System.Threading.Tasks

/// Calls through a circuit breaker.
[<AbstractClass; Sealed>]
type internal BreakerKernel =

    /// What counts unless the caller says otherwise.
    static member Counts<'E>(cause: Cause<'E>) : bool =
        match cause with
        | Cause.Failed _
        | Cause.Crashed _
        | Cause.TimedOut _ -> true
        | _ -> false

    static member private Judge(counts: Cause<'E> -> bool, outcome: Outcome<'T, 'E>) : CallEnd =
        match outcome with
        | Ok _ -> CallEnd.Good
        | Error { Cause = Cause.Cancelled _ }
        | Error { Cause = Cause.Rejected _ } -> CallEnd.Ignored
        | Error { Cause = cause } -> if counts cause then CallEnd.Bad else CallEnd.Good

    /// Tells the breaker, and gives what the call came to.
    static member Settle<'T, 'E>
        (
            scope: Scope,
            breaker: CircuitBreaker,
            generation: int64,
            counts: Cause<'E> -> bool,
            outcome: Outcome<'T, 'E>
        ) : Outcome<'T, 'E> =
        match Try.run (fun () -> BreakerKernel.Judge(counts, outcome)), outcome with
        | Ok result, _ ->
            breaker.Ended(scope, generation, result)
            outcome
        | Error failure, Error error ->
            breaker.Ended(scope, generation, CallEnd.Bad)

            Error {
                Cause = Cause.Crashed failure
                Others = [| error.Cause; yield! error.Others |]
            }
        | Error _, Ok _ -> outcome // a success is not asked about

    static member Run<'T, 'E>
        (scope: Scope, breaker: CircuitBreaker, counts: Cause<'E> -> bool, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        let mutable generation = 0L
        let wait = breaker.Admit(scope, &generation)

        if wait <> TimeSpan.Zero then
            ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected (Rejection.CircuitOpen wait)))
        else
            let call =
                try
                    Attempt.Start(scope, work)
                with failure ->
                    ValueTask<Outcome<'T, 'E>>(Error(Explain.Failure(scope, failure)))

            if not call.IsCompleted then
                BreakerWait<'T, 'E>(scope, breaker, generation, counts, call).Start()
            else
                let outcome = call.Result

                if outcome.IsOk then
                    breaker.Ended(scope, generation, CallEnd.Good)
                    call
                else
                    ValueTask<_>(BreakerKernel.Settle(scope, breaker, generation, counts, outcome))

    static member Policy<'T, 'E>
        (breaker: CircuitBreaker, counts: Cause<'E> -> bool, work: Scoped<'T, 'E>)
        : Scoped<'T, 'E> =
        Checks.notNull (nameof breaker) breaker
        Checks.notNull (nameof counts) (box counts)
        Checks.notNull (nameof work) (box work)
        BreakerPolicy<'T, 'E>(breaker, counts, work).AsScoped

/// A call that has not ended at once.
and [<Sealed>] internal BreakerWait<'T, 'E>
    (
        scope: Scope,
        breaker: CircuitBreaker,
        generation: int64,
        counts: Cause<'E> -> bool,
        call: ValueTask<Outcome<'T, 'E>>
    ) =
    inherit PolicyWait<'T, 'E>(scope)

    member private this.Ended() =
        let outcome =
            try
                call.Result
            with failure ->
                Error(Explain.Failure(scope, failure))

        this.Wake(BreakerKernel.Settle(scope, breaker, generation, counts, outcome))

    member this.Start() : ValueTask<Outcome<'T, 'E>> =
        this.After(call, (fun () -> this.Ended()))
        this.AsValueTask()

and [<Sealed>] internal BreakerPolicy<'T, 'E>
    (breaker: CircuitBreaker, counts: Cause<'E> -> bool, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()

    override _.Invoke scope =
        BreakerKernel.Run(scope, breaker, counts, work)

/// Calls through a circuit breaker, each in a scope of its own.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module CircuitBreaker =

    /// Makes a breaker. Share it between all calls of one service.
    let create (options: CircuitBreakerOptions) : CircuitBreaker = new GoGoScope.CircuitBreaker(options)

    /// Lets the work run unless the circuit is open: then it does not start, and the error is `Rejected (CircuitOpen ..)`
    /// with the time left, infinite for a breaker that is isolated. `Failed`, `Crashed` and `TimedOut` count as failures;
    /// `Cancelled` and `Rejected` count as nothing.
    let guard (breaker: CircuitBreaker) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        BreakerKernel.Policy(breaker, (fun cause -> BreakerKernel.Counts cause), work)

    /// As `guard`, with a say in what counts: a cause for which the predicate is false counts as a success. It is not asked
    /// about `Cancelled` and `Rejected`. What it throws is `Crashed`, with the work's own cause beside it, and counts as a failure.
    let guardWhen
        (counts: Cause<'E> -> bool)
        (breaker: CircuitBreaker)
        (work: Scoped<'T, 'E>)
        : Scoped<'T, 'E> =
        BreakerKernel.Policy(breaker, counts, work)
