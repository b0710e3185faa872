/// Selects that face each other on four channels: each case that was committed has its counterpart, and nobody waits for ever.
module GoGoScope.Fuzz.Channels.Selects

open System
open System.Collections.Concurrent
open System.Threading
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Fuzz.Channels.Crowd

/// What one select came to: the item that was sent, or the one that was received.
type Picked =
    | Gave of int
    | Took of int
    | Idle

type Library = {
    Select: Channel<int> array -> Alt<Picked, string> list -> Scoped<Picked, string>
}

let private real = { Select = fun _ alts -> select alts }

/// A loser's item is gone too.
let private loses = {
    Select =
        fun channels alts -> scope {
            let! picked = select alts

            match picked with
            | Took item when item % 5 = 0 -> channels[item % channels.Length].TryReceive() |> ignore
            | _ -> ()

            return picked
        }
}

/// The first in the list that is ready, always.
let private prefers = {
    Select = fun _ alts -> selectPrioritized alts
}

/// It waits on when its channels are closed.
let private isDeaf = {
    Select =
        fun _ alts ->
            let never = Channel<Picked>(ChannelOptions.Default())
            select (Alt.receive never :: alts)
}

let private counters = [
    "items handed over"
    "selects that were cancelled"
    "selects that did not wait"
    "selects that ended with their channels"
    "timers that won"
    "picks among eight"
]

/// How often each of eight cases that are always ready is taken: each with the same chance, over all rounds.
let private shares = Array.zeroCreate<int> 8

let private pickAmongEight (library: Library) (tally: Tally) : Scoped<unit, string> = scope {
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
        channels[index].TrySend index |> ignore

    let pick =
        library.Select channels [ for channel in channels -> Alt.receive channel |> Alt.map Took ]

    for _ in 1..40 do
        match! pick with
        | Took index ->
            Interlocked.Increment(&shares[index]) |> ignore
            tally.Add("picks among eight", 1)
            channels[index].TrySend index |> ignore
        | _ -> ()
}

let private unfair () =
    let total = Array.sum shares

    [
        if total >= 20_000 then
            for index in 0..7 do
                // five per cent, and what chance allows at this number of picks
                let allowed = float total / 8. * 0.05 + 4. * sqrt (float total / 8.)

                if abs (float shares[index] - float total / 8.) > allowed then
                    $"case {index} of eight was taken {shares[index]} times of {total}"
    ]

let private round (library: Library) (order: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let capacities = [| for _ in 0..3 -> [| 0; 0; 0; 1; 3 |][random.Next 5] |]

    let channels = [|
        for capacity in capacities ->
            Channel<int>(
                {
                    ChannelOptions.Default<int>() with
                        Capacity = capacity
                }
            )
    |]

    let sides = 2 + random.Next 3
    let count = (if order.OnThreads then 1_000 else 1) * (4 + random.Next 12)
    let gave = ConcurrentQueue<int>()
    let took = ConcurrentQueue<int>()
    let cells = [| for _ in 1..sides -> Cancellable() |]
    let cancels = if order.OnThreads then 100 else random.Next 5
    let chances = [| for _ in 1..sides -> Random(random.Next()) |]
    let working = ref sides

    let side (who: int) : Scoped<unit, string> = scope {
        for number in 1..count do
            let item = who * 1_000_000 + number
            let chance = chances[who]

            let alts = [
                for channel in channels do
                    // everybody offers something, or all might wait to receive
                    if obj.ReferenceEquals(channel, channels[0]) || chance.Next 4 > 0 then
                        Alt.send item channel |> Alt.map (fun () -> Gave item)

                    Alt.receive channel |> Alt.map Took
                if chance.Next 12 = 0 then
                    Alt.otherwise Idle
                if chance.Next 12 = 0 then
                    Alt.after (TimeSpan.FromMilliseconds 1.) |> Alt.map (fun () -> Idle)
            ]

            let shuffled = alts |> List.sortBy (fun _ -> chance.Next())
            let mayIdle = shuffled.Length > channels.Length * 2 || List.length alts > 8

            match! cells[who].Run(library.Select channels shuffled) with
            | Ok(Gave item) -> gave.Enqueue item
            | Ok(Took item) -> took.Enqueue item
            | Ok Idle ->
                tally.Add(
                    (if mayIdle then
                         "timers that won"
                     else
                         "selects that did not wait"),
                    1
                )
            | Cut -> tally.Add("selects that were cancelled", 1)
            | Error {
                        Cause = Cause.Rejected(Rejection.ChannelClosed _)
                    } -> tally.Add("selects that ended with their channels", 1)
            | Error error -> return! (Error $"{error}": Result<unit, string>)

        // the last one to finish leaves nobody who could meet the others
        if Interlocked.Decrement working = 1 then
            for channel in channels do
                Channel.close channel
    }

    let program: Scoped<unit, string> = scope {
        let! _ = fork (canceller random cancels cells)

        for who in 0 .. sides - 1 do
            let! _ = fork (side who)
            ()

        do! pickAmongEight library tally
    }

    let problems = run order seed program

    // what a channel with places still holds was given and not taken
    for channel in channels do
        Channel.close channel
        let mutable more = true

        while more do
            match Channel.tryReceive channel with
            | ValueSome item -> took.Enqueue item
            | ValueNone -> more <- false

    tally.Add("items handed over", took.Count)

    {
        Problems = [
            yield! problems
            yield! difference "items" gave took
            yield! unfair ()
            for channel in channels do
                if channel.Statistics.WaitingReceivers + channel.Statistics.WaitingSenders > 0 then
                    $"left behind: {channel.Statistics}"
        ]
        Story = [
            $"%A{capacities}, {sides} sides of {count}, {cancels} cancels: {took.Count} handed over"
        ]
    }

let scenario =
    Rounds.scenario
        "select"
        counters
        [ "", real; "loses", loses; "prefers", prefers; "is-deaf", isDeaf ]
        round
