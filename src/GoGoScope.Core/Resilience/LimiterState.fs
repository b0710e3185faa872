namespace GoGoScope

open System

/// How much may happen in which time: plain arithmetic on the ticks of a clock. Nothing runs in the background. Its owner's
/// gate guards every step.
[<AbstractClass>]
type internal RateState() =

    /// How long until so much may happen, if nothing else does meanwhile: 0 when it may now.
    abstract Left: now: int64 * cost: int -> int64

    /// Takes so much. Only when nothing is left to wait for.
    abstract Take: now: int64 * cost: int -> unit

    /// How much may happen now.
    abstract Available: now: int64 -> int

/// So much in each window of a row that begins with the first call.
[<Sealed>]
type internal FixedWindow(limit: int, width: int64) =
    inherit RateState()
    let mutable started = false
    let mutable start = 0L
    let mutable used = 0

    let move (now: int64) =
        if not started then
            started <- true
            start <- now
        elif now - start >= width then
            start <- start + (now - start) / width * width
            used <- 0

    override _.Left(now, cost) =
        move now

        if used + cost <= limit then
            0L
        else
            max 1L (start + width - now)

    override _.Take(_, cost) = used <- used + cost

    override _.Available now =
        move now
        limit - used

/// So much in any window, wherever it begins: it remembers when each of the last ones happened.
[<Sealed>]
type internal SlidingWindow(limit: int, width: int64) =
    inherit RateState()
    let times = Array.zeroCreate<int64> limit
    let mutable oldest = 0
    let mutable count = 0

    let forget (now: int64) =
        while count > 0 && now - times[oldest] >= width do
            oldest <- if oldest + 1 = limit then 0 else oldest + 1
            count <- count - 1

    let place (index: int) =
        let at = int64 oldest + int64 index
        int (if at >= int64 limit then at - int64 limit else at)

    override _.Left(now, cost) =
        forget now
        let over = count + cost - limit

        if over <= 0 then
            0L
        else
            max 1L (times[place (over - 1)] + width - now)

    override _.Take(now, cost) =
        for _ in 1..cost do
            times[place count] <- now
            count <- count + 1

    override _.Available now =
        forget now
        limit - count

/// A bucket that fills steadily and may be emptied at once. Its level is counted in parts of a token so small that a tick
/// fills a whole number of them: nothing is ever rounded.
[<Sealed>]
type internal TokenBucket(capacity: int, tokens: int, period: int64) =
    inherit RateState()

    let size (count: int) =
        Int128.op_Implicit period * Int128.op_Implicit count

    let full = size capacity
    let perTick = Int128.op_Implicit tokens
    let mutable started = false
    let mutable level = full
    let mutable seen = 0L

    let fill (now: int64) =
        if not started then
            started <- true
            seen <- now
        elif now > seen then
            level <- Int128.Min(full, level + perTick * Int128.op_Implicit (now - seen))
            seen <- now

    override _.Left(now, cost) =
        fill now
        let missing = size cost - level

        if missing.CompareTo Int128.Zero <= 0 then // the operators would box
            0L
        else
            let ticks = (missing + perTick - Int128.One) / perTick

            if ticks.CompareTo(Int128.op_Implicit Int64.MaxValue) > 0 then
                Int64.MaxValue
            else
                Int128.op_Explicit ticks

    override _.Take(_, cost) = level <- level - size cost

    override _.Available now =
        fill now
        Int128.op_Explicit (level / Int128.op_Implicit period)
