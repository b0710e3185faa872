/// Broadcasts to crowds of readers: each gets what it asked for, in order, and what it lost is told.
module GoGoScope.Fuzz.Channels.Broadcasts

open System
open System.Collections.Concurrent
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Fuzz.Channels.Crowd

type Library = {
    Send: int -> Broadcast<int> -> Scoped<unit, string>
    Subscribe: SubscribeOptions<int> -> Broadcast<int> -> Scoped<Subscription<int>, string>
}

let private real = {
    Send = Broadcast.send
    Subscribe = Broadcast.subscribeWith
}

let private skips = {
    real with
        Send =
            fun item news ->
                if item % 7 = 5 then
                    Scoped.value ()
                else
                    Broadcast.send item news
}

let private repeats = {
    real with
        Send =
            fun item news -> scope {
                do! Broadcast.send item news

                if item % 9 = 4 then
                    news.TrySend item |> ignore
            }
}

/// Who leaves is not forgotten.
let private remembers = {
    real with
        Subscribe = fun options news -> Scoped.value (news.Subscribe options)
}

let private counters = [
    "messages read"
    "messages filtered out"
    "messages lost"
    "readers cut off"
    "readers that left early"
    "sends that were cancelled"
]

/// Whether one list can be made of the other by leaving items out.
let private isPartOf (whole: int list) (part: int list) =
    let rec look whole part =
        match whole, part with
        | _, [] -> true
        | [], _ -> false
        | first :: others, wanted :: rest ->
            if first = wanted then
                look others rest
            else
                look others part

    look whole part

let private round (library: Library) (order: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let readers = 1 + random.Next 4
    let count = (if order.OnThreads then 1_000 else 1) * (5 + random.Next 20)
    let sent = ConcurrentQueue<int>()
    let problems = ConcurrentQueue<string>()
    let sender = [| Cancellable() |]
    let cancels = if order.OnThreads then 50 else random.Next 3
    let news = Broadcast<int> "news"
    let started = ref 0

    let plans = [|
        for _ in 1..readers ->
            struct (1 + random.Next 4,
                    enum<SlowSubscriber>(random.Next 3),
                    random.Next 3 = 0,
                    (if random.Next 4 = 0 then random.Next 4 else -1),
                    random.Next 3)
    |]

    let judge (lost: ConcurrentQueue<int>) slow filters quits (got: int list) wasCutOff =
        let wanted = [
            for item in sent do
                if not filters || item % 2 = 0 then
                    item
        ]

        let name = $"a reader ({slow}, filter {filters}, quits {quits})"

        if quits < 0 then
            match slow with
            | SlowSubscriber.Wait when got <> wanted -> problems.Enqueue $"{name} got %A{got} of %A{wanted}"
            | SlowSubscriber.DropOldest when List.sort (got @ List.ofSeq lost) <> wanted ->
                problems.Enqueue $"{name} got %A{got} and lost %A{List.ofSeq lost} of %A{wanted}"
            | SlowSubscriber.Disconnect when not wasCutOff && got <> wanted ->
                problems.Enqueue $"{name} got %A{got} of %A{wanted}"
            | SlowSubscriber.Disconnect when got <> List.truncate got.Length wanted ->
                problems.Enqueue $"{name} got %A{got}, which does not begin %A{wanted}"
            | _ -> ()

        if not (isPartOf wanted got) then
            problems.Enqueue $"{name} got %A{got}, out of order or not from %A{wanted}"

    let finished = ConcurrentQueue<unit -> unit>()

    let read (struct (lag, slow, filters, quits, pauses)) : Scoped<unit, string> = scope {
        let lost = ConcurrentQueue<int>()

        let options = {
            Lag = lag
            WhenSlow = slow
            Filter =
                if filters then
                    Func<int, bool>(fun item -> item % 2 = 0)
                else
                    null
            OnDropped = Action<int> lost.Enqueue
        }

        let! subscription = library.Subscribe options news
        started.Value <- started.Value + 1
        let got = Collections.Generic.List<int>()
        let mutable go = quits <> 0
        let mutable wasCutOff = false

        while go do
            for _ in 1..pauses do
                do! pause

            match! Scoped.result (Subscription.receive subscription: Scoped<int voption, string>) with
            | Ok(ValueSome item) ->
                got.Add item
                go <- got.Count <> quits
            | Ok ValueNone -> go <- false
            | Error {
                        Cause = Cause.Rejected(Rejection.QueueFull _)
                    } ->
                wasCutOff <- true
                go <- false
            | Error error -> return! (Error $"{error}": Result<unit, string>)

        tally.Add("messages read", got.Count)
        tally.Add("messages lost", lost.Count)
        tally.Add("readers cut off", (if wasCutOff then 1 else 0))
        tally.Add("readers that left early", (if quits >= 0 then 1 else 0))
        tally.Add("messages filtered out", (if filters then 1 else 0))
        let cutOff = wasCutOff
        finished.Enqueue(fun () -> judge lost slow filters quits (List.ofSeq got) cutOff)
    }

    let program: Scoped<unit, string> = scope {
        for plan in plans do
            let! _ = fork (read plan)
            ()

        let! _ = fork (canceller random cancels sender)

        for number in 1..count do
            match! sender[0].Run(library.Send number news) with
            | Ok() -> sent.Enqueue number
            | Cut -> tally.Add("sends that were cancelled", 1)
            | Error error -> return! (Error $"{error}": Result<unit, string>)

        Broadcast.close news
    }

    let failed = run order seed program

    for look in finished do
        look ()

    {
        Problems = [
            yield! failed
            yield! problems
            if news.Subscribers > 0 then
                $"{news.Subscribers} subscribers are still remembered"
        ]
        Story = [ $"{readers} readers, {count} messages, {cancels} cancels" ]
    }

let scenario =
    Rounds.scenario
        "broadcast"
        counters
        [ "", real; "skips", skips; "repeats", repeats; "remembers", remembers ]
        round
