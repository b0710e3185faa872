/// Channels, one behaviour at a time.
module GoGoScope.Tests.Channels.ChannelTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Fault = Broken of string

/// Runs the block on a stage of its own and expects this value.
let private gives (value: 'T) (work: Scoped<'T, Fault>) : Task =
    Story.run (fun () -> task {
        let! outcome = Stage().Run work
        Expect.ok value outcome
    })

[<Fact>]
let ``an item goes through a channel of any capacity, whoever comes first`` () =
    gives
        [ 0, 7; 0, 7; 1, 7; 1, 7; 100, 7; 100, 7 ]
        (scope {
            let results = List()

            for capacity in [ 0; 1; 100 ] do
                for senderFirst in [ true; false ] do
                    let! channel = Channel.create<int, Fault> capacity

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
                    results.Add(capacity, item.Value)

            return List.ofSeq results
        })

[<Fact>]
let ``a closed channel gives what it holds, then its end, and refuses senders`` () =
    gives
        ()
        (scope {
            let! channel =
                Channel.createWith {
                    ChannelOptions.Default<int>() with
                        Name = "orders"
                        Capacity = 2
                }

            do! Channel.send 1 channel
            do! Channel.send 2 channel
            let! blocked = Scope.task (Channel.send 3 channel: Scoped<unit, Fault>)
            Assert.True(channel.Close())
            Assert.False(channel.Close())
            Assert.True channel.IsClosed
            let! refused = ScopeTask.result blocked
            Expect.rejected (Rejection.ChannelClosed "orders") refused
            let! late = Scope.task (Channel.send 4 channel: Scoped<unit, Fault>)
            let! late = ScopeTask.result late
            Expect.rejected (Rejection.ChannelClosed "orders") late
            let! one = Channel.receive channel
            let! two = Channel.receive channel
            let! three = Channel.receive channel
            Assert.Equal<int voption list>([ ValueSome 1; ValueSome 2; ValueNone ], [ one; two; three ])
        })
