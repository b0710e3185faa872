namespace GoGoScope

open System
open System.Runtime.InteropServices
open System.Threading
open GoGoScope.Missing

/// How a rate limiter treats those that it does not let through at once. Start from `RateLimiterOptions.Default` and change what
/// you need with `with`.
[<NoComparison; ReferenceEquality>]
type RateLimiterOptions = {
    /// What it is called in reports. Default: empty.
    Name: string
    /// Most callers that wait for their turn, first come first served; zero or more. Default: 0, nobody waits.
    QueueLimit: int
    /// The clock it reads. Default: null, which is the clock of the first scope that uses it.
    Clock: TimeProvider | null
} with

    static let standard = {
        Name = ""
        QueueLimit = 0
        Clock = null
    }

    /// Nobody waits.
    static member Default: RateLimiterOptions = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.notNull (nameof this.Name) this.Name
        Checks.zeroOrMore (nameof this.QueueLimit) this.QueueLimit

/// What asking a limiter came to.
[<Struct; NoComparison; NoEquality>]
type internal Admission =
    | Admitted
    | Denied of Rejection: Rejection
    | InLine of Turn: Turn

/// Limits how much may happen in which time. Make one for each thing that is limited and share it: all calls through it
/// count together, in whichever scope they run. Made by the functions of the module `RateLimiter`. It is arithmetic on its clock: nothing runs in the background, but for one
/// timer while somebody waits. Safe from any thread.
[<Sealed>]
type RateLimiter internal (limit: int, options: RateLimiterOptions, make: Func<ClockTicks, RateState>) =
    let line =
        TurnLine(options.QueueLimit, $"a turn at the rate limiter '{options.Name}'")

    let timing = Lock()
    let mutable clock = SharedClock()
    let mutable state: RateState = nothing
    let mutable timer: ITimer = nothing

    /// Under the gate; the state is made by the first who comes.
    let stateOf (ticks: ClockTicks) =
        if isMissing state then
            state <- make.Invoke ticks

        state

    static let checked' (options: RateLimiterOptions) =
        Checks.notNull (nameof options) options
        options.Check()

    static let limited (name: string) (value: int) =
        if value < 1 || value > 1_000_000 then
            raise (ArgumentOutOfRangeException(name, value, $"Must be from 1 to 1,000,000, but was {value}."))

    static member internal FixedWindow
        (permits: int, window: TimeSpan, options: RateLimiterOptions)
        : RateLimiter =
        limited (nameof permits) permits
        Checks.span (nameof window) window
        checked' options
        RateLimiter(permits, options, fun ticks -> FixedWindow(permits, ticks.OfSpan window))

    static member internal SlidingWindow
        (permits: int, window: TimeSpan, options: RateLimiterOptions)
        : RateLimiter =
        limited (nameof permits) permits
        Checks.span (nameof window) window
        checked' options
        RateLimiter(permits, options, fun ticks -> SlidingWindow(permits, ticks.OfSpan window))

    static member internal TokenBucket
        (capacity: int, tokens: int, period: TimeSpan, options: RateLimiterOptions)
        : RateLimiter =
        limited (nameof capacity) capacity
        limited (nameof tokens) tokens
        Checks.span (nameof period) period
        checked' options
        RateLimiter(capacity, options, fun ticks -> TokenBucket(capacity, tokens, ticks.OfSpan period))

    /// What it is called.
    member _.Name = options.Name

    /// The most that a single call can cost.
    member _.Limit = limit

    /// Callers that wait for their turn.
    member _.Waiting: int = line.Waiting

    /// Sets the timer for the first in line. Whoever sets it has just looked, and nobody sets it in between.
    member private this.SetTimer(ticks: ClockTicks) =
        timing.Enter()

        try
            let now = ticks.Now
            line.Gate.Enter()
            let first = line.Queue.First

            let left =
                if isMissing first then
                    -1L
                else
                    state.Left(now, (first.Owner :?> Turn).Cost)

            line.Gate.Exit()

            if left >= 0L then
                let due = min Checks.longest (ticks.ToSpan left) // whoever it wakes too early looks again

                if isMissing timer then
                    timer <-
                        ticks.Clock.CreateTimer((fun _ -> this.Serve()), null, due, Timeout.InfiniteTimeSpan)
                else
                    timer.Change(due, Timeout.InfiniteTimeSpan) |> ignore
            elif isThere timer then
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) |> ignore
        finally
            timing.Exit()

    /// Lets in whoever may come in now, in their order.
    member private this.Serve() : unit =
        let ticks = clock.Seen
        let now = ticks.Now
        let mutable woken = WakeList()
        line.Gate.Enter()
        let mutable going = true

        while going do
            let first = line.Queue.First

            if isMissing first then
                going <- false
            else
                let cost = (first.Owner :?> Turn).Cost

                if state.Left(now, cost) > 0L then
                    going <- false
                else
                    line.Queue.Remove first

                    if first.TryWin() then
                        state.Take(now, cost)
                        woken.Add first.Owner

        line.Gate.Exit()
        this.SetTimer ticks
        woken.Run()

    interface ITurns with
        member _.Line = line
        member this.OneLeft() = this.Serve()
        member _.GiveBack() = ()

    /// Takes the cost, or a place in line, or nothing.
    member internal this.Enter(context: WorkContext, cost: int, mayWait: bool) : Admission =
        let ticks = clock.Of(options.Clock, context.Clock)
        let now = ticks.Now
        line.Gate.Enter()
        let state = stateOf ticks
        let left = state.Left(now, cost)

        if left = 0L && isMissing line.Queue.First then
            state.Take(now, cost)
            line.Gate.Exit()
            Admitted
        elif mayWait && line.Queue.Count < options.QueueLimit then
            let turn = Turn(this, cost)
            turn.Join context
            line.Gate.Exit()
            this.SetTimer ticks
            InLine turn
        else
            line.Gate.Exit()
            // behind others that wait, the time is the earliest possible
            Denied(Rejection.RateLimited(ticks.ToSpan(max 1L left)))

    /// Throws unless a call may cost so much.
    member internal _.CheckCost(cost: int) =
        if cost < 1 || cost > limit then
            raise (
                ArgumentOutOfRangeException(
                    nameof cost,
                    cost,
                    $"Must be from 1 to the limit, {limit}, but was {cost}."
                )
            )

    /// Takes `cost` at once, from 1 to the limit, or nothing. False: `retryAfter` is the time after which it is free if
    /// nobody else takes it before. Never waits.
    member this.TryTake(context: WorkContext, cost: int, [<Out>] retryAfter: byref<TimeSpan>) : bool =
        Checks.notNull (nameof context) context
        this.CheckCost cost

        match this.Enter(context, cost, false) with
        | Denied(Rejection.RateLimited after) ->
            retryAfter <- after
            false
        | _ ->
            retryAfter <- TimeSpan.Zero
            true

    /// How much may happen now, by the clock of the context.
    member this.Available(context: WorkContext) : int =
        Checks.notNull (nameof context) context
        let ticks = clock.Of(options.Clock, context.Clock)
        let now = ticks.Now
        line.Gate.Enter()
        let available = (stateOf ticks).Available now
        line.Gate.Exit()
        available
