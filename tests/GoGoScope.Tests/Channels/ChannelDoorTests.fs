/// The edges of channels: batches, sequences, priorities, bad input.
module GoGoScope.Tests.Channels.ChannelDoorTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// Everything that the channel still gives.
let private drain (channel: Channel<'T>) : Scoped<'T list, Fault> = scope {
    let items = List()

    for item in channel do
        items.Add item

    return List.ofSeq items
}

[<Fact>]
let ``many are received at once, up to a number, and none at the end`` () =
    Play.holds (
        scope {
            let! channel = Channel.create 10

            for item in 1..5 do
                do! Channel.send item channel

            let! three = Channel.receiveMany 3 channel
            let! two = Channel.receiveMany 3 channel
            let! waiting = fork (Channel.receiveMany 3 channel)
            do! Channel.send 6 channel
            let! one = waiting
            Channel.close channel
            let! none = Channel.receiveMany 3 channel

            Assert.Equal<int array list>(
                [ [| 1; 2; 3 |]; [| 4; 5 |]; [| 6 |]; [||] ],
                [ three; two; one; none ]
            )
        }
    )

[<Fact>]
let ``a channel is a sequence for plain tasks, whose token ends the wait`` () =
    Story.run (fun () -> task {
        let channel = Channel<int>(ChannelOptions.Default())

        let read (token: CancellationToken) = task {
            let items = List()
            let reader = (channel :> IAsyncEnumerable<int>).GetAsyncEnumerator token
            let mutable more = true

            while more do
                let! has = reader.MoveNextAsync()
                more <- has

                if has then
                    items.Add reader.Current

            return List.ofSeq items
        }

        use stop = new CancellationTokenSource()
        let reading = read CancellationToken.None

        for item in 1..3 do
            let! sent = Scope.run (Channel.send item channel: Scoped<unit, Fault>)
            Expect.ok () sent

        let stopped = read stop.Token
        do! Story.until "both wait" (fun () -> channel.Statistics.WaitingReceivers = 2)
        stop.Cancel()
        let! _ = Assert.ThrowsAnyAsync<OperationCanceledException>(fun () -> stopped)
        Assert.Equal(1, channel.Statistics.WaitingReceivers)
        Channel.close channel
        let! items = reading.WaitAsync Story.patience
        Assert.Equal<int list>([ 1; 2; 3 ], items)
    })

[<Fact>]
let ``priorities: the best first, equals in the order of sending, also among those who wait`` () =
    Play.holds (
        scope {
            let! channel = PriorityChannel.create 3 (fun (item: string) -> item.Length)

            for item in [ "ccc"; "a"; "bb" ] do
                do! Channel.send item channel

            for item in [ "yyyy"; "z"; "x" ] do
                let! _ = fork (Channel.send item channel)
                ()

            let received = List()

            for _ in 1..6 do
                match! Channel.receive channel with
                | ValueSome item -> received.Add item
                | ValueNone -> ()

            Assert.Equal<string list>([ "a"; "z"; "x"; "bb"; "ccc"; "yyyy" ], List.ofSeq received)
        }
    )

[<Fact>]
let ``a full priority channel drops its last in line`` () =
    Play.holds (
        scope {
            let dropped = List()

            let! channel =
                Channel.createWith {
                    ChannelOptions.Default<int>() with
                        Capacity = 3
                        Rank = Func<int, int> id
                        WhenFull = FullMode.DropOldest
                        OnDropped = Action<int> dropped.Add
                }

            for item in [ 5; 1; 9; 3; 7; 2 ] do
                do! Channel.send item channel

            Channel.close channel
            let! held = drain channel
            Assert.Equal<int list>([ 1; 2; 3 ], held)
            Assert.Equal<int list>([ 9; 7; 5 ], List.ofSeq dropped)
        }
    )

[<Fact>]
let ``bad input is refused at the door`` () =
    let options = ChannelOptions.Default<int>()

    let refused (make: unit -> obj) =
        Assert.ThrowsAny<ArgumentException>(fun () -> make () |> ignore).ParamName

    Assert.Equal("Capacity", refused (fun () -> Channel<int>({ options with Capacity = -1 })))
    Assert.Equal("Capacity", refused (fun () -> Channel.create<int, Fault> -1))
    Assert.Equal("WhenFull", refused (fun () -> Channel<int>({ options with WhenFull = enum 9 })))

    Assert.Equal(
        "OnDropped",
        refused (fun () ->
            Channel<int>(
                {
                    options with
                        OnDropped = Unchecked.defaultof<_>
                }
            ))
    )

    Assert.Equal(
        "Name",
        refused (fun () ->
            Channel<int>(
                {
                    options with
                        Name = Unchecked.defaultof<_>
                }
            ))
    )

    let channel = Channel<int> options
    Assert.Equal("max", refused (fun () -> Channel.receiveMany 0 channel: Scoped<int array, Fault>))
    Assert.Equal("count", refused (fun () -> Channel.take -1 channel: Scoped<Channel<int>, Fault>))
    Assert.Equal("size", refused (fun () -> Channel.batch 0 TimeSpan.Zero channel: Scoped<_, Fault>))
    Assert.Equal("failure", refused (fun () -> channel.Fail Unchecked.defaultof<_>))
    let alts: Alt<int, Fault> list = [ Alt.receive channel ]
    Assert.Equal("limit", refused (fun () -> selectWithin (TimeSpan.FromSeconds -1.) alts))
