/// Selects, one behaviour at a time.
module GoGoScope.Tests.Channels.SelectTests

open System
open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private channel (capacity: int) : Scoped<Channel<int>, Fault> = Channel.create capacity

/// A channel with these items.
let private filled (items: int list) : Scoped<Channel<int>, Fault> = scope {
    let! made = channel 100

    for item in items do
        do! Channel.send item made

    return made
}

[<Fact>]
let ``exactly one case is committed; the others keep what they have`` () =
    Play.holds (
        scope {
            let! left = filled [ 1 ]
            let! right = filled [ 2 ]
            let! full = filled []

            let! picked =
                select [
                    Alt.receive left
                    Alt.receive right
                    Alt.send 3 full |> Alt.map (fun () -> 3)
                ]

            Assert.Equal((if picked = 1 then 0 else 1), left.Count)
            Assert.Equal((if picked = 2 then 0 else 1), right.Count)
            Assert.Equal((if picked = 3 then 1 else 0), full.Count)
        }
    )

[<Fact>]
let ``a select that waits takes what comes first, and is in no other line any more`` () =
    Play.holds (
        scope {
            let! left = channel 0
            let! right = channel 0
            let! out = channel 0

            let! waiting =
                Play.child (
                    select [ Alt.receive left; Alt.receive right; Alt.send 9 out |> Alt.map (fun () -> 9) ]
                )

            do! Step.pause
            do! Channel.send 5 right
            let! picked = Play.outcome waiting
            Expect.ok 5 picked
            Assert.Equal(0, left.Statistics.WaitingReceivers)
            Assert.Equal(0, right.Statistics.WaitingReceivers)
            Assert.Equal(0, out.Statistics.WaitingSenders)
            Assert.Equal(Error(Rejection.QueueFull 0), Channel.trySend 1 left)
        }
    )

[<Fact>]
let ``a waiting send of a select is taken by a receiver`` () =
    Play.holds (
        scope {
            let! out = channel 0
            let! other = channel 0

            let! waiting =
                Play.child (select [ Alt.send 9 out; Alt.receive other |> Alt.map ignore ])

            let! item = Channel.receive out
            Assert.Equal(ValueSome 9, item)
            let! picked = Play.outcome waiting
            Expect.ok () picked
        }
    )

[<Fact>]
let ``prioritized: the first in the list that is ready`` () =
    Play.gives
        [ 1; 1; 2; 3 ]
        (scope {
            let! best = filled [ 1; 1 ]
            let! next = filled [ 2 ]
            let! last = filled [ 3 ]
            let picked = List()

            for _ in 1..4 do
                let! item =
                    selectPrioritized [ Alt.receive best; Alt.receive next; Alt.receive last ]

                picked.Add item

            return List.ofSeq picked
        })

[<Fact>]
let ``without cases there is nothing to do; with a default nothing is waited for`` () =
    Play.holds (
        scope {
            let! nothing = Play.tried (select [])
            Expect.rejected (Rejection.NothingToDo "select") nothing
            let! never = Play.tried (select [ Alt.never ])
            Expect.rejected (Rejection.NothingToDo "select") never
            let! empty = channel 0
            let! picked = select [ Alt.receive empty; Alt.otherwise -1 ]
            Assert.Equal(-1, picked)
            let! ready = filled [ 4 ]
            let! picked = select [ Alt.otherwise -1; Alt.receive ready ]
            Assert.Equal(4, picked)
        }
    )

[<Fact>]
let ``time passes as a case, and as a limit of the whole`` () =
    Play.holds (
        scope {
            let! empty = channel 0

            let! late =
                select [
                    Alt.receive empty
                    Alt.after (Step.milliseconds 5.) |> Alt.map (fun () -> -5)
                ]

            Assert.Equal(-5, late)
            let! limited = Play.tried (selectWithin (Step.milliseconds 7.) [ Alt.receive empty ])
            Expect.cause (Cause.TimedOut(Step.milliseconds 7.)) limited
            let! ready = filled [ 1 ]
            let! inTime = selectWithin TimeSpan.Zero [ Alt.receive ready ]
            Assert.Equal(1, inTime)
            Assert.Equal(0, empty.Statistics.WaitingReceivers)
        }
    )

[<Fact>]
let ``the end of a child is a case; a child that lost stays unobserved and running`` () =
    Play.holds (
        scope {
            let! quick = Play.child (Step.give 1. 10)
            let! slow = Play.child (Step.give 2. 20)
            let! first = select [ Alt.task quick; Alt.task slow ]
            Assert.Equal(10, first)
            let! second = select [ Alt.task slow ]
            Assert.Equal(20, second)
            let! failing = Play.child (Step.fail 1. (Broken "child"))
            let! failed = Play.tried (select [ Alt.task failing ])
            Expect.failed (Broken "child") failed

            let! lazyOne =
                Scope.taskWith (
                    {
                        TaskOptions.Default with
                            Start = StartMode.Lazy
                    },
                    Step.give 1. 30
                )

            let! started = select [ Alt.task lazyOne ]
            Assert.Equal(30, started)
        }
    )

[<Fact>]
let ``a select never meets itself`` () =
    Play.holds (
        scope {
            let! self = channel 0

            let both = [
                Alt.send 1 self |> Alt.map (fun () -> "sent")
                Alt.receive self |> Alt.map (fun _ -> "received")
            ]

            let! alone =
                select (both @ [ Alt.after (Step.milliseconds 1.) |> Alt.map (fun () -> "alone") ])

            Assert.Equal("alone", alone)
            let! one = Play.child (select both)
            let! two = Play.child (select both)
            let! one = Play.outcome one
            let! two = Play.outcome two
            Assert.NotEqual(one, two)
        }
    )

[<Fact>]
let ``two selects that face each other meet, on four channels, over and over`` () =
    Play.under
        200
        (fun _ -> scope {
            let! channels = scope {
                let made = List()

                for _ in 1..4 do
                    let! one = channel 0
                    made.Add one

                return List.ofSeq made
            }

            let sends item = [ for channel in channels -> Alt.send item channel |> Alt.map (fun () -> 0) ]
            let receives = [ for channel in channels -> Alt.receive channel ]

            let side (first: int) = scope {
                let mutable balance = 0
                let mutable item = first

                for _ in 1..10 do
                    let! got = select (sends item @ List.rev receives)
                    balance <- balance + (if got = 0 then item else -got)
                    item <- item + 1

                return balance
            }

            let! left = fork (side 1)
            let! right = fork (side 100)
            let! left = left
            let! right = right
            return left + right
        })
        (fun outcome -> Expect.ok 0 outcome)

[<Fact>]
let ``of eight cases that are always ready each has its share`` () =
    Story.run (fun () -> task {
        let channels = [|
            for _ in 1..8 ->
                Channel<int>(
                    {
                        ChannelOptions.Default<int>() with
                            Capacity = 1
                    }
                )
        |]

        for index in 0..7 do
            Assert.True(channels[index].TrySend index)

        let rounds = 200_000
        let counts = Array.zeroCreate<int> 8

        let picks: Scoped<unit, Fault> = scope {
            let pick = select [ for channel in channels -> Alt.receive channel ]

            for _ in 1..rounds do
                let! index = pick
                counts[index] <- counts[index] + 1
                Channel.trySend index channels[index] |> ignore
        }

        let! outcome = Story.wait (Scope.run picks)
        Expect.ok () outcome

        for count in counts do
            Assert.InRange(float count, float rounds / 8. * 0.95, float rounds / 8. * 1.05)
    })
