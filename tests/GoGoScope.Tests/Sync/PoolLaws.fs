/// A pool against a plain model.
module GoGoScope.Tests.Sync.PoolLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Step =
    | Borrow
    | Return of Which: byte
    | Discard of Which: byte
    /// Of one who waits, or for whom one is made, or who has one: the end of his scope gives it back.
    | Cancel of Which: byte
    /// A making or a destroying comes to its end.
    | Finish of Which: byte
    /// The next check will find it bad. Every other time; otherwise it is a return, or few would be idle.
    | Spoil of Which: byte
    /// One time in four; otherwise somebody borrows, or there would be no lines.
    | Drain of Chance: byte
    /// The end of the pool's scope, one time in eight, for little happens after it; otherwise somebody borrows.
    | Close of Chance: byte

/// Makings and destroyings that end when the program says so.
[<Sealed>]
type private Pending() =
    let open' = SortedDictionary<int, TaskCompletionSource>()
    let mutable isOver = false

    /// A cancel takes it out.
    member _.Wait (number: int) (token: CancellationToken) : Task =
        if isOver then
            Task.CompletedTask
        else
            let source = TaskCompletionSource()
            open'.Add(number, source)

            token.UnsafeRegister(
                (fun _ ->
                    open'.Remove number |> ignore
                    source.TrySetCanceled token |> ignore),
                null
            )
            |> ignore

            source.Task

    member _.Numbers = List.ofSeq open'.Keys

    member _.Finish(number: int) =
        let source = open'[number]
        open'.Remove number |> ignore
        source.TrySetResult() |> ignore

    /// From now on everything ends at once.
    member this.FinishAll() =
        isOver <- true

        for number in this.Numbers do
            this.Finish number

/// How a kind of program treats its resources: either they are checked and drained, or some take long to destroy.
let private fatesOf (kind: int) : Fates = {
    MakeFails = fun number -> (number * 7 + kind) % 5 = 0
    MakePends = fun number -> (number * 3 + kind) % 4 = 0
    DestroyPends = fun number -> kind % 2 = 0 && (number + kind / 2) % 2 = 0
}

let private scripted (kind: int) (pending: Pending) (spoiled: HashSet<int>) : Factory =
    let fates = fatesOf kind
    let factory = Factory()

    factory.OnCreate <-
        fun number token -> task {
            if fates.MakePends number then
                do! pending.Wait number token

            if fates.MakeFails number then
                failwith "no connection"
        }

    factory.OnDestroy <-
        fun number _ -> task {
            if fates.DestroyPends number then
                do! pending.Wait number CancellationToken.None

            if number % 3 = 0 then
                failwith "no end"
        }

    factory.OnValidate <-
        fun number _ ->
            if not (spoiled.Contains number) then Task.FromResult true
            elif number % 2 = 0 then Task.FromResult false
            else failwith "no check"

    factory

[<Fact>]
let ``a pool does what its model does, step by step`` () =
    Law.holds (fun (seed: byte, steps: Step list) -> task {
        let kind = int seed % 40
        let max = 1 + int seed % 4
        let isChecked = kind % 2 = 1
        let callers = Callers<PoolLease<Resource>>()
        let pending = Pending()
        let spoiled = HashSet<int>()
        let factory = scripted kind pending spoiled

        let patience =
            match kind / 2 % 3 with
            | 0 -> 0.
            | 1 -> 2.5
            | _ -> infinity

        let options =
            let options = {
                factory.Options max with
                    AcquireTimeout =
                        if Double.IsInfinity patience then
                            Timeout.InfiniteTimeSpan
                        else
                            Step.milliseconds patience
            }

            if isChecked then
                options
            else
                { options with Validate = null }

        let mutable pool = Unchecked.defaultof<ResourcePool<Resource>>
        let mutable model = PoolModel.start (fatesOf kind) max patience

        let lease id =
            match callers.Told[id] with
            | Ok lease -> lease
            | Error error -> failwith $"{error}"

        let act next (owner: ScopeTask<unit, string>) (step: Step) : Scoped<unit, string> = scope {
            match step with
            | Spoil which when isChecked && which % 2uy = 0uy ->
                let number = Callers.pick which [ yield! model.Idle; yield! Map.values model.Lent ]

                if number > 0 then
                    spoiled.Add number |> ignore

                    model <- {
                        model with
                            Spoiled = Set.add number model.Spoiled
                    }
            | Return which
            | Spoil which ->
                let id = Callers.pick which (Map.keys model.Lent)

                if id > 0 then
                    (lease id).ReleaseAsync() |> ignore
                    model <- PoolModel.giveBack id false model
            | Discard which ->
                let id = Callers.pick which (Map.keys model.Lent)

                if id > 0 then
                    (lease id).DiscardAsync() |> ignore
                    model <- PoolModel.giveBack id true model
            | Cancel which ->
                let waiting = List.map fst model.Line

                let id =
                    Callers.pick which [
                        yield! waiting
                        yield! Map.values model.Making
                        yield! Map.keys model.Lent
                    ]

                if id > 0 then
                    callers.Cancel id
                    model <- PoolModel.cancel id model
            | Finish which ->
                let number = Callers.pick which pending.Numbers

                if number > 0 then
                    pending.Finish number
                    model <- PoolModel.finish number model
            | Drain chance when chance % 4uy = 0uy && isChecked ->
                pool.DrainCore() |> ignore
                model <- PoolModel.drain model
            | Close chance when chance % 8uy = 0uy && not model.Closed ->
                owner.Cancel "over"
                model <- PoolModel.close model
            | Borrow
            | Drain _
            | Close _ ->
                do! callers.Ask next (ResourcePool.borrow pool)
                model <- PoolModel.borrow next model
        }

        let compare (owner: ScopeTask<unit, string>) =
            let now = pool.Statistics

            Assert.Equal(
                {
                    Total = PoolModel.total model
                    Available = model.Idle.Length
                    InUse = model.Lent.Count
                    Changing = PoolModel.changing model
                    Waiting = model.Line.Length
                },
                now
            )

            let answers =
                Map.ofSeq (seq { for pair in callers.Told -> pair.Key, Answer.ofOutcome pair.Value })

            Assert.Equal<Map<int, Answer>>(model.Told, answers)

            for pair in callers.Told do
                match pair.Value, Map.tryFind pair.Key model.Lent with
                | Ok lease, Some number -> Assert.Equal(number, lease.Value.Number)
                | Ok lease, None -> Assert.False lease.IsHeld
                | Error _, has -> Assert.True has.IsNone

            let ended =
                factory.Made
                |> List.filter (fun one ->
                    one.Destroyed > 0 && not (List.contains one.Number pending.Numbers))
                |> List.map (fun one -> one.Number)

            Assert.Equal<Set<int>>(model.Destroyed, Set.ofList ended)
            Assert.Equal(model.Closed && PoolModel.total model = 0, owner.IsCompleted)

        let program: Scoped<unit, string> = scope {
            let! owner =
                Scope.task (
                    scope {
                        let! made = ResourcePool.createWith options
                        pool <- made
                        do! Step.forever
                    }
                )

            let mutable next = 0

            for step in List.truncate 30 steps do
                next <- next + 1
                do! act next owner step
                do! Step.delay 1.
                model <- PoolModel.tick model
                compare owner

            pending.FinishAll()
            callers.Finish()
            owner.Cancel "over"
            do! Step.delay 1.
            Assert.True owner.IsCompleted
        }

        // a destroying that throws at the end of the pool is told there
        match SeededRuntime(int seed).Run program with
        | Ok()
        | Error {
                    Cause = Cause.CleanupFailed(:? AggregateException)
                } -> ()
        | Error error -> failwith $"{error}"

        factory.Check max
        return true
    })
