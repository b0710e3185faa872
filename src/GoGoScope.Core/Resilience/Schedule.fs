namespace GoGoScope

open System

/// Schedules, and what changes them. Delays go from zero to about 49 days: what would be longer is that long.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Schedule =

    /// Delays that grow by a factor. Start from `Schedule.Exponential.Default` and change what you need with `with`.
    [<NoComparison>]
    type Exponential = {
        /// The first delay. From zero to about 49 days. Default: 100 milliseconds.
        Initial: TimeSpan
        /// No delay is longer, jittered or not. From zero to about 49 days. Default: 30 seconds.
        Max: TimeSpan
        /// Each delay is this many times the one before. 1 or more. Default: 2.
        Factor: float
        /// The share of a delay by which it may be shorter or longer at random. From 0 to 1. Default: 0, none.
        Jitter: float
    } with

        static let standard = {
            Initial = TimeSpan.FromMilliseconds 100.
            Max = TimeSpan.FromSeconds 30.
            Factor = 2.
            Jitter = 0.
        }

        /// 100 ms, 200 ms, 400 ms, ... up to 30 seconds.
        static member Default: Exponential = standard

    let private make (isBounded: bool) (start: Random -> Pauses<'E>) =
        Schedule<'E>(isBounded, Func<_, _> start)

    /// Steps that remember nothing.
    let private pure' (step: Random -> int -> Cause<'E> -> Pause) =
        make false (fun random -> {
            new Pauses<'E>() with
                member _.Next(attempt, cause) = ValueSome(step random attempt cause)
        })

    let private unlimited (delay: int64) = {
        Delay = delay
        Limit = Backoff.longest
    }

    /// Changes what another schedule says.
    let private change (schedule: Schedule<'E>) (step: Random -> Pause -> Pause) =
        make schedule.IsBounded (fun random ->
            let inner = schedule.Start random

            {
                new Pauses<'E>() with
                    member _.Next(attempt, cause) =
                        match inner.Next(attempt, cause) with
                        | ValueSome pause -> ValueSome(step random pause)
                        | ValueNone -> ValueNone
            })

    /// Gives no delay at all: nothing is repeated.
    let none<'E> : Schedule<'E> =
        make true (fun _ -> {
            new Pauses<'E>() with
                member _.Next(_, _) = ValueNone
        })

    /// The same delay every time. From zero to about 49 days.
    let constant (delay: TimeSpan) : Schedule<'E> =
        Checks.duration (nameof delay) delay
        pure' (fun _ _ _ -> unlimited delay.Ticks)

    /// `first`, then each time `step` more. Both from zero to about 49 days.
    let linear (first: TimeSpan) (step: TimeSpan) : Schedule<'E> =
        Checks.duration (nameof first) first
        Checks.duration (nameof step) step
        pure' (fun _ attempt _ -> unlimited (Backoff.linear first.Ticks step.Ticks attempt))

    /// Delays that grow by a factor, with options.
    let exponentialWith (options: Exponential) : Schedule<'E> =
        Checks.duration (nameof options.Initial) options.Initial
        Checks.duration (nameof options.Max) options.Max
        Checks.share (nameof options.Jitter) options.Jitter

        if not (options.Factor >= 1. && Double.IsFinite options.Factor) then
            raise (
                ArgumentOutOfRangeException(
                    nameof options.Factor,
                    options.Factor,
                    $"Must be 1 or more, and finite, but was {options.Factor}."
                )
            )

        let limit = options.Max.Ticks

        pure' (fun random attempt _ ->
            let pause = {
                Delay = min limit (Backoff.exponential options.Initial.Ticks options.Factor limit attempt)
                Limit = limit
            }

            if options.Jitter = 0. then
                pause
            else
                Backoff.jitter random options.Jitter pause)

    /// 100 ms, 200 ms, 400 ms, ... up to 30 seconds.
    let exponential<'E> : Schedule<'E> = exponentialWith Exponential.Default

    /// Each delay at random between `initial` and three times the one before, and never above `max`: callers that failed
    /// together do not come back together. Both from zero to about 49 days.
    let decorrelatedJitter (initial: TimeSpan) (max: TimeSpan) : Schedule<'E> =
        Checks.duration (nameof initial) initial
        Checks.duration (nameof max) max
        let limit = max.Ticks
        let first = min limit initial.Ticks

        make false (fun random ->
            let mutable last = first

            {
                new Pauses<'E>() with
                    member _.Next(_, _) =
                        let reach = float last * 3. - float first

                        last <-
                            Backoff.ofFloat limit (float first + random.NextDouble() * reach)
                            |> Operators.max first

                        ValueSome { Delay = last; Limit = limit }
            })

    /// Asks for each delay: given the number of the attempt that failed, from 1, and why. What the function throws, or a
    /// delay below zero, ends the retry as `Crashed`, with the attempt's own cause beside it.
    let custom (delay: int -> Cause<'E> -> TimeSpan) : Schedule<'E> =
        Checks.notNull (nameof delay) (box delay)

        pure' (fun _ attempt cause ->
            let given = delay attempt cause

            if given < TimeSpan.Zero then
                raise (
                    ArgumentOutOfRangeException(
                        nameof delay,
                        given,
                        $"A delay must be zero or more, but was {given}."
                    )
                )

            unlimited (min given.Ticks Backoff.longest))

    /// Each delay shorter or longer at random by up to this share of it, from 0 to 1, and never above its `max`.
    let jitter (share': float) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.share "share" share'
        change schedule (fun random pause -> Backoff.jitter random share' pause)

    /// Each delay at random between zero and itself.
    let fullJitter (schedule: Schedule<'E>) : Schedule<'E> = change schedule Backoff.fullJitter

    /// No delay longer than `limit`, whatever changes it later. From zero to about 49 days.
    let max (limit: TimeSpan) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.duration (nameof limit) limit

        change schedule (fun _ pause -> {
            Delay = min limit.Ticks pause.Delay
            Limit = min limit.Ticks pause.Limit
        })

    /// No delay shorter than `floor`, unless its `max` is. From zero to about 49 days.
    let min (floor: TimeSpan) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.duration (nameof floor) floor

        change schedule (fun _ pause -> {
            pause with
                Delay = Operators.min pause.Limit (Operators.max floor.Ticks pause.Delay)
        })

    /// At most this many delays, then it ends. Zero or more.
    let upTo (count: int) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.zeroOrMore (nameof count) count

        make true (fun random ->
            let inner = schedule.Start random
            let mutable left = count

            {
                new Pauses<'E>() with
                    member _.Next(attempt, cause) =
                        if left = 0 then
                            ValueNone
                        else
                            left <- left - 1
                            inner.Next(attempt, cause)
            })

    /// Ends before the sum of its delays passes `total`. From zero to about 49 days. Delays of zero never sum up to
    /// anything, so this alone does not bound them.
    let upToTotal (total: TimeSpan) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.duration (nameof total) total

        make schedule.IsBounded (fun random ->
            let inner = schedule.Start random
            let mutable left = total.Ticks

            {
                new Pauses<'E>() with
                    member _.Next(attempt, cause) =
                        match inner.Next(attempt, cause) with
                        | ValueSome pause when pause.Delay <= left ->
                            left <- left - pause.Delay
                            ValueSome pause
                        | _ ->
                            left <- -1L
                            ValueNone
            })

    /// Ends at the first cause for which the predicate is false. What it throws ends the retry as `Crashed`, with the
    /// attempt's own cause beside it.
    let whileError (goesOn: Cause<'E> -> bool) (schedule: Schedule<'E>) : Schedule<'E> =
        Checks.notNull (nameof goesOn) (box goesOn)

        make schedule.IsBounded (fun random ->
            let inner = schedule.Start random
            let mutable ended = false

            {
                new Pauses<'E>() with
                    member _.Next(attempt, cause) =
                        ended <- ended || not (goesOn cause)
                        if ended then ValueNone else inner.Next(attempt, cause)
            })

    /// `first` until it ends, then `second`, whose attempts are counted from 1 again.
    let andThen (second: Schedule<'E>) (first: Schedule<'E>) : Schedule<'E> =
        make (first.IsBounded && second.IsBounded) (fun random ->
            let before = first.Start random
            let mutable after = Unchecked.defaultof<Pauses<'E>>
            let mutable switch = 0

            {
                new Pauses<'E>() with
                    member _.Next(attempt, cause) =
                        let early =
                            if Missing.isMissing after then
                                before.Next(attempt, cause)
                            else
                                ValueNone

                        if early.IsSome then
                            early
                        else
                            if Missing.isMissing after then
                                after <- second.Start random
                                switch <- attempt - 1

                            after.Next(attempt - switch, cause)
            })
