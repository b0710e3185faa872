namespace GoGoScope

open System
open System.Threading

/// How much of the traffic may be doubled by hedging, shared by any number of calls: each call adds a share of an attempt,
/// each further attempt takes a whole one. Safe from any thread.
[<Sealed>]
type HedgeBudget(share: float, burst: int) =
    do
        Checks.share (nameof share) share
        Checks.atLeastOne (nameof burst) burst

        if burst > 1_000_000 then
            raise (
                ArgumentOutOfRangeException(
                    nameof burst,
                    burst,
                    $"Must be at most 1,000,000, but was {burst}."
                )
            )

    static let whole = 1_000_000L
    let part = int64 (share * float whole)
    let most = int64 burst * whole
    let mutable level = most

    /// One further attempt for every ten calls, and at most ten in a row.
    new() = HedgeBudget(0.1, 10)

    /// The share of an attempt that a call adds, from 0 to 1.
    member _.Share = share

    /// The most attempts that it holds.
    member _.Burst = burst

    /// The whole attempts that are left.
    member _.Left = int (Volatile.Read &level / whole)

    /// A full budget is only read.
    member internal _.Called() : unit =
        let mutable seen = Volatile.Read &level

        while seen < most && part > 0L do
            let found = Interlocked.CompareExchange(&level, min most (seen + part), seen)

            seen <- if found = seen then most else found

    /// False: less than one is left, and nothing was taken.
    member internal _.TryTake() : bool =
        let mutable seen = Volatile.Read &level
        let mutable taken = false

        while not taken && seen >= whole do
            let found = Interlocked.CompareExchange(&level, seen - whole, seen)
            taken <- found = seen
            seen <- found

        taken

/// When a slow call is made again beside itself. Start from `HedgeOptions.Default` and change what you need with `with`.
[<NoComparison; NoEquality>]
type HedgeOptions<'E> = {
    /// How long an attempt has before another is started beside it. From zero, which starts all at once, to about 49 days.
    /// Default: 1 second.
    Delay: TimeSpan
    /// Most attempts for one call, the first included, 1 or more. Default: 2.
    MaxAttempts: int
    /// A failure for these causes is followed by the next attempt at once, any other ends the call; a cancellation does in any
    /// case. What it throws ends the call as `Crashed`. Default: `Failed`, `Crashed` and `TimedOut`.
    While: Cause<'E> -> bool
    /// Limits the further attempts of all calls that share it. Default: null, no limit.
    Budget: HedgeBudget | null
} with

    static let standard = {
        Delay = TimeSpan.FromSeconds 1.
        MaxAttempts = 2
        While =
            fun cause ->
                match cause with
                | Cause.Failed _
                | Cause.Crashed _
                | Cause.TimedOut _ -> true
                | _ -> false
        Budget = null
    }

    /// A second attempt after a second.
    static member Default: HedgeOptions<'E> = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.duration (nameof this.Delay) this.Delay
        Checks.atLeastOne (nameof this.MaxAttempts) this.MaxAttempts
        Checks.notNull (nameof this.While) (box this.While)
