namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open GoGoScope.Missing

/// The rules of a broadcast: one ring, written once per message, with a cursor per subscriber. Everything is decided under
/// one gate.
[<Sealed>]
type internal BroadcastCore<'T>(name: string, owner: WorkContext) as this =
    let gate = Gate()
    let senders = ArmQueue(gate, Keeper = this)
    let subscribers = List<Subscriber<'T>>()
    let mutable filtered: Subscriber<'T> array = Array.empty
    let ring = SharedRing<'T>()
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

    /// The subscriber's oldest message.
    member private _.ReadNext(subscriber: Subscriber<'T>) : 'T =
        if subscriber.Own.Count > 0 then
            subscriber.Own.Pop()
        else
            ring.Read &subscriber.Next

    /// How many messages it has not read.
    member _.LagOf(subscriber: Subscriber<'T>) : int =
        if subscriber.Place >= 0 && subscriber.IsShared then
            int (ring.Tail - subscriber.Next)
        else
            subscriber.Own.Count

    // ---- subscribers ----

    /// Takes it off the list; what it has not read stays its own.
    member private this.Remove(subscriber: Subscriber<'T>, keepsUnread: bool) =
        if subscriber.Place >= 0 then
            if subscriber.IsShared then
                while subscriber.Next < ring.Tail do
                    let item = ring.Read &subscriber.Next

                    if keepsUnread then
                        subscriber.Own.Push item
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
            subscriber.Next <- ring.Tail
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
            subscriber.Next <- ring.Tail + 1L // whoever waits has read everything
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

        ring.Write(message.Item, left)

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
        member _.Name = name
        member _.Gate = gate
        member _.Senders = senders
        member this.TryPut(message, _, wakes, drops) = this.TryPut(message, &wakes, &drops)
        member _.RankOf _ = 0
        member _.Owner = owner
        member _.Refusal _ = Rejection.ChannelClosed name
        member _.TakeSpareSender() = spares.Take()
        member _.ReturnSender spare = spares.Return spare

/// A subscriber of this broadcast.
[<Sealed>]
type internal HubSubscriber<'T>(hub: BroadcastCore<'T>, options: SubscribeOptions<'T>, owner: WorkContext) =
    inherit Subscriber<'T>(hub.Gate, hub.Name, options, owner)
    member _.Hub = hub
    override this.TryTake(item, wakes) = hub.TryTake(this, &item, &wakes)
