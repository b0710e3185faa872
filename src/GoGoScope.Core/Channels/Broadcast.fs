namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// What one subscriber reads, in the order of sending. A sequence: reading it takes the messages. Ends with the scope in which
/// it was made, or by `Dispose`.
[<Sealed>]
type Subscription<'T> internal (subscriber: HubSubscriber<'T>) =
    member internal _.Core = subscriber

    /// Messages that it has not read yet.
    member _.Count =
        subscriber.Hub.Gate.Enter()
        let count = subscriber.Hub.LagOf subscriber
        subscriber.Hub.Gate.Exit()
        count

    /// Messages that it lost because it was too slow.
    member _.Dropped = Volatile.Read(&subscriber.Dropped)

    /// Receives without waiting. False when nothing is there now.
    member _.TryReceive([<System.Runtime.InteropServices.Out>] item: byref<'T>) : bool =
        Items.TryReceive(subscriber, &item) = Verdict.Done

    /// Ends the subscription: what it has not read is dropped, who waits for it gets its end, and the broadcast forgets it.
    member _.Dispose() =
        subscriber.Hub.End(subscriber, Verdict.Closed, nothing)

    interface IDisposable with
        member this.Dispose() = this.Dispose()

    interface IAsyncEnumerable<'T> with
        member _.GetAsyncEnumerator(token) =
            new ItemReader<'T>(subscriber, subscriber.Owner, token)

/// Carries every message to every subscriber that is there when it is sent, in order. Made by `Broadcast.create` in a scope, at
/// whose end it closes; or by the constructor, on its own.
[<Sealed>]
type Broadcast<'T> internal (core: BroadcastCore<'T>) =

    /// A broadcast that belongs to no scope: close it yourself.
    new(name: string) =
        Checks.notNull (nameof name) name
        Broadcast<'T>(BroadcastCore<'T>(name, nothing))

    member internal _.Core = core

    /// What it is called in errors.
    member _.Name = core.Name

    /// Whether it was closed. Subscribers may still have messages.
    member _.IsClosed = core.IsClosed

    /// How many subscribers there are now.
    member _.Subscribers = core.Subscribers

    /// Sends without waiting. False when it is closed, or a subscriber for which the sender would have to wait is too slow;
    /// then nobody gets the message.
    member _.TrySend(item: 'T) : bool =
        Items.TrySend(core, core.Address item) = Verdict.Done

    /// Takes no more messages. Subscribers get what they have not read, then its end. Returns whether it was open.
    member _.Close() : bool = core.Close()

    /// A subscription that belongs to no scope: dispose it yourself. Of a closed broadcast it ends at once.
    member _.Subscribe(options: SubscribeOptions<'T>) : Subscription<'T> =
        SubscribeOptions.Check options
        let subscriber = HubSubscriber<'T>(core, options, core.Owner, Place = -1)

        if not (core.Add subscriber) then
            subscriber.End <- Verdict.Closed

        new Subscription<'T>(subscriber)

/// Broadcasts in scopes.
[<AbstractClass; Sealed>]
type internal BroadcastKernel =

    static member Create<'T, 'E>(scope: Scope, name: string) : ValueTask<Outcome<Broadcast<'T>, 'E>> =
        let core = BroadcastCore<'T>(name, scope)

        let close _ =
            core.Close() |> ignore
            ValueTask()

        if OnDispose.TryAdd(scope, close) then
            ValueTask<_>(Ok(Broadcast<'T> core))
        else
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))

    static member Subscribe<'T, 'E>
        (scope: Scope, options: SubscribeOptions<'T>, core: BroadcastCore<'T>)
        : ValueTask<Outcome<Subscription<'T>, 'E>> =
        let subscriber = HubSubscriber<'T>(core, options, scope, Place = -1)

        let leave _ =
            core.End(subscriber, Verdict.Closed, nothing)
            ValueTask()

        if not (core.Add subscriber) then
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ChannelClosed core.Name)))
        elif OnDispose.TryAdd(scope, leave) then
            ValueTask<_>(Ok(new Subscription<'T>(subscriber)))
        else
            core.End(subscriber, Verdict.Closed, nothing)
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))

namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// What the inlined verbs of broadcasts call.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type BroadcastStep =

    static member Send(scope: Scope, broadcast: Broadcast<'T>, item: 'T) : ValueTask<Outcome<unit, 'E>> =
        let core = broadcast.Core
        Items.Send<Message<'T>, unit, 'E>(core, core.Address item, scope, CancellationToken.None)

    static member Receive(scope: Scope, subscription: Subscription<'T>) : ValueTask<Outcome<'T voption, 'E>> =
        Items.Receive<'T, _, OptionReceived<'T, 'E>>(subscription.Core, scope, CancellationToken.None)

namespace GoGoScope

open GoGoScope.CompilerServices

/// One message to many.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Broadcast =

    /// A broadcast with a name for errors. It closes at the end of the current scope, after the children have ended.
    let named<'T, 'E> (name: string) : Scoped<Broadcast<'T>, 'E> =
        Checks.notNull (nameof name) name
        fun scope -> BroadcastKernel.Create<'T, 'E>(scope, name)

    /// A broadcast. It closes at the end of the current scope, after the children have ended.
    let create<'T, 'E> : Scoped<Broadcast<'T>, 'E> =
        fun scope -> BroadcastKernel.Create<'T, 'E>(scope, "broadcast")

    /// Sends the message to all subscribers, in the order of the senders, waiting for those that are too slow and say that they
    /// are waited for. `Rejected (ChannelClosed ..)` when it is closed, then or while it waits. A cancel ends the wait, and nobody got
    /// the message. Without subscribers the message is for nobody.
    let inline send (item: 'T) (broadcast: Broadcast<'T>) : Scoped<unit, 'E> =
        fun scope -> BroadcastStep.Send(scope, broadcast, item)

    /// Subscribes from now on, until the current scope ends; no earlier messages. `Rejected (ChannelClosed ..)` when it is closed.
    let subscribeWith
        (options: SubscribeOptions<'T>)
        (broadcast: Broadcast<'T>)
        : Scoped<Subscription<'T>, 'E> =
        SubscribeOptions.Check options
        fun scope -> BroadcastKernel.Subscribe(scope, options, broadcast.Core)

    /// Subscribes to all messages from now on, until the current scope ends; with more than 64 unread ones the sender waits.
    let subscribe (broadcast: Broadcast<'T>) : Scoped<Subscription<'T>, 'E> =
        fun scope -> BroadcastKernel.Subscribe(scope, SubscribeOptions.Default<'T>(), broadcast.Core)

    /// Takes no more messages; subscribers get what they have not read. Closing twice changes nothing.
    let close (broadcast: Broadcast<'T>) : unit = broadcast.Close() |> ignore

/// What a subscriber does.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Subscription =

    /// Receives the next message, waiting until there is one. `ValueNone` when the broadcast is closed and all was read, or the
    /// subscription has ended; `Rejected (QueueFull ..)` after the last message of a subscriber that was cut off. A cancel ends
    /// the wait, and nothing was taken.
    let inline receive (subscription: Subscription<'T>) : Scoped<'T voption, 'E> =
        fun scope -> BroadcastStep.Receive(scope, subscription)

    /// Waits for one message and takes all that are there now, up to `max` (1 or more). Empty at the end.
    let receiveMany (max: int) (subscription: Subscription<'T>) : Scoped<'T array, 'E> =
        Checks.atLeastOne (nameof max) max
        fun scope -> ChannelKernel.ReceiveMany(scope, subscription.Core, max)

    /// Receives without waiting; `ValueNone` when nothing is there now.
    let tryReceive (subscription: Subscription<'T>) : 'T voption =
        let mutable item = Unchecked.defaultof<'T>

        if subscription.TryReceive &item then
            ValueSome item
        else
            ValueNone

    /// A message, as a case of a select. At its end it is out of the game.
    let alt (subscription: Subscription<'T>) : Alt<'T, 'E> = Alt.ofSource subscription.Core

/// `for message in subscription do` in a block.
[<AutoOpen>]
module SubscriptionSources =
    type ScopeBuilderBase with

        member inline _.Source(subscription: Subscription<'T>) : Subscription<'T> = subscription

        /// Receives until the end. A cancel ends the wait as a value.
        member inline this.For
            (subscription: Subscription<'A>, [<InlineIfLambda>] body: 'A -> ScopeCode<'Top, 'E, unit>)
            : ScopeCode<'Top, 'E, unit> =
            ScopeCode<'Top, 'E, unit>(fun sm ->
                let mutable more = true

                (this.While(
                    (fun () -> more),
                    this.Bind(
                        Subscription.receive subscription,
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
