/// What selects are made of: ends, cancels, handlers, and cases that compose.
module GoGoScope.Tests.Channels.SelectCaseTests

open System
open System.Collections.Generic
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
let ``a cancel ends the select as a value, and is a case for those who ask`` () =
    Play.holds (
        scope {
            let! empty = channel 0
            let! waiting = Play.child (select [ Alt.receive empty ])

            let! hearing =
                Play.child (select [ Alt.receive empty; Alt.cancelled |> Alt.map (fun _ -> -1) ])

            do! Step.pause
            waiting.Cancel "enough"
            hearing.Cancel "enough"
            let! cancelled = Play.outcome waiting
            Expect.cancelled (CancelReason.Requested "enough") cancelled
            let! _ = Play.outcome hearing
            Assert.Equal(0, empty.Statistics.WaitingReceivers)
        }
    )

[<Fact>]
let ``a case that hears the cancel gives its value before the block stops`` () =
    Story.run (fun () -> task {
        let heard = List<string>()
        let empty = Channel<int>(ChannelOptions.Default())

        let! outcome =
            Stage
                .Seeded(1)
                .Run(
                    scope {
                        let! child =
                            Play.child (
                                select [
                                    Alt.receive empty
                                    Alt.cancelled
                                    |> Alt.map (fun reason ->
                                        heard.Add(string reason)
                                        -1)
                                ]
                            )

                        child.Cancel "enough"
                        let! _ = Play.outcome child
                        ()
                    }
                )

        Expect.ok () outcome
        Assert.Equal<string>([ "enough" ], heard)
    })

[<Fact>]
let ``a closed channel is out of the game; when all are, the select is over`` () =
    Play.holds (
        scope {
            let! closed = channel 0
            let! live = channel 0
            Channel.close closed

            let! waiting =
                Play.child (
                    select [
                        Alt.receive closed
                        Alt.send 1 closed |> Alt.map (fun () -> 0)
                        Alt.receive live
                    ]
                )

            do! Step.pause
            do! Channel.send 3 live
            let! picked = Play.outcome waiting
            Expect.ok 3 picked

            let! over =
                Play.child (
                    select [ Alt.receive closed; Alt.receive live; Alt.cancelled |> Alt.map (fun _ -> 0) ]
                )

            do! Step.pause
            Channel.close live
            let! outcome = Play.outcome over
            Expect.rejected (Rejection.ChannelClosed "select") outcome
            let! both = Play.tried (select [ Alt.receive closed; Alt.receive live ])
            Expect.rejected (Rejection.ChannelClosed "select") both

            let! time =
                select [
                    Alt.receive closed
                    Alt.after (Step.milliseconds 1.) |> Alt.map (fun () -> -1)
                ]

            Assert.Equal(-1, time)
        }
    )

[<Fact>]
let ``a handler for the end of a channel runs once it is drained`` () =
    Play.gives
        [ "1"; "over"; "not sent" ]
        (scope {
            let! source = filled [ 1 ]
            Channel.close source

            let show =
                Alt.receiveOrClosed source
                |> Alt.map (function
                    | ValueSome item -> string item
                    | ValueNone -> "over")

            let! first = select [ show ]
            let! second = select [ show ]
            let! sent = select [ Alt.sendOrClosed 5 source ]
            return [ first; second; (if sent then "sent" else "not sent") ]
        })

[<Fact>]
let ``the end of a failed channel is its failure`` () =
    Play.holds (
        scope {
            let! source = channel 0
            let! waiting = Play.child (select [ Alt.receive source ])
            do! Step.pause
            Channel.fail (InvalidOperationException "bug") source
            let! outcome = Play.outcome waiting
            Expect.crashed<InvalidOperationException, _, _> outcome |> ignore
            let! again = Play.tried (select [ Alt.receive source ])
            Expect.crashed<InvalidOperationException, _, _> again |> ignore
        }
    )

[<Fact>]
let ``cases compose: chosen, guarded, wrapped in work, and mapped`` () =
    Play.gives
        [ 11; 22; 302 ]
        (scope {
            let! left = filled [ 1 ]
            let! right = filled [ 2; 3 ]
            let mutable asked = 0

            let either =
                Alt.choose [
                    Alt.receive left |> Alt.map (fun item -> item + 10)
                    Alt.receive right
                    |> Alt.wrap (fun item -> scope {
                        do! Step.delay 1.
                        return item * 10
                    })
                    |> Alt.map (fun item -> item + 2)
                ]

            let guarded = Alt.guard (fun () -> Alt.onlyIf (fun () -> true) either)
            let closed = Alt.always 0 |> Alt.onlyIf (fun () -> false)
            let! one = selectPrioritized [ closed; guarded ]
            let! two = selectPrioritized [ closed; guarded ]

            let! three =
                selectPrioritized [ closed; guarded |> Alt.wrap (fun item -> Scoped.value (item * 10 - 18)) ]

            asked <- three
            return [ one; two; asked ]
        })

[<Fact>]
let ``work that follows a case may fail with the caller's own error; a function that throws is a crash`` () =
    Play.holds (
        scope {
            let! ready = filled [ 1; 2 ]

            let! failed =
                Play.tried (
                    select [
                        Alt.receive ready
                        |> Alt.wrap (fun _ -> scope { return! (Error(Broken "work"): Result<int, Fault>) })
                    ]
                )

            Expect.failed (Broken "work") failed

            let! crashed =
                Play.tried (select [ Alt.receive ready |> Alt.map (fun _ -> failwith "bug": int) ])

            Expect.crashed<exn, _, _> crashed |> ignore
        }
    )
