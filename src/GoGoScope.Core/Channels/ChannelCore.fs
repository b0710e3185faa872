namespace GoGoScope

open System
open GoGoScope.Missing

/// The rules of a channel. Everything is decided under one gate, and whoever is served while waiting was claimed under it:
/// nothing is lost, nothing is given twice, nobody overtakes one who waits.
[<Sealed>]
type internal ChannelCore<'T>(options: ChannelOptions<'T>, owner: WorkContext) =
    let gate = Gate()
    let senders = ArmQueue gate
    let receivers = ArmQueue gate
    let capacity = options.Capacity
    let rank = options.Rank
    let heap: Heap<'T> = if isNull rank then nothing else Heap()
    let mutable ring = Ring<'T>()
    let mutable closed = false
    let mutable failure: exn = nothing
    let mutable peak = 0
    let mutable dropped = 0L
    let mutable spareSenders = Spares<ParkedCaller>()
    let mutable spareReceivers = Spares<ParkedCaller>()

    member _.Gate = gate
    member _.Options = options
    member _.Owner = owner
    member _.Receivers = receivers
    member _.Senders = senders
    member _.IsClosed = System.Threading.Volatile.Read(&closed)
    member _.Failure = failure

    member _.Held = if isMissing heap then ring.Count else heap.Count

    member private this.Push(item: 'T, rank: int) =
        if isMissing heap then
            ring.Push item
        else
            heap.Push(item, rank)

        if this.Held > peak then
            peak <- this.Held

    member private _.Pop() =
        if isMissing heap then ring.Pop() else heap.Pop()

    member private _.Drop(item: 'T, drops: byref<Drops>) =
        dropped <- dropped + 1L
        drops.Add(item, options.OnDropped)
        Verdict.Done

    /// A place became free: the first of those who wait for one gets it.
    member private this.Admit(wakes: byref<WakeList>) =
        if not senders.IsEmpty then
            let arm = senders.TryWin()

            if isThere arm then
                let sender = Line.Item<'T> arm
                this.Push(sender.Item, sender.Rank)
                sender.Verdict <- Verdict.Done
                wakes.Add arm.Owner

    /// Under the gate.
    member this.TryTake(item: byref<'T>, wakes: byref<WakeList>) : Verdict =
        if this.Held > 0 then
            item <- this.Pop()
            this.Admit &wakes
            Verdict.Done
        elif closed then
            if isMissing failure then Verdict.Closed else Verdict.Failed
        elif senders.IsEmpty then
            Verdict.Nothing
        else
            let arm = senders.TryWin()

            if isMissing arm then
                Verdict.Nothing
            else
                let sender = Line.Item<'T> arm
                item <- sender.Item
                sender.Verdict <- Verdict.Done
                wakes.Add arm.Owner
                Verdict.Done

    member private this.PutFull(item: 'T, rank: int, drops: byref<Drops>) : Verdict =
        match options.WhenFull with
        | FullMode.Wait -> Verdict.Nothing
        | FullMode.Reject -> Verdict.Full
        | FullMode.DropNewest -> this.Drop(item, &drops)
        | _ when capacity = 0 -> this.Drop(item, &drops)
        | _ when isMissing heap ->
            let oldest = ring.Pop()
            ring.Push item
            this.Drop(oldest, &drops)
        | _ when heap.WouldBeLast rank -> this.Drop(item, &drops)
        | _ ->
            let last = heap.PopLast()
            heap.Push(item, rank)
            this.Drop(last, &drops)

    /// Under the gate.
    member this.TryPut(item: 'T, rank: int, wakes: byref<WakeList>, drops: byref<Drops>) : Verdict =
        if closed then
            Verdict.Closed
        else
            // whoever waits for an item found none: it goes to the first of them
            let arm = if receivers.IsEmpty then nothing else receivers.TryWin()

            if isThere arm then
                let receiver = Line.Item<'T> arm
                receiver.Item <- item
                receiver.Verdict <- Verdict.Done
                wakes.Add arm.Owner
                Verdict.Done
            elif this.Held < capacity then
                this.Push(item, rank)
                Verdict.Done
            else
                this.PutFull(item, rank, &drops)

    /// Ends the channel, once. False: it had ended already. Those who wait to send are refused; those who wait to receive
    /// found it empty.
    member _.Close(cause: exn) : bool =
        let mutable wakes = WakeList()
        gate.Enter()
        let first = not closed

        if first then
            failure <- cause
            System.Threading.Volatile.Write(&closed, true)
            Line.EndAll<'T>(senders, Verdict.Closed, &wakes)

            let verdict = if isMissing cause then Verdict.Closed else Verdict.Failed

            Line.EndAll<'T>(receivers, verdict, &wakes)

        gate.Exit()
        wakes.Run()
        first

    member this.Statistics: ChannelStatistics =
        gate.Enter()

        let now = {
            Count = this.Held
            Peak = peak
            WaitingSenders = senders.Count
            WaitingReceivers = receivers.Count
            Dropped = dropped
        }

        gate.Exit()
        now

    member _.RankOf(item: 'T) =
        match rank with
        | null -> 0
        | rank -> rank.Invoke item

    interface ISource<'T> with
        member _.Name = options.Name
        member _.Gate = gate
        member _.Receivers = receivers
        member this.TryTake(item, wakes) = this.TryTake(&item, &wakes)
        member _.Failure = failure
        member _.Rejection = Rejection.ChannelClosed options.Name
        member _.TakeSpareReceiver() = spareReceivers.Take()
        member _.ReturnReceiver spare = spareReceivers.Return spare

    interface ISink<'T> with
        member _.Name = options.Name
        member _.Gate = gate
        member _.Senders = senders
        member this.TryPut(item, rank, wakes, drops) = this.TryPut(item, rank, &wakes, &drops)
        member this.RankOf item = this.RankOf item
        member _.Owner = owner

        member _.Refusal verdict =
            if verdict = Verdict.Full then
                Rejection.QueueFull capacity
            else
                Rejection.ChannelClosed options.Name

        member _.TakeSpareSender() = spareSenders.Take()
        member _.ReturnSender spare = spareSenders.Return spare
