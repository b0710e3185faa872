/// Crowds of senders and receivers: nothing is lost, doubled or overtaken, whatever is cancelled.
module GoGoScope.Fuzz.Channels.Items

open System
open System.Collections.Concurrent
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Fuzz.Channels.Crowd

type Library = {
    Send: int -> Channel<int> -> Scoped<unit, string>
    Receive: Channel<int> -> Scoped<int voption, string>
}

let private real = {
    Send = Channel.send
    Receive = Channel.receive
}

/// A receive that was cancelled has taken an item all the same.
let private takesWhenCut = {
    real with
        Receive =
            fun channel ->
                fun scope ->
                    scope |> Scope.onCancel (fun _ -> channel.TryReceive() |> ignore) |> ignore
                    Channel.receive channel scope
}

let private doubles = {
    real with
        Send =
            fun item channel ->
                if item % 11 = 3 then
                    channel.TrySend item |> ignore

                Channel.send item channel
}

/// The first item of a sender goes behind its third.
let private overtakes =
    let held = ConcurrentDictionary<int * int, int>()

    {
        real with
            Send =
                fun item channel -> scope {
                    let sender = channel.GetHashCode(), item / 1_000_000

                    match item % 1_000_000 with
                    | 1 -> held[sender] <- item
                    | 3 ->
                        do! Channel.send item channel

                        match held.TryRemove sender with
                        | true, first -> do! Channel.send first channel
                        | _ -> ()
                    | _ -> do! Channel.send item channel
                }
    }

let private counters = [
    "items received"
    "sends that were cancelled"
    "receives that were cancelled"
    "items dropped"
    "sends refused by a full channel"
    "sends refused by a closed channel"
    "senders that waited"
    "orders compared"
]

let private round (library: Library) (order: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let capacity = [| 0; 0; 1; 2; 5; ChannelOptions.Unbounded |][random.Next 6]

    let mode: FullMode =
        if random.Next 3 = 0 then
            enum (random.Next 4)
        else
            FullMode.Wait

    let producers = 1 + random.Next 3
    let consumers = 1 + random.Next 3
    let count = (if order.OnThreads then 2_000 else 1) * (3 + random.Next 15)
    let closesEarly = random.Next 6 = 0
    let sent = ConcurrentQueue<int>()
    let received = ConcurrentQueue<int>()
    let dropped = ConcurrentQueue<int>()
    let cells = [| for _ in 1 .. producers + consumers -> Cancellable() |]
    let cancels = if order.OnThreads then 200 else random.Next 5

    let channel =
        Channel<int>(
            {
                ChannelOptions.Default<int>() with
                    Capacity = capacity
                    WhenFull = mode
                    OnDropped = Action<int> dropped.Enqueue
            }
        )

    let produce (who: int) : Scoped<unit, string> = scope {
        for number in 1..count do
            let item = who * 1_000_000 + number

            if channel.Statistics.WaitingSenders > 0 then
                tally.Add("senders that waited", 1)

            match! cells[who].Run(library.Send item channel) with
            | Ok() -> sent.Enqueue item
            | Cut -> tally.Add("sends that were cancelled", 1)
            | Error {
                        Cause = Cause.Rejected(Rejection.QueueFull _)
                    } -> tally.Add("sends refused by a full channel", 1)
            | Error {
                        Cause = Cause.Rejected(Rejection.ChannelClosed _)
                    } -> tally.Add("sends refused by a closed channel", 1)
            | Error error -> return! (Error $"{error}": Result<unit, string>)
    }

    let consume (who: int) : Scoped<unit, string> = scope {
        let mutable go = true

        while go do
            match! cells[producers + who].Run(library.Receive channel) with
            | Ok(ValueSome item) -> received.Enqueue item
            | Ok ValueNone -> go <- false
            | Cut -> tally.Add("receives that were cancelled", 1)
            | Error error -> return! (Error $"{error}": Result<unit, string>)
    }

    let program: Scoped<unit, string> = scope {
        let! cancelling = fork (canceller random cancels cells)

        for who in 0 .. consumers - 1 do
            let! _ = fork (consume who)
            ()

        let made = Collections.Generic.List()

        for who in 0 .. producers - 1 do
            let! child = fork (produce who)
            made.Add child

        if closesEarly then
            for _ in 1..5 do
                do! pause

            Channel.close channel

        for child in made do
            do! child

        do! cancelling
        Channel.close channel
    }

    let problems = [
        yield! run order seed program
        yield! difference "items" sent (Seq.append received dropped)

        let left = channel.Statistics

        if left.Count + left.WaitingReceivers + left.WaitingSenders > 0 then
            $"left behind: {left}"

        if consumers = 1 then
            tally.Add("orders compared", producers)

            for who in 0 .. producers - 1 do
                if not (received |> Seq.filter (fun item -> item / 1_000_000 = who) |> isRising) then
                    $"the items of sender {who} arrived out of order: %A{List.ofSeq received}"
    ]

    tally.Add("items received", received.Count)
    tally.Add("items dropped", dropped.Count)

    {
        Problems = problems
        Story = [
            $"capacity {capacity}, {mode}, {producers} senders of {count}, {consumers} receivers, {cancels} cancels: {received.Count} received, {dropped.Count} dropped"
        ]
    }

let scenario =
    Rounds.scenario
        "channel"
        counters
        [
            "", real
            "takes-when-cut", takesWhenCut
            "doubles", doubles
            "overtakes", overtakes
        ]
        round
