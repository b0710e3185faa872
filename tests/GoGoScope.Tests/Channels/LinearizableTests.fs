/// What three do at once could have been done by one after the other: under a seed, and on threads.
module GoGoScope.Tests.Channels.LinearizableTests

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open GoGoScope.Tests.Channels.History
open Xunit

/// A step, or the cancel of what another one does.
type private Act =
    | Do of Step
    | CancelOther of int

let private acts (random: Random) =
    Array.init 3 (fun _ ->
        Array.init 3 (fun _ ->
            match random.Next 12 with
            | 0
            | 1
            | 2 -> Do Send
            | 3
            | 4
            | 5 -> Do Receive
            | 6 -> Do TrySend
            | 7 -> Do TryReceive
            | 8 -> Do Close
            | _ -> CancelOther(random.Next 3)))

let private endOfSend (outcome: Result<unit, ScopeError<Fault>>) =
    match outcome with
    | Ok() -> Sent
    | Error { Cause = Cause.Cancelled _ } -> Cut
    | Error _ -> Refused

let private endOfReceive (outcome: Result<int voption, ScopeError<Fault>>) =
    match outcome with
    | Ok(ValueSome item) -> Got item
    | Ok ValueNone -> Over
    | Error { Cause = Cause.Cancelled _ } -> Cut
    | Error error -> failwith $"{error}"

/// What the steps that wait for nobody come to.
let private quick (channel: Channel<int>) (number: int) (step: Step) =
    match step with
    | TrySend -> if channel.TrySend number then Sent else Refused
    | TryReceive ->
        match Channel.tryReceive channel with
        | ValueSome item -> Got item
        | ValueNone -> Over
    | _ ->
        Channel.close channel
        Sent

/// How to cancel what a worker does now.
[<Sealed>]
type private Current() =
    let mutable cancel = ignore
    member _.Set(how: unit -> unit) = cancel <- how
    member _.Cancel() = cancel ()

[<Sealed>]
type private Log() =
    let entries = ConcurrentQueue<Entry>()
    let mutable clock = 0
    member _.Now() = Interlocked.Increment &clock

    member this.Add(number, step, call, ending) =
        entries.Enqueue {
            Number = number
            Step = step
            Call = call
            Return = this.Now()
            Ending = ending
        }

    member _.Entries = List.ofSeq entries

let private seeded (seed: int) (capacity: int) : Log * Scoped<unit, Fault> =
    let plan = acts (Random seed)
    let log = Log()
    let current: Current array = Array.init 3 (fun _ -> Current())

    log,
    scope {
        let! channel = Channel.create capacity

        for worker in 0..2 do
            let! _ =
                fork (
                    scope {
                        for index in 0..2 do
                            do! Step.pause
                            let number = worker * 3 + index

                            match plan[worker][index] with
                            | CancelOther other -> current[other].Cancel()
                            | Do Send ->
                                let call = log.Now()
                                let! child = Play.child (Channel.send number channel)
                                current[worker].Set(fun () -> child.Cancel "other")
                                let! outcome = Play.outcome child
                                log.Add(number, Send, call, endOfSend outcome)
                            | Do Receive ->
                                let call = log.Now()
                                let! child = Play.child (Channel.receive channel)
                                current[worker].Set(fun () -> child.Cancel "other")
                                let! outcome = Play.outcome child
                                log.Add(number, Receive, call, endOfReceive outcome)
                            | Do step ->
                                let call = log.Now()
                                log.Add(number, step, call, quick channel number step)
                    }
                )

            ()

        // comes when nothing else can run any more
        let! _ =
            fork (
                scope {
                    do! Step.delay 1.
                    let call = log.Now()
                    log.Add(100, Close, call, quick channel 100 Close)
                }
            )

        ()
    }

[<Theory>]
[<InlineData(0)>]
[<InlineData(1)>]
[<InlineData(2)>]
let ``three who do three things each, under any seed, leave a history that one could have made``
    (capacity: int)
    =
    Story.run (fun () -> task {
        for seed in 1..700 do
            let log, program = seeded seed capacity
            let stage = Stage.Seeded seed
            let! outcome = stage.Run program
            Expect.ok () outcome
            Assert.True(isExplained capacity log.Entries, $"seed {seed}: %A{log.Entries}")
    })

let private onThreads (seed: int) (capacity: int) : Task<Log> = task {
    let plan = acts (Random seed)
    let log = Log()

    let channel =
        Channel<int>(
            {
                ChannelOptions.Default<int>() with
                    Capacity = capacity
            }
        )

    let none = Unchecked.defaultof<WorkContext>

    let stops: CancellationTokenSource array =
        Array.init 3 (fun _ -> new CancellationTokenSource())

    use start = new Barrier 3
    let mutable running = 3

    let work worker = task {
        start.SignalAndWait()

        for index in 0..2 do
            let number = worker * 3 + index

            match plan[worker][index] with
            | CancelOther other -> (Volatile.Read &stops[other]).Cancel()
            | Do Send ->
                let stop = new CancellationTokenSource()
                Volatile.Write(&stops[worker], stop)
                let call = log.Now()
                let! outcome = Items.Send<int, unit, Fault>(channel.Core, number, none, stop.Token)
                log.Add(number, Send, call, endOfSend outcome)
            | Do Receive ->
                let stop = new CancellationTokenSource()
                Volatile.Write(&stops[worker], stop)
                let call = log.Now()

                let! outcome =
                    Items.Receive<int, _, OptionReceived<int, Fault>>(channel.Core, none, stop.Token)

                log.Add(number, Receive, call, endOfReceive outcome)
            | Do step ->
                let call = log.Now()
                log.Add(number, step, call, quick channel number step)

        Interlocked.Decrement &running |> ignore
    }

    let workers = [|
        for worker in 0..2 ->
            Task.Factory
                .StartNew<Task<unit>>((fun () -> work worker), TaskCreationOptions.LongRunning)
                .Unwrap()
    |]

    let all = Task.WhenAll workers

    while not all.IsCompleted do
        let now = channel.Statistics

        if
            now.WaitingSenders + now.WaitingReceivers >= Volatile.Read &running
            && running > 0
        then
            let call = log.Now()
            log.Add(100, Close, call, quick channel 100 Close)

        do! Task.Yield()

    let! _ = all
    return log
}

[<Theory>]
[<InlineData(0)>]
[<InlineData(1)>]
[<InlineData(2)>]
let ``three who do three things each, on threads, leave a history that one could have made`` (capacity: int) =
    Story.run (fun () -> task {
        for seed in 1..150 do
            let! log = onThreads seed capacity
            Assert.True(isExplained capacity log.Entries, $"seed {seed}: %A{log.Entries}")
    })

[<Fact>]
let ``a history that nobody could have made is seen`` () =
    let entry number step call back ending = {
        Number = number
        Step = step
        Call = call
        Return = back
        Ending = ending
    }

    let lost = [ entry 1 Send 1 2 Sent; entry 2 Receive 3 4 (Got 7) ]

    let twice = [
        entry 1 Send 1 2 Sent
        entry 2 Receive 3 4 (Got 1)
        entry 3 Receive 5 6 (Got 1)
    ]

    let late = [ entry 1 Send 1 2 Sent; entry 2 Send 3 4 Sent; entry 3 Receive 5 6 (Got 2) ]
    let good = [ entry 1 Send 1 4 Sent; entry 2 Send 2 3 Sent; entry 3 Receive 5 6 (Got 2) ]

    Assert.Equal<bool list>(
        [ false; false; false; true ],
        [ for history in [ lost; twice; late; good ] -> isExplained 2 history ]
    )

    Assert.False(isExplained 0 [ entry 1 Send 1 2 Sent; entry 2 Receive 3 4 (Got 1) ])
