/// Channels made of channels.
module GoGoScope.Tests.Channels.PipeTests

open System
open System.Collections.Generic
open System.Threading
open GoGoScope
open GoGoScope.Tests
open Xunit

let private all (channel: Channel<'T>) : Scoped<'T list, Fault> =
    Channel.reduce (fun items item -> item :: items) [] channel
    |> Scoped.map List.rev

/// A channel that a child fills with numbers from 1.
let private numbers (capacity: int) (count: int) : Scoped<Channel<int>, Fault> = scope {
    let! channel = Channel.create capacity

    let! _ =
        fork (
            scope {
                for number in 1..count do
                    do! Channel.send number channel

                Channel.close channel
            }
        )

    return channel
}

[<Fact>]
let ``map, filter, take and reduce go through in order`` () =
    Play.gives
        (4 + 8)
        (scope {
            let! source = numbers 10 10
            let! doubled = Channel.map (fun number -> number * 2) source
            let! some = Channel.filter (fun number -> number % 4 = 0) doubled
            let! two = Channel.take 2 some
            return! Channel.reduce (+) 0 two
        })

[<Fact>]
let ``take takes no more than it gives, and nothing for none`` () =
    Play.holds (
        scope {
            let! source = Channel.create 10

            for number in 1..5 do
                do! Channel.send number source

            let! none = Channel.take 0 source
            let! nothing = all none
            let! two = Channel.take 2 source
            let! taken = all two
            Assert.Equal<int list>([], nothing)
            Assert.Equal<int list>([ 1; 2 ], taken)
            Assert.Equal(3, source.Count)
            Assert.False source.IsClosed
        }
    )

[<Fact>]
let ``merge gives all items of all, each source's in order, and closes when all are drained`` () =
    Play.holds (
        scope {
            let! one = numbers 0 5
            let! other = numbers 3 5
            let! negated = Channel.map (fun number -> -number) other
            let! merged = Channel.merge [ one; negated ]
            let! items = all merged
            Assert.Equal<int list>([ 1..5 ], items |> List.filter (fun item -> item > 0))
            Assert.Equal<int list>([ -1..-1..-5 ], items |> List.filter (fun item -> item < 0))
            let! empty = Channel.merge ([]: Channel<int> list)
            let! nothing = all empty
            Assert.Empty nothing
        }
    )

[<Fact>]
let ``batch flushes what is full, what is late, and what is left`` () =
    Play.holds (
        scope {
            let! source = Channel.create 0
            let! batches = Channel.batch 3 (TimeSpan.FromMilliseconds 10.) source

            let! _ =
                fork (
                    scope {
                        for number in 1..4 do
                            do! Channel.send number source

                        do! Step.delay 50.
                        do! Channel.send 5 source
                        do! Step.delay 5.
                        Channel.close source
                    }
                )

            let! given = all batches
            Assert.Equal<int array list>([ [| 1; 2; 3 |]; [| 4 |]; [| 5 |] ], given)
        }
    )

[<Fact>]
let ``a mapper that throws fails the scope, and nobody waits for ever`` () =
    Play.under
        30
        (fun _ -> scope {
            let! source = numbers 0 10

            let! mapped =
                Channel.map (fun number -> if number = 3 then failwith "bug" else number) source

            return! all mapped
        })
        (fun outcome -> Expect.crashed<exn, _, _> outcome |> ignore)

[<Fact>]
let ``where failures stop nobody, readers of a failed pipe hear of it`` () =
    Story.run (fun () -> task {
        for seed in 1..20 do
            let stage = Stage.Seeded seed

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            OnFailure = OnFailure.KeepGoing
                    }
                    (scope {
                        let! source = Channel.create 5
                        do! Channel.send 1 source
                        let! mapped = Channel.map (fun (_: int) -> failwith "bug": int) source
                        let! heard = Scoped.result (Channel.receive mapped: Scoped<int voption, Fault>)
                        Expect.crashed<exn, _, _> heard |> ignore
                    }
                    : Scoped<unit, Fault>)

            Expect.crashed<exn, _, _> outcome |> ignore
    })

[<Fact>]
let ``a pipe whose reader closes it stops, and fails nobody`` () =
    Play.holds (
        scope {
            let! source = Channel.create 10

            for number in 1..5 do
                do! Channel.send number source

            let! mapped = Channel.map id source
            let! first = Channel.receive mapped
            Assert.Equal(ValueSome 1, first)
            Channel.close mapped
            Channel.close source
        }
    )
