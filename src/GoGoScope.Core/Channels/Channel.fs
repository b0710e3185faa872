namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Reads a channel item by item. Its waits end with its token, by an `OperationCanceledException`, as sequences have it.
[<Sealed>]
type internal ItemReader<'T>(source: ISource<'T>, context: WorkContext, token: CancellationToken) as this =
    inherit ParkedWait<bool>()
    let arm = ReceiveArm<'T>(this, source, HearsClose = true)
    let mutable current = Unchecked.defaultof<'T>

    member private _.Take(verdict: Verdict, item: 'T) : bool =
        match verdict with
        | Verdict.Done ->
            current <- item
            true
        | Verdict.Failed -> raise (AggregateException("The channel was failed.", source.Failure))
        | Verdict.Full -> raise (InvalidOperationException $"The receiver was cut off: {source.Rejection}")
        | _ -> false

    override _.LeaveQueues() = arm.Leave()

    override _.Recycle() = ()
    override _.What = $"an item of '{source.Name}'"

    override this.Read() =
        if isThere this.Reason then
            raise (OperationCanceledException($"The wait for an item was cancelled: {this.Reason}", token))

        let item = arm.Item
        let verdict = arm.Verdict
        arm.Clear()
        this.Take(verdict, item)

    interface IAsyncEnumerator<'T> with
        member _.Current = current

        member this.MoveNextAsync() =
            let mutable wakes = WakeList()
            let mutable item = Unchecked.defaultof<'T>
            token.ThrowIfCancellationRequested()
            source.Gate.Enter()

            match source.TryTake(&item, &wakes) with
            | Verdict.Nothing when this.Taken ->
                // a cancel has yet to say so, at any time: another wait must not begin under it
                source.Gate.Exit()
                raise (OperationCanceledException("The wait for an item was cancelled.", token))
            | Verdict.Nothing ->
                this.Begin context
                source.Receivers.Join arm
                source.Gate.Exit()
                this.Park token
            | verdict ->
                source.Gate.Exit()
                wakes.Run()
                ValueTask<bool>(this.Take(verdict, item))

        member _.DisposeAsync() =
            current <- Unchecked.defaultof<'T>
            ValueTask()

/// Carries items from senders to receivers, first in first out, also among those who wait. Any number of both, on any threads.
/// An item goes to exactly one receiver. Made by `Channel.create` and its sisters in a scope, at whose end it closes; or by
/// the constructor, on its own. A sequence: reading it takes the items.
[<Sealed>]
type Channel<'T> internal (core: ChannelCore<'T>) =

    /// A channel that belongs to no scope: close it yourself.
    new(options: ChannelOptions<'T>) =
        ChannelOptions.Check options
        Channel<'T>(ChannelCore<'T>(options, nothing))

    member internal _.Core = core

    /// What it is called in errors.
    member _.Name = core.Options.Name

    /// The most items that it holds; `Int32.MaxValue` for no limit.
    member _.Capacity = core.Options.Capacity

    /// The items that it holds now, without those of senders who wait.
    member _.Count = core.Statistics.Count

    /// Whether it was closed or failed. It may still hold items.
    member _.IsClosed = core.IsClosed

    /// What it holds and who waits, at one moment.
    member _.Statistics: ChannelStatistics = core.Statistics

    /// Sends without waiting.
    /// Returns whether the item was taken: by a receiver, into the buffer, or by a mode that drops. False when the channel is full or
    /// closed.
    member _.TrySend(item: 'T) : bool =
        Items.TrySend(core, item) = Verdict.Done

    /// Receives without waiting. False when nothing is there now.
    member _.TryReceive([<System.Runtime.InteropServices.Out>] item: byref<'T>) : bool =
        Items.TryReceive(core, &item) = Verdict.Done

    /// Takes no more items. What it holds can still be received; those who wait to send are refused, those who wait to
    /// receive get its end. Returns whether it was open; later calls change nothing.
    member _.Close() : bool = core.Close nothing

    /// As `Close`, for a reason: after what it holds, receivers get `Crashed` with it. Returns whether it was open.
    member _.Fail(failure: exn) : bool =
        Checks.notNull (nameof failure) failure
        core.Close failure

    /// Name and contents, for people.
    override this.ToString() =
        let state = if this.IsClosed then ", closed" else ""

        if this.Capacity = ChannelOptions.Unbounded then
            $"{this.Name} ({this.Count}{state})"
        else
            $"{this.Name} ({this.Count}/{this.Capacity}{state})"

    interface IAsyncEnumerable<'T> with
        member _.GetAsyncEnumerator(token) =
            new ItemReader<'T>(core, core.Owner, token)
