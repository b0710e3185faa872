namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope.CompilerServices

/// A parked caller that can be claimed exactly once: whoever claims it (a result, a cancel, a timer, a close) is the one
/// who wakes it, and the others have no effect.
[<AbstractClass>]
type internal Waiter<'R>(context: WorkContext) =
    inherit CancelLink()

    [<DefaultValue(false)>]
    val mutable private core: CompletionCore<'R>

    [<DefaultValue(false)>]
    val mutable private claimed: int

    member _.Context = context

    /// Whether somebody is about to wake it, or has.
    member this.IsClaimed = Volatile.Read(&this.claimed) = 1

    /// True for exactly one caller, who must then call `Wake`.
    member this.TryClaim() =
        Interlocked.Exchange(&this.claimed, 1) = 0

    /// Gives the result to whoever waits. Only for the one who claimed.
    member this.Wake(result: 'R) =
        let mutable next = Unchecked.defaultof<Action<obj | null>>
        let mutable state: obj | null = null

        if this.core.Finish(result, &next, &state) then
            context.Dispatcher.Resume(next, state)

    member this.AsValueTask() = ValueTask<'R>(this, 0s)

    interface IValueTaskSource<'R> with
        member this.GetStatus _ =
            if this.core.IsDone then
                ValueTaskSourceStatus.Succeeded
            else
                ValueTaskSourceStatus.Pending

        member this.GetResult _ = this.core.Result

        member this.OnCompleted(next, state, _, flags) =
            this.core.OnCompleted(next, state, flags)
