namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// What ends a wait when a caller's token fires.
type internal ITokenWait =
    abstract TokenFired: unit -> unit

/// The registration of a wait on a token. Whoever ends the wait takes it back, also while it is still being made.
[<Sealed>]
type internal TokenHook(wait: ITokenWait) =
    let mutable registration = Unchecked.defaultof<CancellationTokenRegistration>
    let mutable phase = 0 // 0 being made, 1 made, 2 over

    static member val private Fire =
        Action<obj | null>(fun hook ->
            match hook with
            | :? TokenHook as hook -> hook.Fired()
            | _ -> ())

    member private _.Fired() = wait.TokenFired()

    member this.Start(token: CancellationToken) =
        registration <- token.UnsafeRegister(TokenHook.Fire, this)

        if Interlocked.CompareExchange(&phase, 1, 0) = 2 then
            registration.Unregister() |> ignore

    member _.End() =
        if Interlocked.Exchange(&phase, 2) = 1 then
            registration.Unregister() |> ignore

/// A caller that waits for a result, and can serve one wait after the other. It is its own awaitable and its own work item:
/// parking and waking allocate nothing. A woken caller goes on through the pool, never inside the call that woke it.
[<AbstractClass>]
type internal ParkedWait<'R>() =
    inherit ParkedCaller()

    [<DefaultValue(false)>]
    val mutable private core: CompletionCore<bool>

    [<DefaultValue(false)>]
    val mutable private next: Action<obj | null>

    [<DefaultValue(false)>]
    val mutable private state: obj | null

    [<DefaultValue(false)>]
    val mutable private hook: TokenHook

    [<DefaultValue(false)>]
    val mutable private version: int16

    [<DefaultValue(false)>]
    val mutable private context: WorkContext

    /// Why the wait was cancelled; missing when it was not.
    [<DefaultValue(false)>]
    val mutable internal Reason: CancelReason

    /// Something may still call it after it was woken: it serves no other wait.
    [<DefaultValue(false)>]
    val mutable internal Kept: bool

    /// Where it is parked; missing for a wait that only a counterpart or a token ends.
    member this.Context = this.context

    /// Takes all its arms out of their queues. Outside every gate.
    abstract LeaveQueues: unit -> unit

    /// What the wait came to. Called once, by the one who waited.
    abstract Read: unit -> 'R

    /// Back to where it was taken from, for another wait.
    abstract Recycle: unit -> unit

    /// Makes it ready for a wait. Only for one that nobody else can see.
    member this.Begin(context: WorkContext) =
        this.Reopen()
        this.core <- Unchecked.defaultof<_>
        this.context <- context
        this.Reason <- nothing

    member private this.Complete(inline': bool) =
        let dispatcher =
            if isMissing this.context then
                PoolDispatcher.Shared
            else
                this.context.Dispatcher

        let mutable next = Unchecked.defaultof<Action<obj | null>>
        let mutable state: obj | null = null

        // from here on the caller may see the result, and with it use this for another wait
        if this.core.Finish(true, &next, &state) then
            if inline' then
                dispatcher.Resume(next, state)
            else
                this.next <- next
                this.state <- state
                dispatcher.QueueItem this

    member private this.Leave() =
        if isThere this.context then
            this.context.Unpark this

        if isThere this.hook then
            this.hook.End()

    override this.Wake() =
        this.Leave()
        this.Complete false

    member private this.Stopped(reason: CancelReason) =
        if this.TryClaim() then
            this.Reason <- reason
            this.LeaveQueues()
            this.Leave()
            this.Complete true

    override this.OnCancelled reason = this.Stopped reason

    /// Parks it in its context and on the caller's token, after its arms have joined their queues and outside every gate.
    member this.Park(token: CancellationToken) : ValueTask<'R> =
        if token.CanBeCanceled then
            this.hook <- TokenHook this
            this.Kept <- true

        if isThere this.context && not (this.context.Park this) then
            this.Stopped(
                match this.context.Reason with
                | null -> CancelReason.Requested "cancelled"
                | reason -> reason
            )

        if isThere this.hook then
            this.hook.Start token

        // whoever woke it meanwhile may have looked for both too early
        if this.IsClaimed then
            if isThere this.context then
                this.context.Unpark this

            if isThere this.hook then
                this.hook.End()

        ValueTask<'R>(this, this.version)

    interface ITokenWait with
        member this.TokenFired() =
            this.Stopped(CancelReason.TokenFired "caller")

    interface IThreadPoolWorkItem with
        member this.Execute() =
            let next = this.next
            let state = this.state
            this.next <- nothing
            this.state <- null
            next.Invoke state

    member private this.Check(token: int16) =
        if token <> this.version then
            raise (InvalidOperationException "This ValueTask was awaited before: it gives its result once.")

    interface IValueTaskSource<'R> with
        member this.GetStatus token =
            this.Check token

            if this.core.IsDone then
                ValueTaskSourceStatus.Succeeded
            else
                ValueTaskSourceStatus.Pending

        member this.GetResult token =
            this.Check token

            if not this.core.IsDone then
                raise (InvalidOperationException "This ValueTask has not ended: await it.")

            let result = this.Read()
            this.version <- this.version + 1s
            this.context <- nothing

            if not this.Kept && not this.Taken then
                this.Recycle()

            result

        member this.OnCompleted(next, state, token, flags) =
            this.Check token
            this.core.OnCompleted(next, state, flags)

/// Waits that can serve again. Taken under a gate; given back by anyone, at any time: what two do at once may lose one to
/// the collector, and never gives one to two.
[<Struct; NoComparison; NoEquality>]
type internal Spares<'W when 'W: not struct and 'W: not null> =
    [<DefaultValue(false)>]
    val mutable private one: 'W

    [<DefaultValue(false)>]
    val mutable private two: 'W

    [<DefaultValue(false)>]
    val mutable private three: 'W

    [<DefaultValue(false)>]
    val mutable private four: 'W

    /// Missing when there is none. Under the gate.
    member this.Take() : 'W =
        let mutable spare = Volatile.Read(&this.one)

        if isThere spare then
            this.one <- nothing
        else
            spare <- Volatile.Read(&this.two)

            if isThere spare then
                this.two <- nothing
            else
                spare <- Volatile.Read(&this.three)

                if isThere spare then
                    this.three <- nothing
                else
                    spare <- Volatile.Read(&this.four)

                    if isThere spare then
                        this.four <- nothing

        spare

    member this.Return(spare: 'W) =
        if isMissing this.one then
            Volatile.Write(&this.one, spare)
        elif isMissing this.two then
            Volatile.Write(&this.two, spare)
        elif isMissing this.three then
            Volatile.Write(&this.three, spare)
        elif isMissing this.four then
            Volatile.Write(&this.four, spare)
