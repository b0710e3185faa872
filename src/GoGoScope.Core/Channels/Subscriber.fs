namespace GoGoScope

open GoGoScope.Missing

/// One reader of a broadcast. It reads the shared ring by a cursor; what it alone gets (through a filter, or after it was
/// cut off) stands in a ring of its own. Its fields belong to the gate of the broadcast.
[<AbstractClass>]
type internal Subscriber<'T>(gate: Gate, name: string, options: SubscribeOptions<'T>, owner: WorkContext) =
    let receivers = ArmQueue gate
    let mutable spares = Spares<ParkedCaller>()

    [<DefaultValue(false)>]
    val mutable Own: Ring<'T>

    /// The next message in the shared ring.
    [<DefaultValue(false)>]
    val mutable Next: int64

    /// Its place in the list of subscribers; -1: it gets no more messages.
    [<DefaultValue(false)>]
    val mutable Place: int

    /// How it ended: `Nothing` while it has not.
    [<DefaultValue(false)>]
    val mutable End: Verdict

    [<DefaultValue(false)>]
    val mutable Failure: exn

    [<DefaultValue(false)>]
    val mutable Dropped: int64

    member _.Options = options
    member _.Owner = owner
    member _.Receivers = receivers
    member _.IsShared = isNull options.Filter

    /// Takes its oldest message. Under the gate.
    abstract TryTake: item: byref<'T> * wakes: byref<WakeList> -> Verdict

    interface ISource<'T> with
        member _.Name = name
        member _.Gate = gate
        member _.Receivers = receivers
        member this.TryTake(item, wakes) = this.TryTake(&item, &wakes)
        member this.Failure = this.Failure

        member this.Rejection =
            if this.End = Verdict.Full then
                Rejection.QueueFull options.Lag
            else
                Rejection.ChannelClosed name

        member _.TakeSpareReceiver() = spares.Take()
        member _.ReturnReceiver spare = spares.Return spare

/// A message on its way, with the filtered subscribers that want it; missing when there are none.
[<Struct; NoComparison; NoEquality>]
type internal Message<'T> = {
    Item: 'T
    Wanted: Subscriber<'T> array
}
