/// A pool under every order of events that a seed brings: three tasks with three operations each.
module GoGoScope.Tests.Sync.PoolOrderLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type private Op =
    | Borrowed of Number: int
    | Returned of Number: int
    | Discarded of Number: int
    /// One could not be made.
    | Failed
    /// It was cancelled: it did not happen.
    | Left

[<Struct>]
type private Lending = {
    Idle: int list
    Lent: Set<int>
    Gone: Set<int>
}

let private apply max (state: Lending) (event: Event<Op>) (_: Event<Op> list) =
    let hasPlace = state.Idle.IsEmpty && state.Lent.Count < max

    match event.Op, state.Idle with
    | Borrowed number, first :: others when number = first ->
        Some {
            state with
                Idle = others
                Lent = Set.add number state.Lent
        }
    | Borrowed number, _ when hasPlace && not (state.Lent.Contains number) && not (state.Gone.Contains number) ->
        Some {
            state with
                Lent = Set.add number state.Lent
        }
    | Returned number, _ when state.Lent.Contains number ->
        Some {
            state with
                Idle = number :: state.Idle
                Lent = Set.remove number state.Lent
        }
    | Discarded number, _ when state.Lent.Contains number ->
        Some {
            state with
                Lent = Set.remove number state.Lent
                Gone = Set.add number state.Gone
        }
    | Failed, _ when hasPlace -> Some state
    | Left, _ -> Some state
    | _ -> None

let private contest (seed: int) (history: History<Op>) (pool: ResourcePool<Resource>) : Scoped<unit, string> =
    let stops = [| for _ in 0..2 -> new CancellationTokenSource() |]

    let holding (random: Random) (lease: PoolLease<Resource>) : Scoped<unit, string> = scope {
        let one = lease.Value
        one.Use()
        do! Step.pause
        one.Leave()
        let began = history.Begin()

        if random.Next 3 = 0 then
            do! ResourcePool.discard lease pool
            history.End(began, Discarded one.Number)
        else
            do! ResourcePool.release lease pool
            history.End(began, Returned one.Number)
    }

    let worker (number: int) : Scoped<unit, string> = scope {
        let random = Random(seed * 3 + number)

        for _ in 1..3 do
            do! Step.pause
            let began = history.Begin()

            match random.Next 4 with
            | 0 -> stops[(number + 1) % 3].Cancel()
            | _ ->
                let stop = new CancellationTokenSource()
                stops[number] <- stop

                let! outcome =
                    fun (scope: Scope) ->
                        Await.Changed(
                            scope,
                            PoolKernel.BorrowUnlessStopped<Resource, string>(pool, scope, stop.Token),
                            Ok
                        )

                match outcome with
                | Ok lease ->
                    history.End(began, Borrowed lease.Value.Number)
                    do! holding random lease
                | Error { Cause = Cause.Cancelled _ } -> history.End(began, Left)
                | Error { Cause = Cause.Crashed _ } -> history.End(began, Failed)
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
let ``whatever order a seed decides, a pool can be told as one step after the other`` () =
    let seen = List<Op>()

    for seed in 1..400 do
        let max = 1 + seed % 2
        let history = History<Op>()
        let factory = Factory()
        let runtime = SeededRuntime seed

        factory.OnCreate <-
            fun number token -> task {
                do! Task.Delay(Step.milliseconds (float (number % 2)), runtime.Clock, token)

                if (number + seed) % 4 = 0 then
                    failwith "no connection"
            }

        factory.OnDestroy <- fun number _ -> Task.Delay(Step.milliseconds (float (number % 2)), runtime.Clock)

        let outcome =
            runtime.Run(
                scope {
                    let! pool = ResourcePool.createWith (factory.Options max)
                    do! Scoped.result (contest seed history pool) |> Scoped.map (Expect.ok ())
                    let now = pool.Statistics
                    Assert.Equal(0, now.InUse + now.Changing + now.Waiting)
                }
            )

        Expect.ok () outcome
        factory.Check max

        let start = {
            Idle = []
            Lent = Set.empty
            Gone = Set.empty
        }

        if not (Linearizable.holds (apply max) start history.Events) then
            failwith $"seed {seed}: no order explains %A{history.Events}"

        seen.AddRange(history.Events |> List.map (fun event -> event.Op))

    let often (what: string) (isIt: Op -> bool) =
        let count = seen |> Seq.filter isIt |> Seq.length
        Assert.True(count > 20, $"{what}: {count} times only")

    often "borrowed" _.IsBorrowed
    often "returned" _.IsReturned
    often "discarded" _.IsDiscarded
    often "failed" _.IsFailed
    often "left" _.IsLeft
