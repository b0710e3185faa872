namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.Missing

/// What became of a call of a throttled function.
[<RequireQualifiedAccess; NoComparison>]
type Throttled<'T> =
    /// It ran, and gave this.
    | Ran of Value: 'T
    /// It did not run; there is room again after this time.
    | Skipped of RetryAfter: TimeSpan

/// Calls of which at most one starts in each interval.
[<Sealed>]
type internal ThrottleCalls<'A, 'T, 'E>
    (owner: Scope, interval: TimeSpan, leading: bool, trailing: bool, work: 'A -> Scoped<'T, 'E>) =
    inherit Calls<'A, 'T, Throttled<'T>, 'E>(owner, "throttle", work)

    // under the gate
    let mutable opened = 0L
    let mutable inside = false

    member private _.Left(now: int64) =
        interval - owner.Clock.GetElapsedTime(opened, now)

    override _.Ran value = Throttled.Ran value

    override this.Take call =
        let now = owner.Clock.GetTimestamp()

        let struct (runs, begins, left, before) =
            lock this.Gate (fun () ->
                // without a timer of its own an interval is over when somebody looks
                if inside && not trailing && this.Left now <= TimeSpan.Zero then
                    inside <- false

                let begins = not inside

                if begins then
                    inside <- true
                    opened <- now

                let runs = begins && leading
                let before = this.Pending

                if not runs && trailing then
                    this.Pending <- call

                struct (runs, begins, this.Left now, (if not runs && trailing then before else nothing)))

        if isThere before then
            before.Settle(Ok(Throttled.Skipped left)) |> ignore

        if begins && trailing then
            this.Arm interval

        if runs then
            this.Run call
        elif not trailing then
            call.Settle(Ok(Throttled.Skipped left)) |> ignore

    override this.Ring() =
        let now = owner.Clock.GetTimestamp()

        let due =
            lock this.Gate (fun () ->
                let due = this.Pending
                this.Pending <- nothing
                inside <- isThere due && not due.IsClaimed

                if inside then
                    opened <- now

                if inside then due else nothing)

        if isThere due then
            this.Arm interval
            this.Run due

/// A function of which at most one call starts in each interval. Safe from any thread.
[<Sealed>]
type Throttle<'A, 'T, 'E> internal (calls: ThrottleCalls<'A, 'T, 'E>) =
    member internal _.Call(context: WorkContext, argument: 'A) = calls.Call(context, argument)

/// At most one run in each interval.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Throttle =

    /// When a call runs. Start from `Throttle.Options.Default` and change what you need with `with`.
    [<NoComparison>]
    type Options = {
        /// At most one call starts in each interval. Above zero, at most about 49 days. Default: 300 ms.
        Interval: TimeSpan
        /// Whether a call that comes after an interval without one runs at once. Default: true.
        Leading: bool
        /// Whether the last call that came in an interval runs at its end. Default: false.
        Trailing: bool
    } with

        static let standard = {
            Interval = TimeSpan.FromMilliseconds 300.
            Leading = true
            Trailing = false
        }

        /// The first call in 300 ms.
        static member Default: Options = standard

        member internal this.Check() =
            Checks.duration (nameof this.Interval) this.Interval

            if this.Interval = TimeSpan.Zero then
                raise (
                    ArgumentOutOfRangeException(nameof this.Interval, this.Interval, "Must be above zero.")
                )

            if not this.Leading && not this.Trailing then
                raise (
                    ArgumentException(
                        "Leading or Trailing must be true, or no call ever runs.",
                        nameof this.Trailing
                    )
                )

    /// A throttled function of the current scope, with options: the calls that run are its tasks.
    let makeWith (options: Options) (work: 'A -> Scoped<'T, 'E>) : Scoped<Throttle<'A, 'T, 'E>, 'F> =
        Checks.notNull (nameof options) options
        options.Check()
        Checks.notNull (nameof work) (box work)

        fun scope ->
            let calls =
                ThrottleCalls<'A, 'T, 'E>(scope, options.Interval, options.Leading, options.Trailing, work)

            calls.Open()
            ValueTask<Result<Throttle<'A, 'T, 'E>, ScopeError<'F>>>(Ok(Throttle<'A, 'T, 'E> calls))

    /// A throttled function of the current scope: the first call in 300 ms runs, the others are skipped.
    let make (work: 'A -> Scoped<'T, 'E>) : Scoped<Throttle<'A, 'T, 'E>, 'F> = makeWith Options.Default work

    /// Calls it, and waits for what becomes of the call: it runs, or is skipped. A cancel of the caller withdraws a call that
    /// has not begun to run. When the scope of the throttle is told to stop, or has ended, what waits ends as `Cancelled` or
    /// `Rejected (ScopeEnded ..)`.
    let call (argument: 'A) (throttle: Throttle<'A, 'T, 'E>) : Scoped<Throttled<'T>, 'E> =
        fun scope -> throttle.Call(scope, argument)
