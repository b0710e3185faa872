/// Channels against a model that does one thing after the other.
module GoGoScope.Tests.Channels.ChannelLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open FsCheck
open GoGoScope
open GoGoScope.Tests
open Xunit

type Step =
    | Send of byte
    | Receive
    | TrySend of byte
    | TryReceive
    | CancelNth of byte
    | Close

/// What a step came to; missing while it waits.
type Ending =
    | Sent
    | Refused
    | Got of int
    | Over
    | Cut

/// The model: lists, and nothing at once.
type private Model(capacity: int, mode: FullMode) =
    let endings = Dictionary<int, Ending>()
    let mutable buffer: int list = []
    let mutable senders: (int * int) list = []
    let mutable receivers: int list = []
    let mutable closed = false
    let mutable dropped: int list = []

    member _.Endings = endings
    member _.Buffer = buffer
    member _.Dropped = List.rev dropped
    member _.Waiting = senders.Length, receivers.Length

    member private _.Put(number, item, mayWait) =
        match receivers with
        | _ when closed -> endings[number] <- Refused
        | first :: rest ->
            receivers <- rest
            endings[first] <- Got item
            endings[number] <- Sent
        | [] when buffer.Length < capacity ->
            buffer <- buffer @ [ item ]
            endings[number] <- Sent
        | [] ->
            match mode with
            | FullMode.Wait when mayWait -> senders <- senders @ [ number, item ]
            | FullMode.Wait
            | FullMode.Reject -> endings[number] <- Refused
            | FullMode.DropOldest when capacity > 0 ->
                dropped <- buffer.Head :: dropped
                buffer <- buffer.Tail @ [ item ]
                endings[number] <- Sent
            | _ ->
                dropped <- item :: dropped
                endings[number] <- Sent

    member private _.Take(number, mayWait) =
        match buffer, senders with
        | item :: rest, waiting ->
            buffer <- rest
            endings[number] <- Got item

            match waiting with
            | (sender, next) :: others ->
                senders <- others
                buffer <- buffer @ [ next ]
                endings[sender] <- Sent
            | [] -> ()
        | [], (sender, item) :: others ->
            senders <- others
            endings[sender] <- Sent
            endings[number] <- Got item
        | [], [] when closed -> endings[number] <- Over
        | [], [] when mayWait -> receivers <- receivers @ [ number ]
        | [], [] -> endings[number] <- Over

    member this.Do(number: int, step: Step) =
        match step with
        | Send _ -> this.Put(number, number, true)
        | TrySend _ -> this.Put(number, number, false)
        | Receive -> this.Take(number, true)
        | TryReceive -> this.Take(number, false)
        | CancelNth which ->
            let other = int which

            if
                senders |> List.exists (fun (sender, _) -> sender = other)
                || List.contains other receivers
            then
                senders <- senders |> List.filter (fun (sender, _) -> sender <> other)
                receivers <- receivers |> List.filter (fun receiver -> receiver <> other)
                endings[other] <- Cut
        | Close ->
            closed <- true

            for sender, _ in senders do
                endings[sender] <- Refused

            for receiver in receivers do
                endings[receiver] <- Over

            senders <- []
            receivers <- []

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

/// The channel, driven by the same steps. Whatever is decided is decided when the call returns: no thread is waited for.
type private Real(capacity: int, mode: FullMode) =
    let dropped = List<int>()

    let core =
        (Channel<int>(
            {
                ChannelOptions.Default<int>() with
                    Capacity = capacity
                    WhenFull = mode
                    OnDropped = Action<int> dropped.Add
            }
        ))
            .Core

    let sends = Dictionary<int, Task<Result<unit, ScopeError<Fault>>>>()
    let receives = Dictionary<int, Task<Result<int voption, ScopeError<Fault>>>>()
    let stops = Dictionary<int, CancellationTokenSource>()
    let endings = Dictionary<int, Ending>()
    let none = Unchecked.defaultof<WorkContext>

    member _.Dropped = List.ofSeq dropped
    member _.Statistics = core.Statistics

    /// What has ended so far.
    member _.Endings =
        for entry in sends do
            if entry.Value.IsCompleted then
                endings[entry.Key] <- endOfSend entry.Value.Result

        for entry in receives do
            if entry.Value.IsCompleted then
                endings[entry.Key] <- endOfReceive entry.Value.Result

        endings

    member _.Do(number: int, step: Step) =
        match step with
        | Send _ ->
            stops[number] <- new CancellationTokenSource()
            sends[number] <- Items.Send<int, unit, Fault>(core, number, none, stops[number].Token).AsTask()
        | Receive ->
            stops[number] <- new CancellationTokenSource()

            receives[number] <-
                Items.Receive<int, _, OptionReceived<int, Fault>>(core, none, stops[number].Token).AsTask()
        | TrySend _ ->
            endings[number] <-
                if Items.TrySend(core, number) = Verdict.Done then
                    Sent
                else
                    Refused
        | TryReceive ->
            let mutable item = 0

            endings[number] <-
                if Items.TryReceive(core, &item) = Verdict.Done then
                    Got item
                else
                    Over
        | CancelNth which ->
            match stops.TryGetValue(int which) with
            | true, stop -> stop.Cancel()
            | _ -> ()
        | Close -> core.Close(Unchecked.defaultof<exn>) |> ignore

let private same (left: Dictionary<int, Ending>) (right: Dictionary<int, Ending>) =
    left.Count = right.Count
    && left
       |> Seq.forall (fun entry ->
           match right.TryGetValue entry.Key with
           | true, other -> other = entry.Value
           | _ -> false)

let private agree (capacity: int) (mode: FullMode) (steps: Step list) : Task<bool> = task {
    let model = Model(capacity, mode)
    let real = Real(capacity, mode)
    let mutable agreed = true

    for number, step in List.indexed steps do
        model.Do(number, step)
        real.Do(number, step)
        // a woken task completes through the pool
        let mutable patience = 100_000

        while not (same model.Endings real.Endings) && patience > 0 do
            patience <- patience - 1
            do! Task.Yield()

        let now = real.Statistics

        agreed <-
            agreed
            && same model.Endings real.Endings
            && now.Count = model.Buffer.Length
            && (now.WaitingSenders, now.WaitingReceivers) = model.Waiting
            && real.Dropped = model.Dropped

    return agreed
}

[<Fact>]
let ``any program of steps does to a channel what it does to the model`` () =
    Law.holds (fun (capacity: byte, mode: byte, steps: Step list) ->
        agree (int capacity % 4) (enum (int mode % 4)) steps)

[<Fact>]
let ``a rendezvous does what the model does`` () =
    Law.holds (fun (steps: Step list) -> agree 0 FullMode.Wait steps)
