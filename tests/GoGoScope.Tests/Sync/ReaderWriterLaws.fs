/// Many readers or one writer, against a plain model.
module GoGoScope.Tests.Sync.ReaderWriterLaws

open System
open System.Collections.Generic
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Step =
    | Try of Writes: bool
    | Acquire of Writes: bool
    /// With a patience of that many steps and a bit.
    | AcquireWithin of Writes: bool * Steps: byte
    /// The one who writes asks again, if he is known.
    | Again of Writes: bool
    | Release of Which: byte
    /// Of one who waits, or is in: that gives nothing back.
    | Cancel of Which: byte
    /// The end of the lock's scope, one time in eight: nothing happens after it.
    | Close of Chance: byte

type private Asker = {
    Id: int
    Writes: bool
    /// When his patience ends.
    Until: float
}

type private Model = {
    Now: int
    Readers: Set<int>
    /// Zero: nobody.
    Writer: int
    /// Who came by `Try` is not known.
    IsKnown: bool
    Line: Asker list
    Closed: bool
    Told: Map<int, Answer>
}

let private told id answer (model: Model) = {
    model with
        Told = Map.add id answer model.Told
}

let private fits writes (model: Model) =
    model.Writer = 0 && (not writes || model.Readers.IsEmpty)

let private enter id writes isKnown (model: Model) =
    if writes then
        {
            model with
                Writer = id
                IsKnown = isKnown
        }
    else
        {
            model with
                Readers = Set.add id model.Readers
        }

/// Only the first in line may go in, and then the next.
let rec private serve (model: Model) =
    match model.Line with
    | first :: others when fits first.Writes model ->
        { model with Line = others }
        |> enter first.Id first.Writes true
        |> told first.Id Answer.Given
        |> serve
    | _ -> model

let private ask id writes patience (model: Model) =
    if model.Closed then
        told id Answer.Ended model
    else
        serve {
            model with
                Line =
                    model.Line
                    @ [
                        {
                            Id = id
                            Writes = writes
                            Until = float model.Now + patience
                        }
                    ]
        }

let private leave answer id (model: Model) =
    if List.exists (fun other -> other.Id = id) model.Line then
        {
            model with
                Line = model.Line |> List.filter (fun other -> other.Id <> id)
        }
        |> told id answer
    else
        model

let private release id (model: Model) =
    serve (
        if id = model.Writer then
            {
                model with
                    Writer = 0
                    IsKnown = false
            }
        else
            {
                model with
                    Readers = Set.remove id model.Readers
            }
    )

let private close (model: Model) =
    model.Line
    |> List.fold (fun model other -> leave Answer.Ended other.Id model) { model with Closed = true }

/// One step of time goes by.
let private tick (model: Model) =
    let model = { model with Now = model.Now + 1 }

    model.Line
    |> List.filter (fun other -> other.Until <= float model.Now)
    |> List.sortBy _.Until
    |> List.fold (fun model other -> model |> leave Answer.TooLong other.Id |> serve) model

[<Fact>]
let ``a reader-writer lock does what its model does, step by step`` () =
    Law.holds (fun (seed: byte, steps: Step list) -> task {
        let callers = Callers<Lease>()
        let tried = Dictionary<int, Lease>()
        let mutable gate = Unchecked.defaultof<AsyncReaderWriterLock>

        let mutable model = {
            Now = 0
            Readers = Set.empty
            Writer = 0
            IsKnown = false
            Line = []
            Closed = false
            Told = Map.empty
        }

        let inside () =
            if model.Writer > 0 then
                [ model.Writer ]
            else
                Set.toList model.Readers

        let lease id =
            match tried.TryGetValue id with
            | true, lease -> lease
            | _ ->
                match callers.Told[id] with
                | Ok lease -> lease
                | Error error -> failwith $"{error}"

        let act next (step: Step) : Scoped<unit, string> = scope {
            match step with
            | Try writes ->
                let taken =
                    if writes then
                        AsyncReaderWriterLock.tryAcquireWrite gate
                    else
                        AsyncReaderWriterLock.tryAcquireRead gate

                Assert.Equal(not model.Closed && model.Line.IsEmpty && fits writes model, taken.IsSome)

                if taken.IsSome then
                    tried[next] <- taken.Value
                    model <- enter next writes false model
            | Acquire writes ->
                do!
                    callers.Ask
                        next
                        (if writes then
                             AsyncReaderWriterLock.acquireWrite gate
                         else
                             AsyncReaderWriterLock.acquireRead gate)

                model <- ask next writes infinity model
            | AcquireWithin(writes, steps) ->
                // no two end at the same time: who goes first may let the other one in
                let patience = float (steps % 4uy) + 0.25 + 0.001 * float next
                let time = Step.milliseconds patience

                do!
                    callers.Ask
                        next
                        (if writes then
                             AsyncReaderWriterLock.acquireWriteWithin time gate
                         else
                             AsyncReaderWriterLock.acquireReadWithin time gate)

                model <- ask next writes patience model
            | Again writes ->
                if model.IsKnown then
                    let writer = callers.ScopeOf model.Writer

                    let again: Scoped<Lease, string> =
                        if writes then
                            AsyncReaderWriterLock.acquireWrite gate
                        else
                            AsyncReaderWriterLock.acquireRead gate

                    do! callers.Ask next (fun _ -> again writer)
                    model <- told next Answer.Deadlock model
            | Release which ->
                let id = Callers.pick which (inside ())

                if id > 0 then
                    (lease id).Release()
                    Assert.False (lease id).IsHeld
                    model <- release id model
            | Cancel which ->
                let id = Callers.pick which callers.Told.Keys
                let waiting = Callers.pick which (model.Line |> List.map (fun other -> other.Id))
                let id = if which % 4uy = 0uy || waiting = 0 then id else waiting

                if id > 0 then
                    callers.Cancel id
                    model <- model |> leave Answer.Cancelled id |> serve
            | Close chance when chance % 8uy = 0uy ->
                gate.Core.Close()
                model <- close model
            | Close _ -> ()
        }

        // who was let in has it at once, whoever runs next
        let compare () =
            Assert.Equal(model.Writer > 0, gate.IsWriting)
            Assert.Equal(model.Readers.Count, gate.Readers)
            Assert.Equal(model.Line.Length, gate.Waiting)

        let program: Scoped<unit, string> = scope {
            let! made = AsyncReaderWriterLock.create "ledger"
            gate <- made
            let mutable next = 0

            for step in List.truncate 40 steps do
                next <- next + 1
                do! act next step
                compare ()
                do! Step.delay 1.
                model <- tick model
                compare ()

                let answers =
                    Map.ofSeq (seq { for pair in callers.Told -> pair.Key, Answer.ofOutcome pair.Value })

                Assert.Equal<Map<int, Answer>>(model.Told, answers)

                for id in inside () do
                    Assert.True (lease id).IsHeld

            callers.Finish()
        }

        Expect.ok () (SeededRuntime(int seed).Run program)
        return true
    })
