/// Random retries that a plain reading predicts, and the bugs that the scenario must notice.
module GoGoScope.Fuzz.Retries.Plans

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

let ms (count: int) = TimeSpan.FromMilliseconds(float count)

/// What one attempt does.
type Act =
    | Gives
    | Fails of fatal: bool
    | Throws
    | Stops
    | Rejects of retryAfter: int

type Try = {
    Act: Act
    /// Milliseconds before it does so.
    Takes: int
    /// Does not hear that it should stop.
    IsDeaf: bool
}

/// A delay without a source of randomness, so that it can be predicted.
type Pause =
    | Constant of int
    | Linear of int * int
    | Exponential of initial: int * max: int

type Plan = {
    Tries: Try list
    Pause: Pause
    Cap: int
    /// Below zero: the schedule is not bounded.
    UpTo: int
    /// Below zero: not given.
    MaxRetries: int
    AttemptTimeout: int
    Timeout: int
    CancelAt: int
    Rejections: bool
    Tokens: int
}

let plan (random: Random) : Plan =
    let chance (percent: int) = random.Next 100 < percent
    let sometimes (percent: int) (value: unit -> int) = if chance percent then value () else -1

    let act () =
        match random.Next 100 with
        | n when n < 10 -> Gives
        | n when n < 60 -> Fails(chance 8)
        | n when n < 75 -> Throws
        | n when n < 80 -> Stops
        | _ -> Rejects(random.Next 40)

    {
        Tries = [
            for _ in 1..12 ->
                {
                    Act = act ()
                    Takes = if chance 50 then 0 else random.Next 30
                    IsDeaf = chance 20
                }
        ]
        Pause =
            match random.Next 3 with
            | 0 -> Constant(random.Next 20)
            | 1 -> Linear(random.Next 20, random.Next 10)
            | _ -> Exponential(1 + random.Next 10, 1 + random.Next 60)
        Cap = 5 + random.Next 40
        UpTo = sometimes 50 (fun () -> random.Next 7)
        MaxRetries = sometimes 50 (fun () -> random.Next 7)
        AttemptTimeout = sometimes 40 (fun () -> 1 + random.Next 25)
        Timeout = sometimes 40 (fun () -> 1 + random.Next 150)
        CancelAt = sometimes 25 (fun () -> random.Next 120)
        Rejections = chance 50
        Tokens = sometimes 30 (fun () -> 5 + random.Next 20)
    }

let private schedule (plan: Plan) : Schedule<string> =
    let pauses =
        match plan.Pause with
        | Constant delay -> Schedule.constant (ms delay)
        | Linear(first, step) -> Schedule.linear (ms first) (ms step)
        | Exponential(initial, max) ->
            Schedule.exponentialWith {
                Schedule.Exponential.Default with
                    Initial = ms initial
                    Max = ms max
            }

    let capped = pauses |> Schedule.max (ms plan.Cap)

    if plan.UpTo < 0 then
        capped
    else
        Schedule.upTo plan.UpTo capped

let optionsOf (plan: Plan) (told: RetryAttempt<string> -> unit) : RetryOptions<string> = {
    RetryOptions.Default with
        MaxRetries =
            if plan.MaxRetries < 0 then
                ValueNone
            else
                ValueSome plan.MaxRetries
        Schedule = schedule plan
        Rejections = plan.Rejections
        AttemptTimeout =
            if plan.AttemptTimeout < 0 then
                Timeout.InfiniteTimeSpan
            else
                ms plan.AttemptTimeout
        Budget =
            if plan.Tokens < 0 then
                null
            else
                RetryBudget(max 5 plan.Tokens, 5, 1)
        While =
            fun cause ->
                match cause with
                | Cause.Failed "fatal"
                | Cause.Rejected _
                | Cause.CleanupFailed _ -> false
                | _ -> true
        OnRetry = told
}

/// The delay after the attempt of this number, from 1.
let expectedDelay (plan: Plan) (attempt: int) (cause: Cause<string>) : float =
    let plain =
        match plan.Pause with
        | Constant delay -> float delay
        | Linear(first, step) -> float first + float step * float (attempt - 1)
        | Exponential(initial, max) -> min (float max) (float initial * Math.Pow(2., float (attempt - 1)))

    let least =
        match cause with
        | Cause.Rejected(Rejection.CircuitOpen after) -> after.TotalMilliseconds
        | _ -> 0.

    max least (min (float plan.Cap) plain)

type Library = {
    Retry: RetryOptions<string> -> Scoped<int, string> -> Scoped<int, string>
}

let private real = { Retry = Retry.withOptions }

let libraries = [
    "", real
    "one-more",
    {
        Retry =
            fun options work ->
                Retry.withOptions
                    {
                        options with
                            MaxRetries = ValueOption.map ((+) 1) options.MaxRetries
                    }
                    work
    }
    "late",
    {
        Retry =
            fun options work ->
                let later = options.Schedule |> Schedule.max (ms 1_000) |> Schedule.min (ms 3)
                Retry.withOptions { options with Schedule = later } work
    }
    "past-deadline",
    {
        // waits as if there were no deadline
        Retry = fun options work -> Scope.shielded (ms 10_000) (Retry.withOptions options work)
    }
    "no-budget",
    {
        Retry = fun options work -> Retry.withOptions { options with Budget = null } work
    }
    "overlap",
    {
        // an attempt that is late is left behind
        Retry =
            fun options work -> scope {
                let! here = Scope.current

                let impatient = scope {
                    let child = Scope.taskIn (here, TaskOptions.Default, work)

                    if options.AttemptTimeout = Timeout.InfiniteTimeSpan then
                        return! child
                    else
                        do! Scope.delay options.AttemptTimeout

                        if child.IsCompleted then
                            return! child
                        else
                            child.Cancel "late"

                            return!
                                fun (_: Scope) ->
                                    ValueTask<_>(
                                        Error(ScopeError.ofCause (Cause.TimedOut options.AttemptTimeout))
                                    )
                }

                let options = {
                    options with
                        AttemptTimeout = Timeout.InfiniteTimeSpan
                }

                return! Retry.withOptions options impatient
            }
    }
]
