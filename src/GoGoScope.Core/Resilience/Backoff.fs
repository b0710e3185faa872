namespace GoGoScope

open System

/// What a schedule says after a failed attempt, in ticks. What changes the delay afterwards keeps below the limit.
[<Struct; NoComparison; NoEquality>]
type internal Pause = { Delay: int64; Limit: int64 }

/// A schedule at work, with whatever it remembers of this one run.
[<AbstractClass>]
type internal Pauses<'E>() =

    /// The pause before the next attempt; none ends the run. `attempt` is the number of the one that failed, from 1.
    abstract Next: attempt: int * cause: Cause<'E> -> Pause voption

/// Delays as plain numbers of ticks that never overflow.
module internal Backoff =

    let longest = Checks.longest.Ticks

    /// A number of ticks that may be too large, or none at all, for a delay.
    let ofFloat (limit: int64) (ticks: float) : int64 =
        if Double.IsNaN ticks || ticks >= float limit then limit
        elif ticks <= 0. then 0L
        else int64 ticks

    let linear (first: int64) (step: int64) (attempt: int) : int64 =
        let steps = int64 attempt - 1L

        if step > 0L && steps > (longest - first) / step then
            longest
        else
            first + step * steps

    let exponential (first: int64) (factor: float) (limit: int64) (attempt: int) : int64 =
        if first = 0L then
            0L
        else
            ofFloat limit (float first * Math.Pow(factor, float (attempt - 1)))

    /// Between `1 - share` and `1 + share` times the delay.
    let jitter (random: Random) (share: float) (pause: Pause) : Pause = {
        pause with
            Delay =
                float pause.Delay * (1. + share * (2. * random.NextDouble() - 1.))
                |> ofFloat pause.Limit
    }

    /// Between zero and the delay.
    let fullJitter (random: Random) (pause: Pause) : Pause = {
        pause with
            Delay = float pause.Delay * random.NextDouble() |> ofFloat pause.Limit
    }

/// How long to wait between attempts, and when to stop: an immutable description that any number of calls may share. Each
/// call runs it from its beginning, with a state of its own. Made and changed by the functions of the module `Schedule`.
[<Sealed>]
type Schedule<'E> internal (isBounded: bool, start: Func<Random, Pauses<'E>>) =

    /// Whether it ends by itself.
    member internal _.IsBounded = isBounded

    member internal _.Start(random: Random) : Pauses<'E> = start.Invoke random

    /// The same schedule where other errors are known.
    member internal _.Of<'A>(change: Cause<'A> -> Cause<'E>) : Schedule<'A> =
        Schedule<'A>(
            isBounded,
            fun random ->
                let inner = start.Invoke random

                {
                    new Pauses<'A>() with
                        member _.Next(attempt, cause) = inner.Next(attempt, change cause)
                }
        )

    /// The delays that a run gives when every attempt fails for the same cause; endless unless it is bounded.
    /// `random` decides what is jittered.
    member this.Delays(cause: Cause<'E>, random: Random) : seq<TimeSpan> =
        Checks.notNull (nameof cause) (box cause)
        Checks.notNull (nameof random) random

        seq {
            let run = this.Start random
            let mutable attempt = 1
            let mutable next = run.Next(attempt, cause)

            while next.IsSome do
                yield TimeSpan next.Value.Delay
                attempt <- if attempt = Int32.MaxValue then attempt else attempt + 1
                next <- run.Next(attempt, cause)
        }
