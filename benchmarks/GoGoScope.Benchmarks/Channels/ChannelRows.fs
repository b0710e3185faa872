namespace GoGoScope.Benchmarks

open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Peers

/// What channels and selects cost over the platform's channels, which wake through the pool as ours do.
module ChannelRows =

    let private channel (capacity: int) =
        Channel<int>(
            {
                ChannelOptions.Default<int>() with
                    Capacity = if capacity < 0 then ChannelOptions.Unbounded else capacity
            }
        )

    let private onPool = {
        TaskOptions.Default with
            Start = StartMode.Pool
    }

    let private send (channel: Channel<int>) (count: int) : Scoped<unit, string> = scope {
        for number in 1..count do
            do! Channel.send number channel
    }

    let private receive (channel: Channel<int>) (count: int) : Scoped<unit, string> = scope {
        let mutable left = count

        while left > 0 do
            let! _ = Channel.receive channel
            left <- left - 1
    }

    let private stream (channel: Channel<int>) sides count : Scoped<int, string> = scope {
        for _ in 1..sides do
            let! _ = Scope.forkWith (onPool, send channel (count / sides))
            let! _ = Scope.forkWith (onPool, receive channel (count / sides))
            ()

        return count
    }

    let private streamed capacity sides target figure = {
        Name =
            (match capacity with
             | -1 -> "channel without a limit"
             | 0 -> "channel from hand to hand"
             | capacity -> $"channel of capacity {capacity}")
            + $", {sides} to {sides}, per item"
        Units = 20_000
        Ours =
            Contender.waits "scope" (fun () ->
                Outcome.runsAsync 20_000 (stream (channel capacity) sides 20_000) ())
        Peer =
            Contender.waits "System.Threading.Channels" (fun () ->
                ChannelPeers.Stream(ChannelPeers.Make capacity, sides, 20_000))
        Target = target
        Bytes = BytesTarget.AtMost 4.
        CrossesPool = true
        PeerFigure = figure
    }

    let private ready count : Scoped<int, string> =
        let channel = channel 4

        scope {
            for number in 1..count do
                do! Channel.send number channel
                let! _ = Channel.receive channel
                ()

            return count
        }

    let private told readers lag count : Scoped<int, string> = scope {
        let! news = Broadcast.create

        for _ in 1..readers do
            let! subscription =
                Broadcast.subscribeWith
                    {
                        SubscribeOptions.Default<int>() with
                            Lag = lag
                    }
                    news

            let! _ =
                Scope.forkWith (
                    onPool,
                    scope {
                        let mutable left = count

                        while left > 0 do
                            let! _ = Subscription.receive subscription
                            left <- left - 1
                    }
                )

            ()

        for number in 1..count do
            do! Broadcast.send number news

        return count
    }

    let private eitherReady count : Scoped<int, string> =
        let left = channel 4
        let right = channel 4
        let pick = select [ Alt.receive left; Alt.receive right ]

        scope {
            for number in 1..count do
                do! Channel.send number left
                let! _ = pick
                ()

            return count
        }

    let private eitherWaiting count : Scoped<int, string> = scope {
        let left = channel 1
        let right = channel 1
        let pick = select [ Alt.receive left; Alt.receive right ]

        let! _ =
            Scope.forkWith (
                onPool,
                scope {
                    for number in 1..count do
                        let next = if number % 2 = 0 then left else right
                        do! Channel.send number next
                }
            )

        let! _ =
            Scope.forkWith (
                onPool,
                scope {
                    for _ in 1..count do
                        let! _ = pick
                        ()
                }
            )

        return count
    }

    let private cut count : Scoped<int, string> =
        let empty = channel 0

        let body: Scoped<unit, string> = scope {
            let! _ = Channel.receive empty
            ()
        }

        let work: Scoped<unit, string> = scope {
            for _ in 1..count do
                let! _ = fork body
                ()

            do! Scope.cancel "enough"
        }

        scope {
            let! _ =
                fun (_: CancellationToken) -> task {
                    let! outcome = Scope.run work
                    return outcome.IsOk
                }

            return count
        }

    let rows = [
        streamed 1 1 1.0 160.
        streamed 100 1 1.0 94.
        streamed -1 1 1.0 44.
        streamed 0 1 1.0 0.
        streamed 1 4 1.0 350.
        streamed 100 4 1.0 110.
        {
            Name = "channel, nobody waits, per send and receive"
            Units = 1000
            Ours = Contender.sync "scope" (Outcome.runs 1000 (ready 1000))
            Peer =
                (let channel = ChannelPeers.Make 4

                 Contender.sync "System.Threading.Channels" (fun () ->
                     (ChannelPeers.Ready(channel, 1000)).Wait()))
            Target = 1.0
            Bytes = BytesTarget.AtMost 1.
            CrossesPool = false
            PeerFigure = 0.
        }
        {
            Name = "broadcast to 10, per message"
            Units = 5_000
            Ours = Contender.waits "scope" (Outcome.runsAsync 5_000 (told 10 100 5_000))
            Peer = Contender.waits "ten channels" (fun () -> ChannelPeers.Broadcast(10, 100, 5_000))
            Target = 0.7
            Bytes = BytesTarget.AtMostPeerPlus 8.
            CrossesPool = true
            PeerFigure = 287.
        }
        {
            Name = "select of 2, one ready, per pick with its send"
            Units = 1000
            Ours = Contender.sync "scope" (Outcome.runs 1000 (eitherReady 1000))
            Peer =
                (let left, right = ChannelPeers.Make 4, ChannelPeers.Make 4

                 Contender.sync "two TryReads" (fun () ->
                     (ChannelPeers.EitherReady(left, right, 1000)).Wait()))
            Target = 1.5
            Bytes = BytesTarget.AtMost 1.
            CrossesPool = false
            PeerFigure = 0.
        }
        {
            Name = "select of 2, waiting, per item"
            Units = 20_000
            Ours = Contender.waits "scope" (Outcome.runsAsync 20_000 (eitherWaiting 20_000))
            Peer =
                Contender.waits "Task.WhenAny" (fun () ->
                    ChannelPeers.EitherWaiting(ChannelPeers.Make 1, ChannelPeers.Make 1, 20_000))
            Target = 1.0
            Bytes = BytesTarget.AtMost 4.
            CrossesPool = true
            PeerFigure = 297.
        }
        {
            Name = "receivers cancelled while they wait, per receiver"
            Units = 1000
            Ours = Contender.waits "scope" (Outcome.runsAsync 1000 (cut 1000))
            Peer =
                Contender.waits "ReadAsync with a token" (fun () ->
                    ChannelPeers.Cancel(ChannelPeers.Make 0, 1000))
            Target = 0.5
            Bytes = BytesTarget.AtMostPeerPlus 0.
            CrossesPool = false
            PeerFigure = 0.
        }
    ]
