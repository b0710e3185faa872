namespace GoGoScope

open System
open System.Threading

/// What a circuit breaker does with calls.
type CircuitState =
    /// It lets all through, and counts their failures.
    | Closed = 0
    /// It rejects all until its reset timeout is over.
    | Open = 1
    /// It lets a few probes through, and rejects the others.
    | HalfOpen = 2
    /// It was told to reject all.
    | Isolated = 3

/// How a circuit breaker decides. Start from `CircuitBreakerOptions.Default` and change what you need with `with`.
[<NoComparison; ReferenceEquality>]
type CircuitBreakerOptions = {
    /// What it is called in reports. Default: empty.
    Name: string
    /// Opens after this many failures in a row, 1 or more. Default: 5. Not asked when there is a `FailureRatio`.
    FailureThreshold: int
    /// Opens when this share of the calls in the `Window` failed. From 0 to 1. Default: 0, which counts failures in a row instead.
    FailureRatio: float
    /// How far back calls are looked at for the ratio, in steps of a tenth of it. From 1 millisecond to about 49 days. Default: 10 seconds.
    Window: TimeSpan
    /// The ratio is not asked while fewer calls than this are in the window, 1 or more. Default: 20.
    MinimumThroughput: int
    /// How long it stays open before it lets probes through, and how long these have to answer before new ones are let
    /// through. From 1 millisecond to about 49 days. Default: 30 seconds.
    ResetTimeout: TimeSpan
    /// Most calls that run at once while it is half open, 1 or more. Default: 1.
    Probes: int
    /// So many probes must succeed before it closes, 1 or more; the first that fails opens it again. Default: 1.
    SuccessThreshold: int
    /// The clock it reads. Default: null, which is the clock of the first scope that uses it.
    Clock: TimeProvider | null
} with

    static let standard = {
        Name = ""
        FailureThreshold = 5
        FailureRatio = 0.
        Window = TimeSpan.FromSeconds 10.
        MinimumThroughput = 20
        ResetTimeout = TimeSpan.FromSeconds 30.
        Probes = 1
        SuccessThreshold = 1
        Clock = null
    }

    /// Five failures in a row open it for 30 seconds; then one success closes it.
    static member Default: CircuitBreakerOptions = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.notNull (nameof this.Name) this.Name
        Checks.atLeastOne (nameof this.FailureThreshold) this.FailureThreshold
        Checks.share (nameof this.FailureRatio) this.FailureRatio
        Checks.span (nameof this.Window) this.Window
        Checks.atLeastOne (nameof this.MinimumThroughput) this.MinimumThroughput
        Checks.span (nameof this.ResetTimeout) this.ResetTimeout
        Checks.atLeastOne (nameof this.Probes) this.Probes
        Checks.atLeastOne (nameof this.SuccessThreshold) this.SuccessThreshold

/// What a call came to, in the eyes of a breaker.
type internal CallEnd =
    | Good = 0
    | Bad = 1
    /// It says nothing of the service: it was cancelled, or declined before it ran.
    | Ignored = 2

/// A breaker at one moment. Every change of the state begins a new generation; what a call of an older one comes to does not count.
[<NoComparison>]
type internal BreakerState = {
    State: CircuitState
    Generation: int64
    /// Failures in a row, while it is closed.
    Failures: int
    /// When the generation began.
    Since: int64
    /// Probes that run.
    Probing: int
    /// Probes that ended well.
    Successes: int
}

/// The numbers that decide, in the ticks of a clock.
[<Struct; NoComparison>]
type internal BreakerRule = {
    /// Failures in a row that open it; 0 where a ratio decides.
    Threshold: int
    Reset: int64
    Probes: int
    SuccessThreshold: int
}

/// The breaker as a pure machine: a moment and something that happens give the next moment.
module internal BreakerState =

    let closed: BreakerState = {
        State = CircuitState.Closed
        Generation = 0L
        Failures = 0
        Since = 0L
        Probing = 0
        Successes = 0
    }

    /// The next generation, which counts from zero.
    let next (state: CircuitState) (now: int64) (before: BreakerState) : BreakerState = {
        closed with
            State = state
            Generation = before.Generation + 1L
            Since = now
    }

    /// The time until something can change; 0 when it can now.
    let left (rule: BreakerRule) (now: int64) (state: BreakerState) : int64 =
        max 0L (state.Since + rule.Reset - now)

    /// A call asks. The answer is the next moment and how long the call must wait: 0 when it is let through, -1 when nobody knows.
    let admit (rule: BreakerRule) (now: int64) (state: BreakerState) : struct (BreakerState * int64) =
        match state.State with
        | CircuitState.Closed -> struct (state, 0L)
        | CircuitState.Isolated -> struct (state, -1L)
        | CircuitState.HalfOpen when state.Probing < rule.Probes ->
            struct ({
                        state with
                            Probing = state.Probing + 1
                    },
                    0L)
        | _ ->
            match left rule now state with
            // probes that take too long are no longer asked
            | 0L ->
                struct ({
                            next CircuitState.HalfOpen now state with
                                Probing = 1
                        },
                        0L)
            | wait -> struct (state, wait)

    /// A call of a generation has ended. `tripped`: the window of calls, this one included, says that it is time to open.
    let ended
        (rule: BreakerRule)
        (now: int64)
        (generation: int64)
        (result: CallEnd)
        (tripped: bool)
        (state: BreakerState)
        : BreakerState =
        if generation <> state.Generation then
            state
        else
            match state.State, result with
            | CircuitState.Closed, CallEnd.Good when state.Failures > 0 -> { state with Failures = 0 }
            | CircuitState.Closed, CallEnd.Bad ->
                let failures = min (Int32.MaxValue - 1) state.Failures + 1

                if tripped || (rule.Threshold > 0 && failures >= rule.Threshold) then
                    next CircuitState.Open now state
                else
                    { state with Failures = failures }
            | CircuitState.HalfOpen, CallEnd.Good when state.Successes + 1 >= rule.SuccessThreshold ->
                next CircuitState.Closed now state
            | CircuitState.HalfOpen, CallEnd.Good -> {
                state with
                    Probing = state.Probing - 1
                    Successes = state.Successes + 1
              }
            | CircuitState.HalfOpen, CallEnd.Bad -> next CircuitState.Open now state
            | CircuitState.HalfOpen, _ -> {
                state with
                    Probing = state.Probing - 1
              }
            | _ -> state

/// Calls and failures of the last while, in ten slots. Time moves it when somebody looks; there is no timer.
[<Sealed>]
type internal CallWindow(width: int64) =
    let slots = 10
    let step = max 1L ((width + int64 slots - 1L) / int64 slots)
    let calls = Array.zeroCreate<int> slots
    let failures = Array.zeroCreate<int> slots
    let mutable newest = 0L // the number of the newest slot since the clock began
    let mutable allCalls = 0
    let mutable allFailures = 0

    let forget (slot: int) =
        allCalls <- allCalls - calls[slot]
        allFailures <- allFailures - failures[slot]
        calls[slot] <- 0
        failures[slot] <- 0

    /// Drops what is out of the window.
    member _.Move(now: int64) =
        let current = Math.DivRem(now, step) |> fun struct (slot, _) -> slot

        if current - newest >= int64 slots then
            for slot in 0 .. slots - 1 do
                forget slot

            newest <- current

        while newest < current do
            newest <- newest + 1L
            forget (int (newest % int64 slots))

    member this.Add(now: int64, failed: bool) =
        this.Move now
        let slot = int (newest % int64 slots)
        calls[slot] <- calls[slot] + 1
        allCalls <- allCalls + 1

        if failed then
            failures[slot] <- failures[slot] + 1
            allFailures <- allFailures + 1

    member _.Calls = allCalls
    member _.Failures = allFailures

    member _.Clear() =
        for slot in 0 .. slots - 1 do
            forget slot
