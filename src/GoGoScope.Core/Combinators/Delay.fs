namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A wait for a point in time. Whoever claims it first, the timer or a cancel, ends the other.
[<Sealed>]
type internal DelayWait<'E>(context: WorkContext, duration: TimeSpan) =
    inherit Waiter<Outcome<unit, 'E>>(context)

    [<DefaultValue(false)>]
    val mutable private timer: ITimer

    override _.What = $"a delay of {duration}"

    member private this.StopTimer() =
        let timer = Volatile.Read(&this.timer)

        if isThere timer then
            timer.Dispose()

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.StopTimer()
            this.Wake(Error(ScopeError.cancelled reason))

    member private this.Ring() =
        if this.TryClaim() then
            context.Unpark this
            this.StopTimer()
            this.Wake(Ok())

    member this.Start() : ValueTask<Outcome<unit, 'E>> =
        if context.Park this then
            let timer =
                context.Clock.CreateTimer((fun _ -> this.Ring()), null, duration, Timeout.InfiniteTimeSpan)

            // whoever claims it looks for a timer afterwards; if that came too early to see this one, it is ours to stop
            Interlocked.Exchange(&this.timer, timer) |> ignore

            if this.IsClaimed then
                timer.Dispose()
        else
            match context.Reason with
            | null -> ()
            | reason -> this.OnCancelled reason

        this.AsValueTask()

/// Waiting on the clock of the surroundings.
[<AbstractClass; Sealed>]
type internal Delay =

    static member For<'E>(context: WorkContext, duration: TimeSpan) : ValueTask<Outcome<unit, 'E>> =
        Checks.duration (nameof duration) duration

        if duration = TimeSpan.Zero then
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            DelayWait<'E>(context, duration).Start()
