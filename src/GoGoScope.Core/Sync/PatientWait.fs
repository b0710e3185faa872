namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A wait that ends by itself after a time.
[<AbstractClass>]
type internal PatientWait<'R>() =
    inherit ParkedWait<'R>()
    let mutable timer: ITimer = nothing
    let mutable started = 0L

    /// Its patience ended it. Set by the one who claimed it.
    [<DefaultValue(false)>]
    val mutable internal RanOut: bool

    member private this.Clock =
        if isMissing this.Context then
            TimeProvider.System
        else
            this.Context.Clock

    member private this.Ring() =
        if this.TryClaim() then
            this.RanOut <- true
            this.LeaveQueues()
            this.Wake()

    /// Once it stands in line, outside every gate. Below zero: no limit.
    member this.WaitFor(patience: TimeSpan, token: CancellationToken) : ValueTask<'R> =
        if patience.Ticks >= 0L then
            let clock = this.Clock
            this.Kept <- true // the timer may still call when the wait is over
            started <- clock.GetTimestamp()

            let ring =
                clock.CreateTimer((fun _ -> this.Ring()), null, patience, Timeout.InfiniteTimeSpan)

            Volatile.Write(&timer, ring)

        this.Park token

    /// When the wait is read.
    member _.StopTimer() =
        if isThere timer then
            timer.Dispose()

    /// How long it has waited.
    member this.Waited: TimeSpan = this.Clock.GetElapsedTime started
