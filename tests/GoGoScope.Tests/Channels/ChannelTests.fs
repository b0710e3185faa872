/// Channels, one behaviour at a time.
module GoGoScope.Tests.Channels.ChannelTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private bounded (capacity: int) mode (dropped: List<int>) =
    Channel.createWith {
        ChannelOptions.Default<int>() with
            Name = "orders"
            Capacity = capacity
            WhenFull = mode
            OnDropped = Action<int> dropped.Add
    }

/// Everything that the channel still gives.
let private drain (channel: Channel<'T>) : Scoped<'T list, Fault> = scope {
    let items = List()

    for item in channel do
        items.Add item

    return List.ofSeq items
}

[<Fact>]
let ``an item goes through a channel of any capacity, whoever comes first`` () =
    Play.gives
        [ 0; 0; 1; 1; 100; 100 ]
        (scope {
            let results = List()

            for capacity in [ 0; 1; 100 ] do
                for senderFirst in [ true; false ] do
                    let! channel = Channel.create<int, _> capacity

                    let! sender =
                        fork (
                            scope {
                                if not senderFirst then
                                    do! Step.delay 1.

                                do! Channel.send 7 channel
                            }
                        )

                    let! received =
                        fork (
                            scope {
                                if senderFirst then
                                    do! Step.delay 1.

                                return! Channel.receive channel
                            }
                        )

                    do! sender
                    let! item = received
                    Assert.Equal(ValueSome 7, item)
                    results.Add capacity

            return List.ofSeq results
        })

[<Fact>]
let ``a closed channel gives what it holds, then its end, and refuses senders`` () =
    Play.holds (
        scope {
            let! channel = bounded 2 FullMode.Wait (List())
            do! Channel.send 1 channel
            do! Channel.send 2 channel
            let! blocked = Play.child (Channel.send 3 channel)
            Assert.True(channel.Close())
            Assert.False(channel.Close())
            Assert.True channel.IsClosed
            let! refused = Play.outcome blocked
            Expect.rejected (Rejection.ChannelClosed "orders") refused
            let! late = Scoped.result (Channel.send 4 channel: Scoped<unit, Fault>)
            Expect.rejected (Rejection.ChannelClosed "orders") late
            Assert.Equal(Error(Rejection.ChannelClosed "orders"), Channel.trySend 5 channel)
            let! left = drain channel
            Assert.Equal<int list>([ 1; 2 ], left)
            let! ended = Channel.receive channel
            Assert.Equal(ValueNone, ended)
        }
    )

[<Fact>]
let ``a failed channel gives what it holds, then the failure, to each receiver`` () =
    Play.holds (
        scope {
            let! channel = Channel.create<int, Fault> 2
            let bug = InvalidOperationException "bug"
            do! Channel.send 1 channel
            Channel.fail bug channel
            Channel.fail (InvalidOperationException "later") channel
            let! first = Channel.receive channel
            Assert.Equal(ValueSome 1, first)

            for _ in 1..2 do
                let! outcome = Scoped.result (Channel.receive channel: Scoped<int voption, Fault>)
                Assert.Same(bug, Expect.crashed<InvalidOperationException, _, _> outcome)
        }
    )

[<Fact>]
let ``those who wait to receive hear of a close and of a failure`` () =
    Play.holds (
        scope {
            let! closed = Channel.create<int, Fault> 0
            let! failed = Channel.create<int, Fault> 0
            let! waiting = Play.child (Channel.receive closed)
            let! failing = Play.child (Channel.receive failed)
            do! Step.delay 1.
            Channel.close closed
            Channel.fail (InvalidOperationException "bug") failed
            let! outcome = Play.outcome waiting
            Expect.ok ValueNone outcome
            let! outcome = Play.outcome failing
            Expect.crashed<InvalidOperationException, _, _> outcome |> ignore
        }
    )

[<Fact>]
let ``null and unit are items like others`` () =
    Play.holds (
        scope {
            let! names = Channel.create<string | null, Fault> 1
            let! ticks = Channel.create<unit, Fault> 1
            do! Channel.send null names
            do! Channel.send () ticks
            let! name = Channel.receive names
            let! tick = Channel.receive ticks
            Assert.Equal(ValueSome null, name)
            Assert.Equal(ValueSome(), tick)
        }
    )

[<Fact>]
let ``a full channel drops or refuses as it was told, and tells of every drop`` () =
    Play.holds (
        scope {
            let play mode (expected: int list) (lost: int list) = scope {
                let dropped = List()
                let! channel = bounded 2 mode dropped

                for item in 1..4 do
                    do! Channel.send item channel

                Channel.close channel
                let! held = drain channel
                Assert.Equal<int list>(expected, held)
                Assert.Equal<int list>(lost, List.ofSeq dropped)
                Assert.Equal(int64 lost.Length, channel.Statistics.Dropped)
            }

            do! play FullMode.DropOldest [ 3; 4 ] [ 1; 2 ]
            do! play FullMode.DropNewest [ 1; 2 ] [ 3; 4 ]
            let! channel = bounded 1 FullMode.Reject (List())
            do! Channel.send 1 channel
            let! refused = Scoped.result (Channel.send 2 channel: Scoped<unit, Fault>)
            Expect.rejected (Rejection.QueueFull 1) refused
        }
    )

[<Fact>]
let ``what a hook for drops throws goes to the scope's hook, and the item is sent`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1

        let! outcome =
            stage.Run(
                scope {
                    let! channel =
                        Channel.createWith {
                            ChannelOptions.Default<int>() with
                                Capacity = 1
                                WhenFull = FullMode.DropOldest
                                OnDropped = Action<int>(fun _ -> failwith "hook")
                        }

                    do! Channel.send 1 channel
                    do! Channel.send 2 channel
                    return! Channel.receive channel
                }
                : Scoped<int voption, Fault>
            )

        Expect.ok (ValueSome 2) outcome
        Assert.Equal("hook", (Assert.Single stage.Unobserved).Exception.Message)
    })

[<Fact>]
let ``statistics tell what a channel holds, who waits, and its peak`` () =
    Play.holds (
        scope {
            let! channel = Channel.create<int, Fault> 2

            for item in 1..2 do
                do! Channel.send item channel

            let! blocked = fork (Channel.send 3 channel)
            let full = channel.Statistics
            Assert.Equal((2, 2, 1, 0), (full.Count, full.Peak, full.WaitingSenders, full.WaitingReceivers))

            for _ in 1..3 do
                let! _ = Channel.receive channel
                ()

            do! blocked
            let! waiting = fork (Channel.receive channel)
            let empty = channel.Statistics

            Assert.Equal(
                (0, 2, 0, 1),
                (empty.Count, empty.Peak, empty.WaitingSenders, empty.WaitingReceivers)
            )

            Assert.Equal((2, 0, "channel (0/2)"), (channel.Capacity, channel.Count, channel.ToString()))
            Channel.close channel
            let! _ = waiting
            ()
        }
    )

[<Fact>]
let ``a channel closes at the end of its scope, after the children have ended`` () =
    Play.holds (
        scope {
            let kept = List<Channel<int>>()

            do!
                Scope.shielded
                    (TimeSpan.FromSeconds 1.)
                    (scope {
                        let! channel = Channel.create 0
                        kept.Add channel

                        let! _ =
                            fork (
                                scope {
                                    do! Step.delay 5.
                                    Assert.False channel.IsClosed
                                }
                            )

                        ()
                    })

            Assert.True kept[0].IsClosed
        }
    )

[<Fact>]
let ``a scope that has closed makes no channel`` () =
    Story.run (fun () -> task {
        let ended = Scope.Open()
        do! ended.DisposeAsync()
        let! outcome = Channel.create<int, Fault> 1 ended
        Expect.rejected (Rejection.ScopeEnded ended.Name) outcome
    })
