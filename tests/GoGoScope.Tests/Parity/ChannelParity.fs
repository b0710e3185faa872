namespace GoGoScope.Tests.Parity

open System
open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

/// The verbs of F# around channels.
type FSharpChannelFace() =
    inherit ChannelFace(FSharpFace())

    let made (here: Scope) (work: Scoped<'T, string>) : 'T =
        match (work here).Result with
        | Ok value -> value
        | Error error -> failwith $"{error}"

    let orEnd (work: Scoped<string voption, string>) : Scoped<string, string> =
        work
        |> Scoped.map (function
            | ValueSome item -> item
            | ValueNone -> "(end)")

    override _.Channel(here, capacity, name) =
        made
            here
            (Channel.createWith {
                ChannelOptions.Default<string>() with
                    Capacity = capacity
                    Name = name
            })

    override _.Ranked(here, capacity, rank) =
        made here (PriorityChannel.create capacity rank.Invoke)

    override _.Send(here: Scope, channel: Channel<string>, item: string) =
        unitInScope here (Channel.send item channel)

    override _.Receive(here: Scope, channel: Channel<string>) =
        inScope here (orEnd (Channel.receive channel))

    override _.ReadAll(here, channel) =
        inScope
            here
            (scope {
                let items = List<string>()

                for item in channel do
                    items.Add item

                return String.Join(' ', items)
            })

    override _.Pipeline(here, source, change, passes, take, batch) =
        made
            here
            (scope {
                let! none = Channel.create 0
                Channel.close none
                let! changed = Channel.map change.Invoke source
                let! some = Channel.filter passes.Invoke changed
                let! taken = Channel.take take some
                let! merged = Channel.merge [ taken; none ]
                return! Channel.batch batch (TimeSpan.FromSeconds 0.5) merged
            })

    override _.Select(here, first, second, seconds) =
        let first = Alt.receive first |> Alt.map (fun item -> $"first: {item}")
        let second = Alt.receive second |> Alt.map (fun item -> $"second: {item}")

        inScope
            here
            (if seconds < 0. then
                 selectPrioritized [ first; second ]
             else
                 select [
                     first
                     second
                     Alt.after (TimeSpan.FromSeconds seconds) |> Alt.map (fun () -> "late")
                 ])

    override _.Broadcast here =
        made here Broadcast.create<string, string>

    override _.Subscribe(here, broadcast, lag, whenSlow) =
        made
            here
            (Broadcast.subscribeWith
                {
                    SubscribeOptions.Default<string>() with
                        Lag = lag
                        WhenSlow = whenSlow
                }
                broadcast)

    override _.Send(here: Scope, broadcast: Broadcast<string>, item: string) =
        unitInScope here (Broadcast.send item broadcast)

    override _.Receive(here: Scope, subscription: Subscription<string>) =
        inScope here (orEnd (Subscription.receive subscription))

type ChannelParity() =
    inherit ChannelStories(FSharpChannelFace())
