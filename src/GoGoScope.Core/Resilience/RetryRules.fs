namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading

/// A failed attempt that is about to be repeated.
[<NoComparison>]
type RetryAttempt<'E> = {
    /// The number of the attempt that failed, from 1.
    Attempt: int
    /// What it failed with.
    Error: ScopeError<'E>
    /// The wait before the next attempt.
    Delay: TimeSpan
}

/// When work is repeated. Start from `RetryOptions.Default` and change what you need with `with`.
[<NoComparison; NoEquality>]
type RetryOptions<'E> = {
    /// Most repetitions after the first attempt, zero or more. Default: none given, which is the schedule's own number
    /// where it has one (`Schedule.upTo`), and 3 where it has none.
    MaxRetries: int voption
    /// How long to wait between attempts. A retry ends when the schedule does. Default: not at all.
    Schedule: Schedule<'E>
    /// The causes after which an attempt is repeated; a cancellation never is. What it throws ends the retry as `Crashed`.
    /// Default: `Failed`, `Crashed` and `TimedOut`.
    While: Cause<'E> -> bool
    /// Also repeats what an open circuit or a rate limit rejected, after the time that the rejection names. Default: false.
    Rejections: bool
    /// The least wait that an error asks for, such as a server's `Retry-After`; none where it asks for none. What it throws
    /// ends the retry as `Crashed`. Default: none.
    RetryAfter: Cause<'E> -> TimeSpan voption
    /// Time for each attempt; past it the attempt is asked to stop, waited for, and counts as `TimedOut`.
    /// From zero to about 49 days, or `Timeout.InfiniteTimeSpan`. Default: infinite.
    AttemptTimeout: TimeSpan
    /// Called before the wait for each repetition. What it throws goes to the hook for unobserved errors and changes nothing.
    /// Default: nothing is called.
    OnRetry: RetryAttempt<'E> -> unit
    /// Limits the repetitions of all calls that share it. Default: null, no limit.
    Budget: RetryBudget | null
    /// Decides what is jittered. It is used under a lock. Default: null, the shared source of the process.
    Random: Random | null
} with

    static let standard = {
        MaxRetries = ValueNone
        Schedule = Schedule.constant TimeSpan.Zero
        While =
            fun cause ->
                match cause with
                | Cause.Failed _
                | Cause.Crashed _
                | Cause.TimedOut _ -> true
                | _ -> false
        Rejections = false
        RetryAfter = fun _ -> ValueNone
        AttemptTimeout = Timeout.InfiniteTimeSpan
        OnRetry = ignore
        Budget = null
        Random = null
    }

    /// Three repetitions, at once.
    static member Default: RetryOptions<'E> = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        match this.MaxRetries with
        | ValueSome count -> Checks.zeroOrMore (nameof this.MaxRetries) count
        | ValueNone -> ()

        Checks.notNull (nameof this.Schedule) (box this.Schedule)
        Checks.notNull (nameof this.While) (box this.While)
        Checks.notNull (nameof this.RetryAfter) (box this.RetryAfter)
        Checks.notNull (nameof this.OnRetry) (box this.OnRetry)
        Checks.durationOrInfinite (nameof this.AttemptTimeout) this.AttemptTimeout

    member internal this.Limit =
        match this.MaxRetries with
        | ValueSome count -> count
        | ValueNone when this.Schedule.IsBounded -> Int32.MaxValue
        | ValueNone -> 3

/// Options that know typed errors only boxed, where the type is known.
module internal BoxedRetry =

    let typed<'E> (options: RetryOptions<obj>) : RetryOptions<'E> =
        let untyped (error: 'E) : obj = Unchecked.nonNull (box error)
        let boxed (cause: Cause<'E>) : Cause<obj> = ScopeError.mapCause untyped cause

        {
            MaxRetries = options.MaxRetries
            Schedule = options.Schedule.Of<'E> boxed
            While = fun cause -> options.While(boxed cause)
            Rejections = options.Rejections
            RetryAfter = fun cause -> options.RetryAfter(boxed cause)
            AttemptTimeout = options.AttemptTimeout
            OnRetry =
                fun attempt ->
                    options.OnRetry {
                        Attempt = attempt.Attempt
                        Error = ScopeError.map untyped attempt.Error
                        Delay = attempt.Delay
                    }
            Budget = options.Budget
            Random = options.Random
        }

/// A random source that several calls may use at once.
[<Sealed>]
type internal LockedRandom(inner: Random) =
    inherit Random()

    override _.NextDouble() =
        lock inner (fun () -> inner.NextDouble())

/// What becomes of a failed attempt.
[<Struct; NoComparison; NoEquality>]
type internal RetryVerdict<'E> =
    | GiveUp of Final: ScopeError<'E>
    | Repeat of Delay: TimeSpan

/// The rule of one retried call: which failure is repeated, when, and with what it ends. Knows no scopes and no clock.
[<Sealed>]
type internal RetryRules<'E>(options: RetryOptions<'E>) =
    /// Of a long row of failures the newest are kept.
    static let mostKept = 15

    let pauses =
        options.Schedule.Start(
            match options.Random with
            | null -> Random.Shared
            | random -> LockedRandom random
        )

    let earlier = Queue<Cause<'E>>()
    let mutable attempt = 1

    /// The last error, with the causes of the earlier attempts beside it. What a stop cut short has not failed: the earlier
    /// attempts were about to be made good.
    let ending (error: ScopeError<'E>) =
        if earlier.Count = 0 || ScopeError.isCancelled error then
            error
        else
            {
                error with
                    Others = Array.append (Array.ofSeq error.Others) (earlier.ToArray())
            }

    let repeats (cause: Cause<'E>) =
        match cause with
        | Cause.Cancelled _ -> false
        | Cause.Rejected(Rejection.CircuitOpen _)
        | Cause.Rejected(Rejection.RateLimited _) when options.Rejections -> true
        | cause -> options.While cause

    /// The least wait that the error asks for; below zero: it says that it cannot be repeated.
    let asked (cause: Cause<'E>) =
        match cause with
        | Cause.Rejected(Rejection.CircuitOpen after)
        | Cause.Rejected(Rejection.RateLimited after) when options.Rejections -> after
        | cause ->
            match options.RetryAfter cause with
            | ValueSome after -> max TimeSpan.Zero after
            | ValueNone -> TimeSpan.Zero

    /// The attempt's number, from 1.
    member _.Attempt = attempt

    member private _.Decide(error: ScopeError<'E>, remaining: TimeSpan) : RetryVerdict<'E> =
        if attempt > options.Limit || not (repeats error.Cause) then
            GiveUp(ending error)
        else
            match pauses.Next(attempt, error.Cause), asked error.Cause with
            | ValueSome pause, least when least >= TimeSpan.Zero && least <= Checks.longest ->
                let delay = max least (TimeSpan pause.Delay)

                let pastDeadline = remaining <> Timeout.InfiniteTimeSpan && delay >= remaining

                let withinBudget =
                    not pastDeadline
                    && (match options.Budget with
                        | null -> true
                        | budget -> budget.TryTake())

                if withinBudget then Repeat delay else GiveUp(ending error)
            | _ -> GiveUp(ending error)

    /// An attempt has failed, and there is so much time left until the nearest deadline.
    member this.Next(error: ScopeError<'E>, remaining: TimeSpan) : RetryVerdict<'E> =
        let verdict =
            try
                this.Decide(error, remaining)
            with failure ->
                GiveUp {
                    Cause = Cause.Crashed failure
                    Others = Array.append [| error.Cause |] (Array.ofSeq (ending error).Others)
                }

        match verdict with
        | Repeat _ ->
            earlier.Enqueue error.Cause

            if earlier.Count > mostKept then
                earlier.Dequeue() |> ignore

            attempt <- min attempt (Int32.MaxValue - 1) + 1
        | GiveUp _ -> ()

        verdict

    /// Tells that an attempt is about to be repeated.
    member _.Tell(error: ScopeError<'E>, delay: TimeSpan, context: WorkContext) : unit =
        try
            options.OnRetry {
                Attempt = attempt - 1
                Error = error
                Delay = delay
            }
        with failure ->
            context.Unobserved("OnRetry", failure)
