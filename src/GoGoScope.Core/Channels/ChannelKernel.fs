namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// What the inlined verbs of channels call.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type ChannelStep =

    static member Send(scope: Scope, channel: Channel<'T>, item: 'T) : ValueTask<Outcome<unit, 'E>> =
        Items.Send<'T, unit, 'E>(channel.Core, item, scope, CancellationToken.None)

    static member Receive(scope: Scope, channel: Channel<'T>) : ValueTask<Outcome<'T voption, 'E>> =
        Items.Receive<'T, _, OptionReceived<'T, 'E>>(channel.Core, scope, CancellationToken.None)

namespace GoGoScope

open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Channels in scopes.
[<AbstractClass; Sealed>]
type internal ChannelKernel =

    /// A channel that closes at the end of its scope, after the children have ended.
    static member Create<'T, 'E>
        (scope: Scope, options: ChannelOptions<'T>)
        : ValueTask<Outcome<Channel<'T>, 'E>> =
        let core = ChannelCore<'T>(options, scope)

        let close _ =
            core.Close nothing |> ignore
            ValueTask()

        if OnDispose.TryAdd(scope, close) then
            ValueTask<_>(Ok(Channel<'T> core))
        else
            ValueTask<_>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))

    /// What is there now, up to `max`, after a first item.
    static member Gather(source: ISource<'T>, first: 'T, max: int) : 'T array =
        let items = List<'T>()
        items.Add first
        let mutable go = true

        while go && items.Count < max do
            let mutable item = Unchecked.defaultof<'T>
            go <- Items.TryReceive(source, &item) = Verdict.Done

            if go then
                items.Add item

        items.ToArray()

    static member ReceiveMany
        (scope: Scope, source: ISource<'T>, max: int)
        : ValueTask<Outcome<'T array, 'E>> =
        let first =
            Items.Receive<'T, _, OptionReceived<'T, 'E>>(source, scope, CancellationToken.None)

        Await.Changed(
            scope,
            first,
            function
            | Ok(ValueSome item) -> Ok(ChannelKernel.Gather(source, item, max))
            | Ok ValueNone -> Ok Array.empty
            | Error error -> Error error
        )

    /// Sends to who may have gone: false when the channel is closed.
    static member SendIfOpen(scope: Scope, channel: Channel<'T>, item: 'T) : ValueTask<Outcome<bool, 'E>> =
        let send = ChannelStep.Send<'T, 'E>(scope, channel, item)

        if send.IsCompletedSuccessfully then
            ValueTask<_>(ChannelKernel.IfOpen send.Result)
        else
            Await.Changed(scope, send, ChannelKernel.IfOpen)

    static member private IfOpen(outcome: Outcome<unit, 'E>) : Outcome<bool, 'E> =
        match outcome with
        | Ok() -> Ok true
        | Error {
                    Cause = Cause.Rejected(Rejection.ChannelClosed _)
                } -> Ok false
        | Error error -> Error error
