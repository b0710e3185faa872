namespace GoGoScope

open System

/// What happens when a subscriber has more unread messages than its lag allows.
type SlowSubscriber =
    /// The sender waits for it.
    | Wait = 0
    /// The subscriber loses its oldest message.
    | DropOldest = 1
    /// The subscriber gets no more messages: after those that it has, it is told so (`QueueFull`).
    | Disconnect = 2

/// How one subscriber reads a broadcast. Start from `SubscribeOptions.Default` and change what you need with `with`.
[<NoComparison; NoEquality>]
type SubscribeOptions<'T> = {
    /// Most messages that it may have unread, 1 or more. Default: 64.
    Lag: int
    /// What happens past that. Default: the sender waits.
    WhenSlow: SlowSubscriber
    /// Which messages it wants. Asked once per message, on the thread of the sender, outside every lock; if it throws, the
    /// subscriber gets `Crashed` after what it has. Default: null, all.
    Filter: Func<'T, bool> | null
    /// Called with every message that it loses, as the `OnDropped` of a channel. Default: nothing.
    OnDropped: Action<'T>
}

/// The values to start from.
[<AbstractClass; Sealed>]
type SubscribeOptions =

    /// All messages, 64 unread ones at most, for which the sender waits.
    static member Default<'T>() : SubscribeOptions<'T> = {
        Lag = 64
        WhenSlow = SlowSubscriber.Wait
        Filter = null
        OnDropped = Silence<'T>.Told
    }

    static member internal Check(options: SubscribeOptions<'T>) =
        Checks.notNull (nameof options) (box options)
        Checks.notNull (nameof options.OnDropped) options.OnDropped
        Checks.atLeastOne (nameof options.Lag) options.Lag

        if
            options.WhenSlow < SlowSubscriber.Wait
            || options.WhenSlow > SlowSubscriber.Disconnect
        then
            raise (
                ArgumentOutOfRangeException(
                    nameof options.WhenSlow,
                    options.WhenSlow,
                    "Must be Wait, DropOldest or Disconnect."
                )
            )
