/// What channels may cost. Measured in a process where nothing else runs.
[<Xunit.Collection "Alone">]
module GoGoScope.Tests.Channels.ChannelCostTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private channel (capacity: int) =
    Channel<int>(
        {
            ChannelOptions.Default<int>() with
                Capacity = capacity
        }
    )

/// Sends this many items from one child to another.
let private stream (rounds: int) (channel: Channel<int>) : Scoped<unit, Fault> = scope {
    let! _ =
        fork (
            scope {
                let mutable item = 0

                while item < rounds do
                    let number = item // a mutable variable would cost its bind a closure
                    do! Channel.send number channel
                    item <- item + 1
            }
        )

    let mutable left = rounds

    while left > 0 do
        let! _ = Channel.receive channel
        left <- left - 1
}

[<Fact>]
let ``D37: back-pressure leaves nothing behind`` () =
    Story.run (fun () -> task {
        let channel = channel 4
        let before = GC.GetTotalMemory true
        let! outcome = Story.wait (Scope.run (stream 80_000 channel))
        Expect.ok () outcome
        let after = GC.GetTotalMemory true
        Assert.InRange(after - before, -10_000_000L, 200_000L)
        Assert.Equal(0, channel.Statistics.WaitingSenders)
        Assert.InRange(channel.Statistics.Peak, 1, 4)
    })

[<Fact>]
let ``an unbounded channel gives its memory back once it is empty`` () =
    Story.run (fun () -> task {
        let channel = channel ChannelOptions.Unbounded
        let before = GC.GetTotalMemory true

        for item in 1..1_000_000 do
            Assert.True(channel.TrySend item)

        for _ in 1..1_000_000 do
            Assert.True((Channel.tryReceive channel).IsSome)

        let after = GC.GetTotalMemory true
        Assert.InRange(after - before, -10_000_000L, 200_000L)
        Assert.Equal(0, channel.Count)
    })

#if !DEBUG

/// Bytes that all threads allocate for one item, at best.
let private bytesPerItem (rounds: int) (work: unit -> Scoped<unit, Fault>) : Task<float> = task {
    let mutable least = Double.MaxValue

    for _ in 1..5 do
        let before = GC.GetTotalAllocatedBytes true
        let! outcome = Story.wait (Scope.run (work ()))
        Expect.ok () outcome
        least <- min least (float (GC.GetTotalAllocatedBytes true - before) / float rounds)

    return least
}

[<Theory>]
[<InlineData(0)>]
[<InlineData(1)>]
[<InlineData(100)>]
let ``items that are waited for allocate nothing, in a channel of any capacity`` (capacity: int) =
    Story.run (fun () -> task {
        let channel = channel capacity
        let! bytes = bytesPerItem 50_000 (fun () -> stream 50_000 channel)
        Assert.InRange(bytes, 0., 1.)
    })

[<Fact>]
let ``sends, receives and selects that need not wait allocate nothing`` () =
    Story.run (fun () -> task {
        let channel = channel 4
        let full = Channel<int>(ChannelOptions.Default())

        let work: Scoped<unit, Fault> = scope {
            let pick = select [ Alt.receive channel; Alt.receive full ]
            let mutable left = 50_000

            while left > 0 do
                let number = left
                do! Channel.send number channel
                do! Channel.send number channel
                let! _ = Channel.receive channel
                let! _ = pick
                left <- left - 1
        }

        let! bytes = bytesPerItem 50_000 (fun () -> work)
        Assert.InRange(bytes, 0., 0.5)
    })

[<Fact>]
let ``a select that waits again and again allocates nothing`` () =
    Story.run (fun () -> task {
        let left = channel 0
        let right = channel 0

        let work: Scoped<unit, Fault> = scope {
            let! _ =
                fork (
                    scope {
                        let mutable item = 0

                        while item < 50_000 do
                            let number = item
                            let channel = if number % 2 = 0 then left else right
                            do! Channel.send number channel
                            item <- item + 1
                    }
                )

            let pick = select [ Alt.receive left; Alt.receive right ]
            let mutable rest = 50_000

            while rest > 0 do
                let! _ = pick
                rest <- rest - 1
        }

        let! bytes = bytesPerItem 50_000 (fun () -> work)
        Assert.InRange(bytes, 0., 1.)
    })

#endif
