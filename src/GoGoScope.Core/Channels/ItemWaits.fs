namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// How the end of a receive reads. A struct, so that each face has its own and none costs a call.
type internal IReceived<'T, 'R> =
    abstract Item: item: 'T -> 'R
    abstract Closed: source: ISource<'T> -> 'R
    abstract Failed: failure: exn -> 'R
    abstract Refused: rejection: Rejection -> 'R
    abstract Cancelled: reason: CancelReason -> 'R

/// An item, or none when the channel is closed and drained.
[<Struct>]
type internal OptionReceived<'T, 'E> =
    interface IReceived<'T, Outcome<'T voption, 'E>> with
        member _.Item item = Ok(ValueSome item)
        member _.Closed _ = Ok ValueNone
        member _.Failed failure = Error(ScopeError.crashed failure)
        member _.Refused rejection = Error(ScopeError.rejected rejection)
        member _.Cancelled reason = Error(ScopeError.cancelled reason)

/// An item; a closed channel is an error.
[<Struct>]
type internal ItemReceived<'T, 'E> =
    interface IReceived<'T, Outcome<'T, 'E>> with
        member _.Item item = Ok item

        member _.Closed source =
            Error(ScopeError.rejected source.Rejection)

        member _.Failed failure = Error(ScopeError.crashed failure)
        member _.Refused rejection = Error(ScopeError.rejected rejection)
        member _.Cancelled reason = Error(ScopeError.cancelled reason)

/// A caller that waits for an item.
[<Sealed>]
type internal ReceiveWait<'T, 'R, 'S when 'S: struct and 'S :> IReceived<'T, 'R>>(source: ISource<'T>) as this
    =
    inherit ParkedWait<'R>()
    let arm = ReceiveArm<'T>(this, source, HearsClose = true)

    static member Give(source: ISource<'T>, verdict: Verdict, item: 'T) : 'R =
        match verdict with
        | Verdict.Done -> Unchecked.defaultof<'S>.Item item
        | Verdict.Failed -> Unchecked.defaultof<'S>.Failed source.Failure
        | Verdict.Full -> Unchecked.defaultof<'S>.Refused source.Rejection
        | _ -> Unchecked.defaultof<'S>.Closed source

    member _.Arm = arm
    override _.LeaveQueues() = arm.Leave()

    override this.Read() =
        if isThere this.Reason then
            Unchecked.defaultof<'S>.Cancelled this.Reason
        else
            let result = ReceiveWait<'T, 'R, 'S>.Give(source, arm.Verdict, arm.Item)
            arm.Clear()
            result

    override this.Recycle() = source.ReturnReceiver this
    override _.What = $"an item of '{source.Name}'"

/// A caller that waits for a place. 'U is how its face spells "no value".
[<Sealed>]
type internal SendWait<'T, 'U, 'E>(sink: ISink<'T>) as this =
    inherit ParkedWait<Outcome<'U, 'E>>()
    let arm = SendArm<'T>(this, sink, HearsClose = true)

    static member Give(sink: ISink<'T>, verdict: Verdict) : Outcome<'U, 'E> =
        match verdict with
        | Verdict.Done -> Ok Unchecked.defaultof<'U>
        | refused -> Error(ScopeError.rejected (sink.Refusal refused))

    member _.Arm = arm
    override _.LeaveQueues() = arm.Leave()

    override this.Read() =
        let result =
            if isThere this.Reason then
                Error(ScopeError.cancelled this.Reason)
            else
                SendWait<'T, 'U, 'E>.Give(sink, arm.Verdict)

        arm.Finish()
        arm.Clear()
        result

    override this.Recycle() = sink.ReturnSender this
    override _.What = $"a place in '{sink.Name}'"

/// Sending and receiving, as both faces do it.
[<AbstractClass; Sealed>]
type internal Items =

    /// The gate is held, and there is nothing to take.
    static member private WaitToReceive<'T, 'R, 'S when 'S: struct and 'S :> IReceived<'T, 'R>>
        (source: ISource<'T>, context: WorkContext, token: CancellationToken)
        : ValueTask<'R> =
        let wait =
            match box (source.TakeSpareReceiver()) with
            | :? ReceiveWait<'T, 'R, 'S> as spare -> spare
            | _ -> ReceiveWait<'T, 'R, 'S> source

        wait.Begin context
        source.Receivers.Join wait.Arm
        source.Gate.Exit()
        wait.Park token

    static member Receive<'T, 'R, 'S when 'S: struct and 'S :> IReceived<'T, 'R>>
        (source: ISource<'T>, context: WorkContext, token: CancellationToken)
        : ValueTask<'R> =
        let mutable wakes = WakeList()
        let mutable item = Unchecked.defaultof<'T>
        source.Gate.Enter()

        match source.TryTake(&item, &wakes) with
        | Verdict.Nothing -> Items.WaitToReceive<'T, 'R, 'S>(source, context, token)
        | verdict ->
            source.Gate.Exit()
            wakes.Run()
            ValueTask<'R>(ReceiveWait<'T, 'R, 'S>.Give(source, verdict, item))

    /// An item, if there is one now.
    static member TryReceive(source: ISource<'T>, item: byref<'T>) : Verdict =
        let mutable wakes = WakeList()
        source.Gate.Enter()
        let verdict = source.TryTake(&item, &wakes)
        source.Gate.Exit()
        wakes.Run()
        verdict

    /// The gate is held, and there is no place.
    static member private WaitToSend<'T, 'U, 'E>
        (sink: ISink<'T>, item: 'T, rank: int, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<'U, 'E>> =
        let wait =
            match box (sink.TakeSpareSender()) with
            | :? SendWait<'T, 'U, 'E> as spare -> spare
            | _ -> SendWait<'T, 'U, 'E> sink

        wait.Begin context
        wait.Arm.Item <- item
        wait.Arm.Rank <- rank
        sink.Senders.Join wait.Arm
        sink.Gate.Exit()
        wait.Park token

    static member Send<'T, 'U, 'E>
        (sink: ISink<'T>, item: 'T, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<'U, 'E>> =
        let mutable wakes = WakeList()
        let mutable drops = Drops()
        let rank = sink.RankOf item
        sink.Gate.Enter()

        match sink.TryPut(item, rank, &wakes, &drops) with
        | Verdict.Nothing -> Items.WaitToSend<'T, 'U, 'E>(sink, item, rank, context, token)
        | verdict ->
            sink.Gate.Exit()
            wakes.Run()
            drops.Tell sink.Owner
            ValueTask<Outcome<'U, 'E>>(SendWait<'T, 'U, 'E>.Give(sink, verdict))

    /// Sends if that needs no wait. `Nothing` and `Full`: there is no place.
    static member TrySend(sink: ISink<'T>, item: 'T) : Verdict =
        let mutable wakes = WakeList()
        let mutable drops = Drops()
        let rank = sink.RankOf item
        sink.Gate.Enter()
        let verdict = sink.TryPut(item, rank, &wakes, &drops)
        sink.Gate.Exit()
        wakes.Run()
        drops.Tell sink.Owner
        verdict

/// The same where nobody has asked yet whether the caller was told to stop.
[<AbstractClass; Sealed>]
type internal ItemDoor =

    /// Missing: nothing speaks against the wait.
    static member private Stop(context: WorkContext, token: CancellationToken) : CancelReason =
        if token.IsCancellationRequested then
            CancelReason.TokenFired "caller"
        elif isThere context && context.IsCancelled then
            match context.Reason with
            | null -> CancelReason.Requested "cancelled"
            | reason -> reason
        else
            nothing

    static member Send<'T, 'U, 'E>
        (sink: ISink<'T>, item: 'T, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<'U, 'E>> =
        let reason = ItemDoor.Stop(context, token)

        if isThere reason then
            ValueTask<_>(Error(ScopeError.cancelled reason))
        else
            Items.Send<'T, 'U, 'E>(sink, item, context, token)

    /// An item; the end of the channel is an error.
    static member Receive<'T, 'E>
        (source: ISource<'T>, context: WorkContext, token: CancellationToken)
        : ValueTask<Outcome<'T, 'E>> =
        let reason = ItemDoor.Stop(context, token)

        if isThere reason then
            ValueTask<_>(Error(ScopeError.cancelled reason))
        else
            Items.Receive<'T, _, ItemReceived<'T, 'E>>(source, context, token)
