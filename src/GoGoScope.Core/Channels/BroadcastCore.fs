namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open GoGoScope.Missing

/// A message in the shared ring, and how many have still to read it.
[<Struct; NoComparison; NoEquality>]
type internal Slot<'T> =
    val mutable Item: 'T
    val mutable Left: int

/// A message on its way, with the filtered subscribers that want it; missing when there are none.
[<Struct; NoComparison; NoEquality>]
type internal Message<'T> = {
    Item: 'T
    Wanted: Subscriber<'T> array
}

/// One reader of a broadcast. It reads the shared ring by a cursor; what it alone gets (through a filter, or after it was
/// cut off) stands in a ring of its own. Its fields belong to the hub's gate.
and [<Sealed>] internal Subscriber<'T>
    (hub: BroadcastCore<'T>, options: SubscribeOptions<'T>, owner: WorkContext) =
    let receivers = ArmQueue hub.Gate
    let mutable spares = Spares<ParkedCaller>()

    [<DefaultValue(false)>]
    val mutable Own: Ring<'T>

    /// The next message in the shared ring.
    [<DefaultValue(false)>]
    val mutable Next: int64

    /// Its place in the hub's list; -1: it gets no more messages.
    [<DefaultValue(false)>]
    val mutable Place: int

    /// How it ended: `Nothing` while it has not.
    [<DefaultValue(false)>]
    val mutable End: Verdict

    [<DefaultValue(false)>]
    val mutable Failure: exn

    [<DefaultValue(false)>]
    val mutable Dropped: int64

    member _.Hub = hub
    member _.Options = options
    member _.Owner = owner
    member _.Receivers = receivers
    member _.IsShared = isNull options.Filter

    interface ISource<'T> with
        member _.Gate = hub.Gate
        member _.Receivers = receivers
        member this.TryTake(item, wakes) = hub.TryTake(this, &item, &wakes)
        member this.Failure = this.Failure

        member this.Rejection =
            if this.End = Verdict.Full then
                Rejection.QueueFull options.Lag
            else
                Rejection.ChannelClosed hub.Name

        member _.TakeSpareReceiver() = spares.Take()
        member _.ReturnReceiver spare = spares.Return spare

/// The rules of a broadcast: one ring, written once per message, with a cursor per subscriber. Everything is decided under
/// one gate.
and [<Sealed>] internal BroadcastCore<'T>(name: string, owner: WorkContext) as this =
    let gate = Gate()
    let senders = ArmQueue(gate, Keeper = this)
    let subscribers = List<Subscriber<'T>>()
    let mutable filtered: Subscriber<'T> array = Array.empty
    let mutable slots = Array.zeroCreate<Slot<'T>> 16
    let mutable head = 0L
    let mutable tail = 0L
    let mutable closed = false
    let mutable spares = Spares<ParkedCaller>()

    member _.Gate: Gate = gate
    member _.Name: string = name
    member _.Owner: WorkContext = owner
    member _.IsClosed = Volatile.Read(&closed)

    member _.Subscribers =
        gate.Enter()
        let count = subscribers.Count
        gate.Exit()
        count

    // ---- the ring ----

    member private _.Slot(number: int64) =
        int (number &&& int64 (slots.Length - 1))

    member private this.Grow() =
        let larger = Array.zeroCreate<Slot<'T>>(slots.Length * 2)

        for number in head .. tail - 1L do
            larger[int (number &&& int64 (larger.Length - 1))] <- slots[this.Slot number]

        slots <- larger

    /// Gives up what all have read.
    member private this.Trim() =
        while head < tail && slots[this.Slot head].Left = 0 do
            slots[this.Slot head] <- Unchecked.defaultof<_>
            head <- head + 1L

    member private this.Write(item: 'T, left: int) =
        if left = 0 && head = tail then
            head <- head + 1L
        else
            if tail - head = int64 slots.Length then
                this.Grow()

            let place = this.Slot tail
            slots[place].Item <- item
            slots[place].Left <- left

        tail <- tail + 1L

    /// The subscriber's oldest message.
    member private this.ReadNext(subscriber: Subscriber<'T>) : 'T =
        if subscriber.Own.Count > 0 then
            subscriber.Own.Pop()
        else
            let place = this.Slot subscriber.Next
            let item = slots[place].Item
            slots[place].Left <- slots[place].Left - 1
            subscriber.Next <- subscriber.Next + 1L

            if slots[place].Left = 0 then
                this.Trim()

            item

    /// How many messages it has not read.
    member _.LagOf(subscriber: Subscriber<'T>) : int =
        if subscriber.Place >= 0 && subscriber.IsShared then
            int (tail - subscriber.Next)
        else
            subscriber.Own.Count

    // ---- subscribers ----

    /// Takes it off the list; what it has not read stays its own.
    member private this.Remove(subscriber: Subscriber<'T>, keepsUnread: bool) =
        if subscriber.Place >= 0 then
            if subscriber.IsShared then
                let mutable unread = this.LagOf subscriber

                while unread > 0 do
                    unread <- unread - 1
                    let place = this.Slot subscriber.Next

                    if keepsUnread then
                        subscriber.Own.Push slots[place].Item

                    slots[place].Left <- slots[place].Left - 1
                    subscriber.Next <- subscriber.Next + 1L

                this.Trim()
            else
                filtered <-
                    filtered
                    |> Array.filter (fun other -> not (obj.ReferenceEquals(other, subscriber)))

            let last = subscribers[subscribers.Count - 1]
            subscribers[subscriber.Place] <- last
            last.Place <- subscriber.Place
            subscribers.RemoveAt(subscribers.Count - 1)
            subscriber.Place <- -1

        if not keepsUnread then
            while subscriber.Own.Count > 0 do
                subscriber.Own.Pop() |> ignore

    /// False: the broadcast is closed.
    member _.Add(subscriber: Subscriber<'T>) : bool =
        gate.Enter()

        if not closed then
            subscriber.Next <- tail
            subscriber.Place <- subscribers.Count
            subscribers.Add subscriber

            if not subscriber.IsShared then
                filtered <- Array.append filtered [| subscriber |]

        let added = not closed
        gate.Exit()
        added

    /// It gets no more messages. Once; later calls change nothing.
    member this.End(subscriber: Subscriber<'T>, verdict: Verdict, failure: exn) =
        let mutable wakes = WakeList()
        gate.Enter()

        if subscriber.End = Verdict.Nothing then
            this.Remove(subscriber, (verdict = Verdict.Failed))
            subscriber.End <- verdict
            subscriber.Failure <- failure
            Line.EndAll<'T>(subscriber.Receivers, verdict, &wakes)
            this.Admit &wakes

        gate.Exit()
        wakes.Run()

    // ---- messages ----

    member private this.Holds(subscriber: Subscriber<'T>) =
        subscriber.Place >= 0
        && subscriber.Options.WhenSlow = SlowSubscriber.Wait
        && this.LagOf subscriber >= subscriber.Options.Lag

    member private this.CanPut(wanted: Subscriber<'T> array) =
        let mutable free = true

        for subscriber in subscribers do
            if subscriber.IsShared && this.Holds subscriber then
                free <- false

        if isThere wanted then
            for subscriber in wanted do
                if this.Holds subscriber then
                    free <- false

        free

    /// Whether the message has to be kept for it.
    member private this.Offer
        (subscriber: Subscriber<'T>, item: 'T, wakes: byref<WakeList>, drops: byref<Drops>)
        : bool =
        let arm =
            if subscriber.Receivers.IsEmpty then
                nothing
            else
                subscriber.Receivers.TryWin()

        if isThere arm then
            let receiver = Line.Item<'T> arm
            receiver.Item <- item
            receiver.Verdict <- Verdict.Done
            wakes.Add arm.Owner
            subscriber.Next <- tail + 1L // whoever waits has read everything
            false
        elif this.LagOf subscriber < subscriber.Options.Lag then
            true
        elif subscriber.Options.WhenSlow = SlowSubscriber.DropOldest then
            subscriber.Dropped <- subscriber.Dropped + 1L
            drops.Add(this.ReadNext subscriber, subscriber.Options.OnDropped)
            true
        else
            this.Remove(subscriber, true)
            subscriber.End <- Verdict.Full
            subscriber.Dropped <- subscriber.Dropped + 1L
            drops.Add(item, subscriber.Options.OnDropped)
            false

    member private this.Put(message: Message<'T>, wakes: byref<WakeList>, drops: byref<Drops>) =
        let mutable left = 0
        let mutable place = subscribers.Count - 1 // one that is cut off is replaced by one that was looked at

        while place >= 0 do
            let subscriber = subscribers[place]

            if subscriber.IsShared && this.Offer(subscriber, message.Item, &wakes, &drops) then
                left <- left + 1

            place <- place - 1

        this.Write(message.Item, left)

        if isThere message.Wanted then
            for subscriber in message.Wanted do
                if subscriber.Place >= 0 && this.Offer(subscriber, message.Item, &wakes, &drops) then
                    subscriber.Own.Push message.Item

    /// Lets those in whose messages all can take now, in their order.
    member private this.Admit(wakes: byref<WakeList>) =
        let mutable arm = senders.First

        while isThere arm do
            let sender = Line.Item<Message<'T>> arm

            if this.CanPut sender.Item.Wanted then
                senders.Remove arm

                if arm.TryWin() then
                    this.Put(sender.Item, &wakes, &sender.Drops)
                    sender.Verdict <- Verdict.Done
                    wakes.Add arm.Owner

                arm <- senders.First
            else
                arm <- nothing

    member this.TryTake(subscriber: Subscriber<'T>, item: byref<'T>, wakes: byref<WakeList>) : Verdict =
        if this.LagOf subscriber > 0 then
            item <- this.ReadNext subscriber

            if not senders.IsEmpty then
                this.Admit &wakes

            Verdict.Done
        elif subscriber.End <> Verdict.Nothing then
            subscriber.End
        elif closed then
            Verdict.Closed
        else
            Verdict.Nothing

    member this.TryPut(message: Message<'T>, wakes: byref<WakeList>, drops: byref<Drops>) : Verdict =
        if closed then
            Verdict.Closed
        elif (senders.IsEmpty || isMissing senders.First) && this.CanPut message.Wanted then
            this.Put(message, &wakes, &drops)
            Verdict.Done
        else
            Verdict.Nothing

    member this.Close() : bool =
        let mutable wakes = WakeList()
        gate.Enter()
        let first = not closed

        if first then
            Volatile.Write(&closed, true)
            Line.EndAll<Message<'T>>(senders, Verdict.Closed, &wakes)

            for subscriber in subscribers do
                Line.EndAll<'T>(subscriber.Receivers, Verdict.Closed, &wakes)

        gate.Exit()
        wakes.Run()
        first

    /// Asks the filters. The user's code: outside every gate.
    member this.Address(item: 'T) : Message<'T> =
        let asked = Volatile.Read(&filtered)

        if asked.Length = 0 then
            { Item = item; Wanted = nothing }
        else
            let wanted = List<Subscriber<'T>>()

            for subscriber in asked do
                try
                    match subscriber.Options.Filter with
                    | null -> ()
                    | filter ->
                        if filter.Invoke item then
                            wanted.Add subscriber
                with failure ->
                    this.End(subscriber, Verdict.Failed, failure)

            {
                Item = item
                Wanted = if wanted.Count = 0 then nothing else wanted.ToArray()
            }

    interface IQueueKeeper with
        member this.OnLeft(_, wakes) = this.Admit &wakes

    interface ISink<Message<'T>> with
        member _.Gate = gate
        member _.Senders = senders
        member this.TryPut(message, _, wakes, drops) = this.TryPut(message, &wakes, &drops)
        member _.RankOf _ = 0
        member _.Owner = owner
        member _.Refusal _ = Rejection.ChannelClosed name
        member _.TakeSpareSender() = spares.Take()
        member _.ReturnSender spare = spares.Return spare
