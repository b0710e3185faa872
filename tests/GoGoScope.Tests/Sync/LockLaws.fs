/// A lock against a plain model, and under every order of events that a seed brings.
module GoGoScope.Tests.Sync.LockLaws

open System
open System.Collections.Generic
open System.Threading
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Step =
    | Try
    | Acquire
    /// With a patience of that many steps and a half.
    | AcquireWithin of Steps: byte
    /// The one who holds it asks again, if he is known.
    | Again
    | Release
    /// Of one who waits, or holds it: that does not give it back.
    | Cancel of Which: byte
    /// The end of the lock's scope, one time in eight: nothing happens after it.
    | Close of Chance: byte

/// Zero: nobody. Who came by `Try` is not known.
type private Model = {
    Now: int
    Holder: int
    IsKnown: bool
    /// And when his patience ends.
    Line: (int * float) list
    Closed: bool
    Told: Map<int, Answer>
}

let private told id answer (model: Model) = {
    model with
        Told = Map.add id answer model.Told
}

let private enter id isKnown (model: Model) = {
    model with
        Holder = id
        IsKnown = isKnown
}

let private ask id (patience: float) (model: Model) =
    if model.Closed then
        told id Answer.Ended model
    elif model.Holder = 0 then
        model |> enter id true |> told id Answer.Given
    else
        {
            model with
                Line = model.Line @ [ id, float model.Now + patience ]
        }

let private leave id (answer: Answer) (model: Model) =
    if List.exists (fun (other, _) -> other = id) model.Line then
        {
            model with
                Line = model.Line |> List.filter (fun (other, _) -> other <> id)
        }
        |> told id answer
    else
        model

let private release (model: Model) =
    match model.Line with
    | (first, _) :: others -> { model with Line = others } |> enter first true |> told first Answer.Given
    | [] -> enter 0 false model

let private close (model: Model) =
    model.Line
    |> List.fold (fun model (id, _) -> leave id Answer.Ended model) { model with Closed = true }

/// One step of time goes by.
let private tick (model: Model) =
    let model = { model with Now = model.Now + 1 }

    model.Line
    |> List.filter (fun (_, until) -> until <= float model.Now)
    |> List.fold (fun model (id, _) -> leave id Answer.TooLong model) model

[<Fact>]
let ``a lock does what its model does, step by step`` () =
    Law.holds (fun (seed: byte, steps: Step list) -> task {
        let callers = Callers<Lease>()
        let tried = Dictionary<int, Lease>()
        let mutable gate = Unchecked.defaultof<AsyncLock>

        let mutable model = {
            Now = 0
            Holder = 0
            IsKnown = false
            Line = []
            Closed = false
            Told = Map.empty
        }

        let lease id =
            match tried.TryGetValue id with
            | true, lease -> lease
            | _ ->
                match callers.Told[id] with
                | Ok lease -> lease
                | Error error -> failwith $"{error}"

        let act next (step: Step) : Scoped<unit, string> = scope {
            match step with
            | Try ->
                let taken = AsyncLock.tryAcquire gate
                Assert.Equal(not model.Closed && model.Holder = 0, taken.IsSome)

                if taken.IsSome then
                    tried[next] <- taken.Value
                    model <- enter next false model
            | Acquire ->
                do! callers.Ask next (AsyncLock.acquire gate)
                model <- ask next infinity model
            | AcquireWithin steps ->
                let patience = float (steps % 4uy) + 0.5
                do! callers.Ask next (AsyncLock.acquireWithin (Step.milliseconds patience) gate)
                model <- ask next patience model
            | Again ->
                if model.IsKnown then
                    let holder = callers.ScopeOf model.Holder
                    do! callers.Ask next (fun _ -> AsyncLock.acquire gate holder)
                    model <- told next Answer.Deadlock model
            | Release ->
                if model.Holder > 0 then
                    (lease model.Holder).Release()
                    Assert.False (lease model.Holder).IsHeld
                    model <- release model
            | Cancel which ->
                let id = Callers.pick which callers.Told.Keys
                let waiting = Callers.pick which (List.map fst model.Line)
                let id = if which % 4uy = 0uy || waiting = 0 then id else waiting

                if id > 0 then
                    callers.Cancel id
                    model <- leave id Answer.Cancelled model
            | Close chance when chance % 8uy = 0uy ->
                gate.Core.Close()
                model <- close model
            | Close _ -> ()
        }

        let program: Scoped<unit, string> = scope {
            let! made = AsyncLock.create "ledger"
            gate <- made
            let mutable next = 0

            for step in List.truncate 40 steps do
                next <- next + 1
                do! act next step
                // who was let in has it at once, whoever runs next
                Assert.Equal(model.Holder > 0, gate.IsHeld)
                Assert.Equal(model.Line.Length, gate.Waiting)
                do! Step.delay 1.
                model <- tick model
                Assert.Equal(model.Holder > 0, gate.IsHeld)
                Assert.Equal(model.Line.Length, gate.Waiting)

                let answers =
                    Map.ofSeq (seq { for pair in callers.Told -> pair.Key, Answer.ofOutcome pair.Value })

                Assert.Equal<Map<int, Answer>>(model.Told, answers)
                Assert.True(model.Holder = 0 || (lease model.Holder).IsHeld)

            callers.Finish()
        }

        Expect.ok () (SeededRuntime(int seed).Run program)
        return true
    })

// ---- three tasks with three operations each ----

type private Op =
    | Took
    | Gave
    | Refused
    /// A wait that was cancelled: it did not happen.
    | Left

let private apply isHeld (event: Event<Op>) (later: Event<Op> list) =
    match event.Op with
    | Took -> if isHeld then None else Some true
    | Gave -> if isHeld then Some false else None
    | Left -> Some isHeld
    | Refused ->
        // somebody had it, or waited
        let waits (other: Event<Op>) =
            other.Began < event.Ended && (other.Op = Took || other.Op = Left)

        if isHeld || List.exists waits later then
            Some isHeld
        else
            None

let private contest (seed: int) (history: History<Op>) (gate: AsyncLock) : Scoped<unit, string> =
    let stops = [| for _ in 0..2 -> new CancellationTokenSource() |]

    let holding (lease: Lease) : Scoped<unit, string> = scope {
        do! Step.pause
        let began = history.Begin()
        lease.Release()
        history.End(began, Gave)
    }

    let worker (number: int) : Scoped<unit, string> = scope {
        let random = Random(seed * 3 + number)

        for _ in 1..3 do
            do! Step.pause
            let began = history.Begin()

            match random.Next 4 with
            | 0 ->
                match AsyncLock.tryAcquire gate with
                | ValueSome lease ->
                    history.End(began, Took)
                    do! holding lease
                | ValueNone -> history.End(began, Refused)
            | 1 -> stops[(number + 1) % 3].Cancel()
            | _ ->
                let stop = new CancellationTokenSource()
                stops[number] <- stop

                let! outcome =
                    fun (scope: Scope) ->
                        let wait =
                            PermitKernel.AcquireUnlessStopped<string>(
                                gate.Core,
                                AsyncLock.Order,
                                scope,
                                stop.Token
                            )

                        Await.Changed(scope, wait, Ok)

                match outcome with
                | Ok lease ->
                    history.End(began, Took)
                    do! holding lease
                | Error { Cause = Cause.Cancelled _ } -> history.End(began, Left)
                | Error error -> failwith $"{error}"
    }

    scope {
        for number in 0..2 do
            let! _ =
                Scope.forkWith (
                    {
                        TaskOptions.Default with
                            Start = StartMode.Pool
                    },
                    worker number
                )

            ()
    }

[<Fact>]
let ``whatever order a seed decides, a lock can be told as one step after the other`` () =
    let mutable left = 0
    let mutable refused = 0

    for seed in 1..400 do
        let history = History<Op>()
        let gate = AsyncLock "ledger"
        Expect.ok () (SeededRuntime(seed).Run(contest seed history gate))
        Assert.False gate.IsHeld
        Assert.Equal(0, gate.Waiting)

        if not (Linearizable.holds apply false history.Events) then
            failwith $"seed {seed}: no order explains %A{history.Events}"

        for event in history.Events do
            if event.Op = Left then
                left <- left + 1

            if event.Op = Refused then
                refused <- refused + 1

    Assert.True(left > 20 && refused > 20, $"only {left} were cancelled and {refused} refused")
