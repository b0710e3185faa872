/// What an earlier library of this kind got wrong, each as a test that fails with its way of doing it.
module GoGoScope.Tests.Channels.OldDefectTests

open System
open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private drain (channel: Channel<'T>) : Scoped<'T list, Fault> =
    Channel.reduce (fun items item -> item :: items) [] channel
    |> Scoped.map List.rev

[<Fact>]
let ``D29: with the default capacity a sender that came first meets a receiver that comes later`` () =
    Play.holds (
        scope {
            let! channel = Channel.createWith (ChannelOptions.Default<int>())
            let! ranked = PriorityChannel.create 0 id
            let! first = fork (Channel.send 1 channel)
            let! second = fork (Channel.send 2 ranked)
            do! Step.delay 1.
            let! one = Channel.receive channel
            let! two = Channel.receive ranked
            Assert.Equal<int voption list>([ ValueSome 1; ValueSome 2 ], [ one; two ])
            do! first
            do! second
        }
    )

[<Fact>]
let ``D30: a select loses no message, neither a buffered nor a later one`` () =
    Play.under
        50
        (fun _ -> scope {
            let! left = Channel.create 3
            let! right = Channel.create 0

            let! _ =
                fork (
                    scope {
                        for item in 1..100 do
                            do! Channel.send item left

                        Channel.close left
                    }
                )

            let! _ =
                fork (
                    scope {
                        for item in 101..200 do
                            do! Channel.send item right

                        Channel.close right
                    }
                )

            let received = List()
            let pick = select [ Alt.receive left; Alt.receive right ]
            let mutable go = true

            while go do
                match! Scoped.result pick with
                | Ok item -> received.Add item
                | Error _ -> go <- false

            received.Sort()
            return List.ofSeq received
        })
        (Expect.ok [ 1..200 ])

[<Fact>]
let ``D31: one closed channel of two does not end a select, and its handler does not run for nothing`` () =
    Play.gives
        7
        (scope {
            let! closed = Channel.create<int, Fault> 0
            let! live = Channel.create<int, Fault> 0
            Channel.close closed

            let! waiting =
                fork (select [ Alt.receive closed; Alt.receive live; Alt.receive closed ])

            do! Channel.send 7 live
            return! waiting
        })

[<Fact>]
let ``D32: a sender that waits when the channel closes is told so`` () =
    Play.holds (
        scope {
            let! channel = Channel.create 0
            let! blocked = Play.child (Channel.send 1 channel)
            do! Step.delay 1.
            Channel.close channel
            let! outcome = Play.outcome blocked
            Expect.rejected (Rejection.ChannelClosed "channel") outcome
        }
    )

[<Fact>]
let ``D33: an item without content ends no iteration and looks like no close`` () =
    Play.holds (
        scope {
            let items: (string | null) list = [ null; "a"; null ]
            let! channel = Channel.create<string | null, Fault> 5

            for item in items do
                do! Channel.send item channel

            Channel.close channel
            let! received = drain channel
            Assert.Equal<(string | null) list>(items, received)
        }
    )

[<Fact>]
let ``D34: a cancel drops nothing that the channel holds, and the one who waited hears of a cancel, not of a close``
    ()
    =
    Play.holds (
        scope {
            let! channel = Channel.create 5
            let! empty = Channel.create<int, Fault> 0
            do! Channel.send 1 channel
            let! waiting = Play.child (Channel.receive empty)
            do! Step.delay 1.
            waiting.Cancel "enough"
            let! outcome = Play.outcome waiting
            Expect.cancelled (CancelReason.Requested "enough") outcome
            let! kept = Channel.receive channel
            Assert.Equal(ValueSome 1, kept)
        }
    )

[<Fact>]
let ``D35: nobody overtakes a sender that waits`` () =
    Play.under
        50
        (fun _ -> scope {
            let! channel = Channel.create 1
            do! Channel.send "a" channel
            let! second = fork (Channel.send "b" channel)
            let! first = Channel.receive channel
            // the place that became free is b's, whether or not b was woken already
            Assert.Equal(Error(Rejection.QueueFull 1), Channel.trySend "c" channel)
            do! second
            Assert.Equal(1, channel.Count)
            return first
        })
        (Expect.ok (ValueSome "a"))

[<Fact>]
let ``D35: those who wait are served in the order of their coming`` () =
    Play.gives
        [ 1..8 ]
        (scope {
            let! channel = Channel.create 0

            for item in 1..8 do
                let! _ = fork (Channel.send item channel)
                ()

            let received = List()

            for _ in 1..8 do
                match! Channel.receive channel with
                | ValueSome item -> received.Add item
                | ValueNone -> ()

            return List.ofSeq received
        })

[<Fact>]
let ``D36: what is made of a channel lives in the scope: it fails there, ends there, and takes none for none``
    ()
    =
    Play.holds (
        scope {
            let! source = Channel.create 5
            do! Channel.send 1 source

            let! failed =
                Play.tried (
                    Scope.shielded
                        (TimeSpan.FromSeconds 10.)
                        (scope {
                            let! mapped = Channel.map (fun (_: int) -> failwith "mapper": int) source
                            return! Channel.receive mapped
                        })
                )

            Assert.Equal("mapper", (Expect.crashed<exn, _, _> failed).Message)
            do! Channel.send 2 source
            let! none = Channel.take 0 source
            let! nothing = drain none
            Assert.Empty nothing
            Assert.Equal(1, source.Count)
        }
    )

[<Fact>]
let ``D38: what a channel without places drops is told`` () =
    Play.holds (
        scope {
            for mode in [ FullMode.DropOldest; FullMode.DropNewest ] do
                let dropped = List()

                let! channel =
                    Channel.createWith {
                        ChannelOptions.Default<int>() with
                            WhenFull = mode
                            OnDropped = Action<int> dropped.Add
                    }

                do! Channel.send 1 channel
                let! waiting = fork (Channel.receive channel)
                do! Channel.send 2 channel
                let! received = waiting
                Assert.Equal(ValueSome 2, received)
                Assert.Equal<int list>([ 1 ], List.ofSeq dropped)
        }
    )

[<Fact>]
let ``D39: a broadcast is bounded, forgets who left, serves overlapping receivers, and says when it was not sent``
    ()
    =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>

            for _ in 1..100 do
                let passing = news.Subscribe(SubscribeOptions.Default())
                passing.Dispose()

            Assert.Equal(0, news.Subscribers)

            let! slow =
                Broadcast.subscribeWith
                    {
                        SubscribeOptions.Default<int>() with
                            Lag = 3
                    }
                    news

            for message in 1..3 do
                do! Broadcast.send message news

            Assert.False(news.TrySend 4)
            Assert.Equal(3, slow.Count)
            let! _ = Subscription.receiveMany 3 slow
            let! one = fork (Subscription.receive slow)
            let! two = fork (Subscription.receive slow)
            do! Broadcast.send 4 news
            do! Broadcast.send 5 news
            let! one = one
            let! two = two
            Assert.Equal<int voption list>([ ValueSome 4; ValueSome 5 ], [ one; two ])
            Broadcast.close news
            let! late = Play.tried (Broadcast.send 6 news)
            Expect.rejected (Rejection.ChannelClosed "broadcast") late
        }
    )

[<Fact>]
let ``D40: one who waits can be cancelled on his own, among ten thousand, and leaves no trace`` () =
    Play.under
        3
        (fun _ -> scope {
            let! channel = Channel.create<int, Fault> 0
            let waiting = List()

            for _ in 1..10_000 do
                let! child = Play.child (Channel.receive channel)
                waiting.Add child

            Assert.Equal(10_000, channel.Statistics.WaitingReceivers)

            for index in 0..9_998 do
                waiting[index].Cancel "enough"

            Assert.Equal(1, channel.Statistics.WaitingReceivers)
            do! Channel.send 7 channel
            let! last = Play.outcome waiting[9_999]
            Expect.ok (ValueSome 7) last

            for child in waiting do
                let! _ = Play.outcome child
                ()
        })
        (Expect.ok ())
