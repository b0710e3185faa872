namespace GoGoScope.Testing

open System
open System.Collections.Generic
open System.Threading

/// A timer of a virtual clock. Its place in the line is its due time, then the order in which it was set.
[<Sealed>]
type internal VirtualTimer(clock: VirtualClock, callback: TimerCallback, state: obj | null) =
    member val Due = Int64.MaxValue with get, set
    member val Order = 0L with get, set
    member val Period = Timeout.InfiniteTimeSpan with get, set
    member val IsDisposed = false with get, set
    member _.Fire() = callback.Invoke state

    interface ITimer with
        member this.Change(dueTime, period) = clock.Set(this, dueTime, period)
        member this.Dispose() = clock.Remove this

        member this.DisposeAsync() =
            clock.Remove this
            Threading.Tasks.ValueTask()

/// A clock that stands still until the test moves it. It drives every timer of the library and of code that takes a
/// `TimeProvider`: `Task.Delay`, `CancellationTokenSource`, `PeriodicTimer`. Timers fire on the thread that moves the
/// clock, in the order of their due times, those of one due time in the order in which they were set; a timer that is set
/// by a timer fires too if its time comes within the same move. Safe to use from any thread; moves must not overlap.
and [<Sealed>] VirtualClock(start: DateTimeOffset) =
    inherit TimeProvider()

    let gate = obj ()
    let mutable now = 0L // ticks since the start
    let mutable lastOrder = 0L

    let timers =
        SortedSet<VirtualTimer>(
            Comparer.Create(fun (a: VirtualTimer) (b: VirtualTimer) ->
                compare (a.Due, a.Order) (b.Due, b.Order))
        )

    /// Starts at midnight of 1 January 2000, UTC.
    new() = VirtualClock(DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))

    /// False: the timer is disposed.
    member internal _.Set(timer: VirtualTimer, dueTime: TimeSpan, period: TimeSpan) : bool =
        lock gate (fun () ->
            if not timer.IsDisposed then
                timers.Remove timer |> ignore
                timer.Period <- period

                if dueTime <> Timeout.InfiniteTimeSpan then
                    lastOrder <- lastOrder + 1L
                    timer.Due <- now + max 0L dueTime.Ticks
                    timer.Order <- lastOrder
                    timers.Add timer |> ignore

            not timer.IsDisposed)

    member internal _.Remove(timer: VirtualTimer) =
        lock gate (fun () ->
            timer.IsDisposed <- true
            timers.Remove timer |> ignore)

    /// How far the clock has moved since it was made.
    member _.Elapsed = lock gate (fun () -> TimeSpan now)

    /// Timers that are set and have not fired.
    member _.PendingTimers = lock gate (fun () -> timers.Count)

    /// The time until the next timer; `Timeout.InfiniteTimeSpan` when there is none.
    member _.UntilNext =
        lock gate (fun () ->
            match timers.Min with
            | null -> Timeout.InfiniteTimeSpan
            | next -> TimeSpan(next.Due - now))

    /// Takes the next timer that is due by `limit`, and moves the clock to its time.
    member private this.TakeDue(limit: int64) : VirtualTimer voption =
        lock gate (fun () ->
            match timers.Min with
            | null -> ValueNone
            | next when next.Due > limit -> ValueNone
            | next ->
                timers.Remove next |> ignore
                now <- max now next.Due

                if next.Period > TimeSpan.Zero then
                    this.Set(next, next.Period, next.Period) |> ignore

                ValueSome next)

    /// Moves the clock by `duration` (zero or more) and fires every timer that comes due on the way.
    member this.Advance(duration: TimeSpan) : unit =
        if duration < TimeSpan.Zero then
            raise (
                ArgumentOutOfRangeException(
                    nameof duration,
                    duration,
                    "A clock moves forward only: zero or more."
                )
            )

        let limit = lock gate (fun () -> now + duration.Ticks)
        let mutable going = true

        while going do
            match this.TakeDue limit with
            | ValueSome timer -> timer.Fire()
            | ValueNone -> going <- false

        lock gate (fun () -> now <- max now limit)

    /// Moves the clock by a number of milliseconds, zero or more.
    member this.Advance(milliseconds: float) : unit =
        this.Advance(TimeSpan.FromMilliseconds milliseconds)

    /// Moves the clock to its next timer and fires that one only. False when there is none.
    member this.JumpToNext() : bool =
        match this.TakeDue Int64.MaxValue with
        | ValueSome timer ->
            timer.Fire()
            true
        | ValueNone -> false

    /// Fires timers, moving the clock, until none is left or `most` have fired (a periodic timer never ends). Gives how many fired.
    member this.RunAll(most: int) : int =
        let mutable fired = 0

        while fired < most && this.JumpToNext() do
            fired <- fired + 1

        fired

    override _.GetUtcNow() =
        lock gate (fun () -> start.AddTicks now)

    override _.GetTimestamp() = lock gate (fun () -> now)
    override _.TimestampFrequency = TimeSpan.TicksPerSecond
    override _.LocalTimeZone = TimeZoneInfo.Utc

    override this.CreateTimer(callback, state, dueTime, period) =
        let timer = new VirtualTimer(this, callback, state)
        this.Set(timer, dueTime, period) |> ignore
        timer
