namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading

/// A change of a circuit breaker's state.
[<Struct; NoComparison>]
type CircuitChange = {
    /// What the breaker is called.
    Circuit: string
    /// The state it left.
    From: CircuitState
    /// The state it is in now.
    To: CircuitState
    /// The number of the change: later ones have larger numbers.
    Generation: int64
}

/// Stops calling what keeps failing, and looks now and then whether it has recovered. Make one for each service and share
/// it: all calls through it count together, in whichever scope they run. Safe from any thread.
[<Sealed>]
type CircuitBreaker(options: CircuitBreakerOptions) =
    do
        Checks.notNull (nameof options) options
        options.Check()

    let gate = Lock()
    let handlers = List<Action<CircuitChange>>()
    let told = Queue<CircuitChange>()
    let mutable telling = false
    let mutable clock = SharedClock()
    let mutable rule = Unchecked.defaultof<BreakerRule>
    let mutable window = Unchecked.defaultof<CallWindow>
    let mutable state = BreakerState.closed

    let lock' (act: unit -> 'R) : 'R =
        gate.Enter()

        try
            act ()
        finally
            gate.Exit()

    let usesRatio = options.FailureRatio > 0.

    /// Under the gate.
    let prepare (ticks: ClockTicks) =
        if rule.Probes = 0 then
            rule <- {
                Threshold = if usesRatio then 0 else options.FailureThreshold
                Reset = ticks.OfSpan options.ResetTimeout
                Probes = options.Probes
                SuccessThreshold = options.SuccessThreshold
            }

            if usesRatio then
                window <- CallWindow(ticks.OfSpan options.Window)

    /// Under the gate.
    let change (after: BreakerState) =
        let before = state
        Volatile.Write(&state, after)

        if after.Generation <> before.Generation && Missing.isThere window then
            window.Clear()

        if after.State <> before.State && handlers.Count > 0 then
            told.Enqueue {
                Circuit = options.Name
                From = before.State
                To = after.State
                Generation = after.Generation
            }

    /// Whoever finds the queue alone tells all that is in it, so the changes are told in their order.
    let tell (report: exn -> unit) =
        let mutable going = true

        let next () =
            lock' (fun () ->
                if told.Count = 0 then
                    telling <- false
                    ValueNone
                else
                    ValueSome(struct (told.Dequeue(), handlers.ToArray())))

        while going do
            match next () with
            | ValueNone -> going <- false
            | ValueSome(struct (change, handlers)) ->
                for handler in handlers do
                    try
                        handler.Invoke change
                    with failure ->
                        report failure

    /// Under the gate: whether the caller is the one who must tell what is in the queue.
    let mustTell () =
        let mine = told.Count > 0 && not telling
        telling <- telling || mine
        mine

    /// A handler's failure that no scope can be told: the caller's own.
    let stepOfCaller (act: unit -> unit) =
        let failures = List<exn>()
        gate.Enter()
        act ()
        let mine = mustTell ()
        gate.Exit()

        if mine then
            tell failures.Add

        if failures.Count > 0 then
            raise (AggregateException("A handler of a circuit breaker failed.", failures))

    let now () =
        let ticks = clock.Seen
        if Missing.isMissing ticks then 0L else ticks.Now

    /// The defaults: five failures in a row open it for 30 seconds.
    new() = CircuitBreaker(CircuitBreakerOptions.Default)

    /// What it is called.
    member _.Name = options.Name

    /// How it decides.
    member _.Options = options

    /// What it does with a call that comes now.
    member _.State: CircuitState =
        let seen = Volatile.Read(&state)

        if
            seen.State = CircuitState.Open
            && Missing.isThere clock.Seen
            && BreakerState.left rule (now ()) seen = 0L
        then
            CircuitState.HalfOpen
        else
            seen.State

    /// Failures in a row, or with a `FailureRatio` those in the window, since it closed. 0 when it is not closed.
    member _.FailureCount: int =
        if not usesRatio then
            Volatile.Read(&state).Failures
        else
            lock' (fun () ->
                if Missing.isMissing window then
                    0
                else
                    window.Move(now ())
                    window.Failures)

    /// Calls back after each change of the state, in their order, on the thread of a call that brought one about. What a
    /// handler throws changes nothing: it goes to that call's hook for unobserved errors. Dispose the answer to stop it.
    member _.OnChange(handler: Action<CircuitChange>) : IDisposable =
        Checks.notNull (nameof handler) handler
        lock' (fun () -> handlers.Add handler)

        {
            new IDisposable with
                member _.Dispose() =
                    lock' (fun () -> handlers.Remove handler |> ignore)
        }

    /// Rejects all calls from now on, until `Reset`. Calls that run are not touched, and no longer count. Throws an
    /// `AggregateException`, after the change, when a handler threw.
    member _.Isolate() : unit =
        stepOfCaller (fun () -> change (BreakerState.next CircuitState.Isolated (now ()) state))

    /// Closes it and forgets what it counted; calls that run no longer count. Throws an `AggregateException`, after the
    /// change, when a handler threw.
    member _.Reset() : unit =
        stepOfCaller (fun () -> change (BreakerState.next CircuitState.Closed (now ()) state))

    member private _.Enter(context: WorkContext, generation: byref<int64>) : TimeSpan =
        let ticks = clock.Of(options.Clock, context.Clock)
        let now = ticks.Now
        gate.Enter()
        prepare ticks
        let struct (after, wait) = BreakerState.admit rule now state
        change after
        let mine = mustTell ()
        gate.Exit()
        generation <- after.Generation

        if mine then
            tell (fun failure -> context.Unobserved("a circuit breaker's handler", failure))

        if wait < 0L then
            Timeout.InfiniteTimeSpan
        else
            ticks.ToSpan wait

    /// A call asks. Zero lets it through, and gives the generation to which it belongs; anything else is the time after
    /// which to ask again, infinite when nobody knows.
    member internal this.Admit(context: WorkContext, generation: byref<int64>) : TimeSpan =
        let seen = Volatile.Read(&state)

        if seen.State = CircuitState.Closed then
            generation <- seen.Generation
            TimeSpan.Zero
        else
            this.Enter(context, &generation)

    member private _.Count(context: WorkContext, generation: int64, result: CallEnd) : unit =
        let ticks = clock.Of(options.Clock, context.Clock)
        let now = ticks.Now
        gate.Enter()
        prepare ticks

        let tripped =
            usesRatio
            && state.State = CircuitState.Closed
            && generation = state.Generation
            && result <> CallEnd.Ignored
            && (window.Add(now, (result = CallEnd.Bad))

                window.Calls >= options.MinimumThroughput
                && float window.Failures >= options.FailureRatio * float window.Calls)

        change (BreakerState.ended rule now generation result tripped state)
        let mine = mustTell ()
        gate.Exit()

        if mine then
            tell (fun failure -> context.Unobserved("a circuit breaker's handler", failure))

    /// A call that was let through has ended.
    member internal this.Ended(context: WorkContext, generation: int64, result: CallEnd) : unit =
        let seen = Volatile.Read(&state)

        let countsNothing =
            generation <> seen.Generation
            || (seen.State = CircuitState.Closed
                && (result = CallEnd.Ignored
                    || (result = CallEnd.Good && not usesRatio && seen.Failures = 0)))

        if not countsNothing then
            this.Count(context, generation, result)
