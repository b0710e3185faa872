namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Making channels in a scope, sending and receiving.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Channel =

    /// A channel with options. It closes at the end of the current scope, after the children have ended.
    let createWith (options: ChannelOptions<'T>) : Scoped<Channel<'T>, 'E> =
        ChannelOptions.Check options
        fun scope -> ChannelKernel.Create(scope, options)

    /// A channel that holds up to `capacity` items; with 0 each item goes from the hands of a sender into those of a receiver. A
    /// sender that finds no place waits. Closes at the end of the current scope.
    let create<'T, 'E> (capacity: int) : Scoped<Channel<'T>, 'E> =
        createWith {
            ChannelOptions.Default<'T>() with
                Capacity = capacity
        }

    /// A channel without a limit: only for senders that must not wait, and receivers that keep up.
    let unbounded<'T, 'E> : Scoped<Channel<'T>, 'E> =
        fun scope ->
            ChannelKernel.Create(
                scope,
                {
                    ChannelOptions.Default<'T>() with
                        Capacity = ChannelOptions.Unbounded
                }
            )

    /// Sends the item, waiting until a receiver or a place takes it. `Rejected (ChannelClosed ..)` when the channel is closed, then
    /// or while it waits. A cancel ends the wait, and the item was not sent.
    let inline send (item: 'T) (channel: Channel<'T>) : Scoped<unit, 'E> =
        fun scope -> ChannelStep.Send(scope, channel, item)

    /// Receives the next item, waiting until there is one. `ValueNone` when the channel is closed and drained; `Crashed` when it was
    /// failed and is drained. A cancel ends the wait, and nothing was taken.
    let inline receive (channel: Channel<'T>) : Scoped<'T voption, 'E> =
        fun scope -> ChannelStep.Receive(scope, channel)

    /// Waits for one item and takes all that are there now, up to `max` (1 or more), in their order. Empty when the channel is
    /// closed and drained.
    let receiveMany (max: int) (channel: Channel<'T>) : Scoped<'T array, 'E> =
        Checks.atLeastOne (nameof max) max
        fun scope -> ChannelKernel.ReceiveMany(scope, channel.Core, max)

    /// Sends without waiting: `QueueFull` when there is no place, `ChannelClosed` when the channel is closed.
    let trySend (item: 'T) (channel: Channel<'T>) : Result<unit, Rejection> =
        match Items.TrySend(channel.Core, item) with
        | Verdict.Done -> Ok()
        | Verdict.Nothing -> Error(Rejection.QueueFull channel.Capacity)
        | refused -> Error((channel.Core :> ISink<'T>).Refusal refused)

    /// Receives without waiting; `ValueNone` when nothing is there now.
    let tryReceive (channel: Channel<'T>) : 'T voption =
        let mutable item = Unchecked.defaultof<'T>

        if channel.TryReceive &item then
            ValueSome item
        else
            ValueNone

    /// Takes no more items; what the channel holds can still be received. Closing twice changes nothing.
    let close (channel: Channel<'T>) : unit = channel.Close() |> ignore

    /// As `close`, for a reason: after what it holds, receivers get `Crashed` with it.
    let fail (failure: exn) (channel: Channel<'T>) : unit = channel.Fail failure |> ignore

    /// A channel of the changed items, in their order, filled by a child of the current scope; as large as the source. It closes
    /// when the source is drained; the child stops when it is closed. What `change` throws fails the scope.
    let map (change: 'T -> 'U) (source: Channel<'T>) : Scoped<Channel<'U>, 'E> =
        fun scope ->
            Pipes.Through(
                scope,
                source,
                "map",
                fun target scope item -> ChannelKernel.SendIfOpen(scope, target, change item)
            )

    /// A channel of the items that pass, as `map`.
    let filter (passes: 'T -> bool) (source: Channel<'T>) : Scoped<Channel<'T>, 'E> =
        fun scope ->
            Pipes.Through(
                scope,
                source,
                "filter",
                fun target scope item ->
                    if passes item then
                        ChannelKernel.SendIfOpen(scope, target, item)
                    else
                        ValueTask<_>(Ok true)
            )

    /// A channel of the first `count` items (0 or more), as `map`. It takes no more than these from the source; 0 takes none.
    let take (count: int) (source: Channel<'T>) : Scoped<Channel<'T>, 'E> =
        if count < 0 then
            raise (ArgumentOutOfRangeException(nameof count, count, $"Must be 0 or more, but was {count}."))

        fun scope -> Pipes.Take(scope, count, source)

    /// One channel of the items of all, each source's in its order; as large as the largest. It closes when all are drained.
    let merge (sources: seq<Channel<'T>>) : Scoped<Channel<'T>, 'E> =
        Checks.notNull (nameof sources) sources
        fun scope -> Pipes.Merge(scope, Seq.toArray sources)

    /// A channel of arrays of up to `size` items (1 or more): one is sent when it is full, when `within` has passed since its first
    /// item, and when the source is drained. `within` is from zero to about 49 days, or `Timeout.InfiniteTimeSpan`.
    let batch (size: int) (within: TimeSpan) (source: Channel<'T>) : Scoped<Channel<'T array>, 'E> =
        Checks.atLeastOne (nameof size) size
        Checks.durationOrInfinite (nameof within) within
        fun scope -> Pipes.Batch(scope, size, within, source)

    /// Receives until the channel is closed and drained, and gives what `folder` made of all items.
    let reduce (folder: 'S -> 'T -> 'S) (seed: 'S) (source: Channel<'T>) : Scoped<'S, 'E> =
        Pipes.Reduce(folder, seed, source)

/// Channels that give the best item first.
[<RequireQualifiedAccess>]
module PriorityChannel =

    /// A channel that holds up to `capacity` items and gives the one with the lowest `rank` first, equals in the order in which
    /// they were sent. A sender that finds no place waits; the best of those who wait is next. Closes at the end of the
    /// current scope.
    let create (capacity: int) (rank: 'T -> int) : Scoped<Channel<'T>, 'E> =
        Channel.createWith {
            ChannelOptions.Default<'T>() with
                Capacity = capacity
                Rank = Func<'T, int> rank
        }

/// `for item in channel do` in a block.
[<AutoOpen>]
module ChannelSources =
    type ScopeBuilderBase with

        member inline _.Source(channel: Channel<'T>) : Channel<'T> = channel

        /// Receives until the channel is closed and drained. A cancel ends the wait as a value.
        member inline this.For
            (channel: Channel<'A>, [<InlineIfLambda>] body: 'A -> ScopeCode<'Top, 'E, unit>)
            : ScopeCode<'Top, 'E, unit> =
            ScopeCode<'Top, 'E, unit>(fun sm ->
                let mutable more = true

                (this.While(
                    (fun () -> more),
                    this.Bind(
                        Channel.receive channel,
                        fun item ->
                            ScopeCode<'Top, 'E, unit>(fun sm ->
                                match item with
                                | ValueSome item -> (body item).Invoke(&sm)
                                | ValueNone ->
                                    more <- false
                                    true)
                    )
                ))
                    .Invoke(&sm))
