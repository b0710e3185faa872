namespace GoGoScope

open System
open System.Threading.Tasks

/// A call that waits for its turn, or for its work.
[<Sealed>]
type internal TurnWait<'T, 'E>(scope: Scope, turns: ITurns, work: Scoped<'T, 'E>) =
    inherit PolicyWait<'T, 'E>(scope)
    let mutable call = Unchecked.defaultof<ValueTask<Outcome<'T, 'E>>>

    member private this.Ended() =
        let outcome =
            try
                call.Result
            with failure ->
                Error(Explain.Failure(scope, failure))

        turns.GiveBack()
        this.Wake outcome

    /// The turn has come.
    member this.Begin(started: ValueTask<Outcome<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        call <- started

        if call.IsCompleted then
            this.Ended()
        else
            this.After(call, (fun () -> this.Ended()))

        this.AsValueTask()

    member private this.Called(turn: ValueTask<bool>) =
        if turn.Result then
            this.Begin(LineKernel.Start(scope, work)) |> ignore
        else
            this.Wake(Explain.Stopped scope)

    member this.Queue(turn: ValueTask<bool>) : ValueTask<Outcome<'T, 'E>> =
        if turn.IsCompleted then
            this.Called turn
        else
            this.After(turn, (fun () -> this.Called turn))

        this.AsValueTask()

/// Calls that need a turn.
and [<AbstractClass; Sealed>] internal LineKernel =

    static member Start<'T, 'E>(scope: Scope, work: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        try
            Attempt.Start(scope, work)
        with failure ->
            ValueTask<Outcome<'T, 'E>>(Error(Explain.Failure(scope, failure)))

    static member Run<'T, 'E>
        (scope: Scope, turns: ITurns, admission: Admission, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        match admission with
        | Admitted ->
            let call = LineKernel.Start(scope, work)

            if call.IsCompleted then
                turns.GiveBack()
                call
            else
                TurnWait<'T, 'E>(scope, turns, work).Begin call
        | Denied rejection -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected rejection))
        | InLine turn -> TurnWait<'T, 'E>(scope, turns, work).Queue(turn.Wait())

/// Calls through a rate limiter.
[<AbstractClass; Sealed>]
type internal LimiterKernel =

    static member Run<'T, 'E>
        (scope: Scope, limiter: RateLimiter, cost: int, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        if scope.IsCancelled then
            ValueTask<Outcome<'T, 'E>>(Explain.Stopped scope)
        else
            LineKernel.Run(scope, limiter, limiter.Enter(scope, cost, true), work)

[<Sealed>]
type internal LimiterPolicy<'T, 'E>(limiter: RateLimiter, cost: int, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()

    override _.Invoke scope =
        LimiterKernel.Run(scope, limiter, cost, work)

/// Calls through a rate limiter, each in a scope of its own.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module RateLimiter =

    /// As `fixedWindow`, with options.
    let fixedWindowWith (options: RateLimiterOptions) (permits: int) (window: TimeSpan) : RateLimiter =
        GoGoScope.RateLimiter.FixedWindow(permits, window, options)

    /// At most `permits`, from 1 to 1,000,000, in each of a row of windows, the first of which begins with the first call.
    /// Around the seam of two windows twice as much may happen; `slidingWindow` has no seam. `window` is from 1 millisecond
    /// to about 49 days.
    let fixedWindow (permits: int) (window: TimeSpan) : RateLimiter =
        fixedWindowWith RateLimiterOptions.Default permits window

    /// As `slidingWindow`, with options.
    let slidingWindowWith (options: RateLimiterOptions) (permits: int) (window: TimeSpan) : RateLimiter =
        GoGoScope.RateLimiter.SlidingWindow(permits, window, options)

    /// At most `permits`, from 1 to 1,000,000, in any window of this length, from 1 millisecond to about 49 days. It remembers
    /// when each of the last `permits` happened.
    let slidingWindow (permits: int) (window: TimeSpan) : RateLimiter =
        slidingWindowWith RateLimiterOptions.Default permits window

    /// As `tokenBucket`, with options.
    let tokenBucketWith
        (options: RateLimiterOptions)
        (capacity: int)
        (tokens: int)
        (period: TimeSpan)
        : RateLimiter =
        GoGoScope.RateLimiter.TokenBucket(capacity, tokens, period, options)

    /// A bucket of `capacity` tokens, full at first, that gets `tokens` in each `period`, steadily. Both from 1 to 1,000,000;
    /// the period is from 1 millisecond to about 49 days. Each call takes its cost.
    let tokenBucket (capacity: int) (tokens: int) (period: TimeSpan) : RateLimiter =
        tokenBucketWith RateLimiterOptions.Default capacity tokens period

    /// Lets the work run when the limiter has room. When it has none the work waits in line, if the limiter has a place left
    /// for it, or does not run: `Rejected (RateLimited ..)` with the time after which to try again. A cancel while it waits
    /// takes nothing. `cost` is how much the call counts, from 1 to the limit.
    let guardCost (cost: int) (limiter: RateLimiter) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof limiter) limiter
        Checks.notNull (nameof work) (box work)
        limiter.CheckCost cost
        LimiterPolicy<'T, 'E>(limiter, cost, work).AsScoped

    /// As `guardCost`, at the cost of 1.
    let guard (limiter: RateLimiter) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> = guardCost 1 limiter work
