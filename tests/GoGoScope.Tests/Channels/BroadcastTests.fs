/// Broadcasts, one behaviour at a time.
module GoGoScope.Tests.Channels.BroadcastTests

open System
open System.Collections.Generic
open GoGoScope
open GoGoScope.Tests
open Xunit

let private drain (subscription: Subscription<'T>) : Scoped<'T list, Fault> = scope {
    let items = List()

    for item in subscription do
        items.Add item

    return List.ofSeq items
}

let private lag (limit: int) slow : SubscribeOptions<int> = {
    SubscribeOptions.Default<int>() with
        Lag = limit
        WhenSlow = slow
}

[<Fact>]
let ``every subscriber that is there gets every message in order; a late one gets what comes later`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>
            let! early = Broadcast.subscribe news
            let! reading = fork (drain early)
            do! Broadcast.send 1 news
            let! late = Broadcast.subscribe news
            Assert.Equal(2, news.Subscribers)

            for message in 2..10 do
                do! Broadcast.send message news
                do! Step.pause

            Broadcast.close news
            Broadcast.close news
            let! first = reading
            let! second = drain late
            Assert.Equal<int list>([ 1..10 ], first)
            Assert.Equal<int list>([ 2..10 ], second)
        }
    )

[<Fact>]
let ``senders wait for a slow subscriber that says so, and a cancel leaves no trace`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>
            let! slow = Broadcast.subscribeWith (lag 2 SlowSubscriber.Wait) news
            let! quick = Broadcast.subscribe news
            do! Broadcast.send 1 news
            do! Broadcast.send 2 news
            Assert.False(news.TrySend 99)
            let! cut = Play.child (Broadcast.send 3 news)
            let! next = Play.child (Broadcast.send 4 news)
            do! Step.pause
            cut.Cancel "enough"
            let! outcome = Play.outcome cut
            Expect.cancelled (CancelReason.Requested "enough") outcome
            let! one = Subscription.receive slow
            Assert.Equal(ValueSome 1, one)
            let! sent = Play.outcome next
            Expect.ok () sent
            Broadcast.close news
            let! left = drain slow
            let! all = drain quick
            Assert.Equal<int list>([ 2; 4 ], left)
            Assert.Equal<int list>([ 1; 2; 4 ], all)
        }
    )

[<Fact>]
let ``a subscriber that drops loses its oldest, and only it`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>
            let lost = List()

            let! slow =
                Broadcast.subscribeWith
                    {
                        lag 2 SlowSubscriber.DropOldest with
                            OnDropped = Action<int> lost.Add
                    }
                    news

            let! quick = Broadcast.subscribe news

            for message in 1..5 do
                do! Broadcast.send message news

            Broadcast.close news
            let! some = drain slow
            let! all = drain quick
            Assert.Equal<int list>([ 4; 5 ], some)
            Assert.Equal<int list>([ 1; 2; 3 ], List.ofSeq lost)
            Assert.Equal(3L, slow.Dropped)
            Assert.Equal<int list>([ 1..5 ], all)
        }
    )

[<Fact>]
let ``a subscriber that is cut off gets what it has, then is told`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>
            let! slow = Broadcast.subscribeWith (lag 2 SlowSubscriber.Disconnect) news
            let! quick = Broadcast.subscribe news

            for message in 1..3 do
                do! Broadcast.send message news

            Assert.Equal(1, news.Subscribers)
            let! one = Subscription.receive slow
            let! two = Subscription.receive slow
            Assert.Equal<int voption list>([ ValueSome 1; ValueSome 2 ], [ one; two ])
            let! told = Play.tried (Subscription.receive slow)
            Expect.rejected (Rejection.QueueFull 2) told
            Assert.Equal(3, quick.Count)
        }
    )

[<Fact>]
let ``a filter decides at the door, and waits only for what it wants`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>

            let! even =
                Broadcast.subscribeWith
                    {
                        lag 2 SlowSubscriber.Wait with
                            Filter = Func<int, bool>(fun message -> message % 2 = 0)
                    }
                    news

            let! all = Broadcast.subscribe news

            for message in [ 1; 2; 3; 4; 5 ] do
                do! Broadcast.send message news

            let! sixth = Play.child (Broadcast.send 6 news)
            let! seventh = Play.child (Broadcast.send 7 news)
            do! Step.pause
            Assert.Equal(5, all.Count)
            let! _ = Subscription.receive even
            let! outcome = Play.outcome sixth
            Expect.ok () outcome
            let! outcome = Play.outcome seventh
            Expect.ok () outcome
            Broadcast.close news
            let! some = drain even
            let! every = drain all
            Assert.Equal<int list>([ 4; 6 ], some)
            Assert.Equal<int list>([ 1..7 ], every)
        }
    )

[<Fact>]
let ``a sender behind one that gives up is not forgotten`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>

            let! even =
                Broadcast.subscribeWith
                    {
                        lag 1 SlowSubscriber.Wait with
                            Filter = Func<int, bool>(fun message -> message % 2 = 0)
                    }
                    news

            do! Broadcast.send 2 news
            let! held = Play.child (Broadcast.send 4 news)
            let! behind = Play.child (Broadcast.send 5 news)
            do! Step.pause
            held.Cancel "enough"
            let! outcome = Play.outcome behind
            Expect.ok () outcome
            Assert.Equal(1, even.Count)
            let! _ = Play.outcome held
            ()
        }
    )

[<Fact>]
let ``a filter that throws ends its own subscription with that`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>

            let! bad =
                Broadcast.subscribeWith
                    {
                        lag 5 SlowSubscriber.Wait with
                            Filter = Func<int, bool>(fun message -> message < 2 || failwith "filter")
                    }
                    news

            let! good = Broadcast.subscribe news
            do! Broadcast.send 1 news
            do! Broadcast.send 2 news
            let! first = Subscription.receive bad
            Assert.Equal(ValueSome 1, first)
            let! crashed = Play.tried (Subscription.receive bad)
            Expect.crashed<exn, _, _> crashed |> ignore
            Assert.Equal(2, good.Count)
        }
    )

[<Fact>]
let ``a subscription ends with its scope, and holds nobody up any more`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>

            let! reader =
                fork (
                    scope {
                        let! own = Broadcast.subscribeWith (lag 1 SlowSubscriber.Wait) news
                        let! first = Subscription.receive own
                        return first
                    }
                )

            do! Scope.delay (Step.milliseconds 1.)
            Assert.Equal(1, news.Subscribers)

            for message in 1..3 do
                do! Broadcast.send message news

            let! first = reader
            Assert.Equal(ValueSome 1, first)
            Assert.Equal(0, news.Subscribers)
        }
    )

[<Fact>]
let ``messages are cases of selects, and receivers of one subscription stand in line`` () =
    Play.holds (
        scope {
            let! news = Broadcast.create<int, Fault>
            let! subscription = Broadcast.subscribe news
            let! one = Play.child (Subscription.receive subscription)
            do! Step.delay 1.
            let! two = Play.child (select [ Subscription.alt subscription ])
            do! Step.delay 1.
            do! Broadcast.send 1 news
            do! Broadcast.send 2 news
            let! one = Play.outcome one
            let! two = Play.outcome two
            Expect.ok (ValueSome 1) one
            Expect.ok 2 two
            let! batch = fork (Subscription.receiveMany 5 subscription)
            do! Broadcast.send 3 news
            let! batch = batch
            Assert.Equal<int array>([| 3 |], batch)
        }
    )

[<Fact>]
let ``a closed broadcast takes nobody and nothing`` () =
    Play.holds (
        scope {
            let! news = Broadcast.named<int, Fault> "news"
            Broadcast.close news
            let! subscribed = Play.tried (Broadcast.subscribe news)
            Expect.rejected (Rejection.ChannelClosed "news") (Result.map ignore subscribed)
            let! sent = Play.tried (Broadcast.send 1 news)
            Expect.rejected (Rejection.ChannelClosed "news") sent
        }
    )

[<Fact>]
let ``bad input is refused at the door`` () =
    let news = Broadcast<int> "news"

    let refused (options: SubscribeOptions<int>) =
        Assert.ThrowsAny<ArgumentException>(fun () -> news.Subscribe options |> ignore).ParamName

    Assert.Equal("Lag", refused (lag 0 SlowSubscriber.Wait))
    Assert.Equal("WhenSlow", refused (lag 1 (enum 9)))

    Assert.Equal(
        "OnDropped",
        refused {
            lag 1 SlowSubscriber.Wait with
                OnDropped = Unchecked.defaultof<_>
        }
    )

    Assert.Equal(
        "name",
        Assert
            .ThrowsAny<ArgumentException>(fun () -> Broadcast<int> Unchecked.defaultof<string> |> ignore)
            .ParamName
    )
