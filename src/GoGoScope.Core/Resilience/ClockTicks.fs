namespace GoGoScope

open System
open System.Threading
open GoGoScope.Missing

/// Durations on the scale of a clock, rounded up: what is counted in them never comes too early.
[<Sealed>]
type internal ClockTicks(clock: TimeProvider) =
    let frequency = clock.TimestampFrequency

    let scaled (value: int64) (by: int64) (from: int64) =
        if by = from then
            value
        else
            let exact = Int128.op_Implicit value * Int128.op_Implicit by
            let rounded = (exact + Int128.op_Implicit (from - 1L)) / Int128.op_Implicit from

            if rounded.CompareTo(Int128.op_Implicit Int64.MaxValue) > 0 then
                Int64.MaxValue
            else
                Int128.op_Explicit rounded

    member _.Clock = clock

    /// The clock's own time.
    member _.Now = clock.GetTimestamp()

    member _.OfSpan(span: TimeSpan) : int64 =
        scaled span.Ticks frequency TimeSpan.TicksPerSecond

    /// Zero for what is over.
    member _.ToSpan(ticks: int64) : TimeSpan =
        if ticks <= 0L then
            TimeSpan.Zero
        else
            TimeSpan(scaled ticks TimeSpan.TicksPerSecond frequency)

/// The clock of something that several scopes share: the one it was given, or that of the first scope which uses it.
[<Struct; NoComparison; NoEquality>]
type internal SharedClock =
    [<DefaultValue(false)>]
    val mutable private ticks: ClockTicks

    member this.Of(given: TimeProvider | null, first: TimeProvider) : ClockTicks =
        let seen = Volatile.Read(&this.ticks)

        if isThere seen then
            seen
        else
            let clock =
                match given with
                | null -> first
                | given -> given

            Interlocked.CompareExchange(&this.ticks, ClockTicks clock, nothing) |> ignore
            this.ticks

    /// Missing before the first use.
    member this.Seen: ClockTicks = Volatile.Read(&this.ticks)
