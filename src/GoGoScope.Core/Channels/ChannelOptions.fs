namespace GoGoScope

open System

/// What a bounded channel does with an item for which it has no place.
type FullMode =
    /// The sender waits for a place.
    | Wait = 0
    /// The item that waits longest is dropped; in a priority channel the last in line. A channel of capacity 0 drops the
    /// item that is being sent.
    | DropOldest = 1
    /// The item that is being sent is dropped.
    | DropNewest = 2
    /// The sender is refused (`QueueFull`).
    | Reject = 3

/// Who is told of what is dropped, if nobody asks for it.
[<AbstractClass; Sealed>]
type internal Silence<'T> private () =
    static member val Told = Action<'T>(fun _ -> ())

/// How a channel behaves. Start from `ChannelOptions.Default` and change what you need with `with`.
[<NoComparison; NoEquality>]
type ChannelOptions<'T> = {
    /// What it is called in errors. Default: "channel".
    Name: string
    /// Most items that it holds; 0 hands each item from sender to receiver; `ChannelOptions.Unbounded` for no limit. Default: 0.
    Capacity: int
    /// What happens to an item for which there is no place. Default: its sender waits.
    WhenFull: FullMode
    /// Called with every item that is dropped, on the thread of the sender that caused it, outside every lock. What it throws
    /// goes to the hook `OnUnobserved`. Default: nothing.
    OnDropped: Action<'T>
    /// A number that says which items are received first: the lowest, and equals in the order in which they were sent. Asked once
    /// per item, by its sender. Default: null, all are equal.
    Rank: Func<'T, int> | null
}

/// The values to start from.
[<AbstractClass; Sealed>]
type ChannelOptions =

    /// No limit: to be spelled, because a channel without one hides that its receivers are too slow until memory ends.
    static member Unbounded: int = Int32.MaxValue

    /// A rendezvous: capacity 0, senders wait.
    static member Default<'T>() : ChannelOptions<'T> = {
        Name = "channel"
        Capacity = 0
        WhenFull = FullMode.Wait
        OnDropped = Silence<'T>.Told
        Rank = null
    }

    static member internal Check(options: ChannelOptions<'T>) =
        Checks.notNull (nameof options) (box options)
        Checks.notNull (nameof options.Name) options.Name
        Checks.notNull (nameof options.OnDropped) options.OnDropped

        if options.Capacity < 0 then
            raise (
                ArgumentOutOfRangeException(
                    nameof options.Capacity,
                    options.Capacity,
                    $"A capacity must be 0 or more, or ChannelOptions.Unbounded, but was {options.Capacity}."
                )
            )

        if options.WhenFull < FullMode.Wait || options.WhenFull > FullMode.Reject then
            raise (
                ArgumentOutOfRangeException(
                    nameof options.WhenFull,
                    options.WhenFull,
                    "Must be Wait, DropOldest, DropNewest or Reject."
                )
            )

/// A channel at one moment.
[<Struct; NoComparison>]
type ChannelStatistics = {
    /// Items that it holds.
    Count: int
    /// The most items that it ever held.
    Peak: int
    /// Senders that wait for a place.
    WaitingSenders: int
    /// Receivers that wait for an item.
    WaitingReceivers: int
    /// Items that were dropped so far.
    Dropped: int64
}
