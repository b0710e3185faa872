/// Permits against a plain model, and under every order of events that a seed or the threads bring.
module GoGoScope.Tests.Sync.SemaphoreLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Step =
    | Acquire of Count: byte * Priority: bool
    | Try of Count: byte
    | Release of Which: byte
    | Cancel of Which: byte
    | SetTotal of Total: byte

type private Ask = {
    Pending: ValueTask<Result<Lease, ScopeError<string>>>
    Stop: CancellationTokenSource
}

/// How many a step asks for: never more than the largest total of a program.
let private wanted (count: byte) = 1 + int count % 4

let private totalOf (total: byte) = int total % 5

[<Fact>]
let ``a semaphore does what its model does, step by step`` () =
    Law.holds (fun (total: byte, steps: Step list) -> task {
        let semaphore = Semaphore 4
        semaphore.SetTotal(totalOf total)
        let mutable model = PermitModel.start (totalOf total)
        let asked = Dictionary<int, Ask>()
        let leases = Dictionary<int, Lease>()
        let mutable next = 0
        let mutable same = true

        let pick (which: byte) (ids: seq<int>) =
            let ids = Seq.toArray ids
            if ids.Length = 0 then -1 else ids[int which % ids.Length]

        for step in steps do
            match step with
            | Acquire(count, isUrgent) ->
                next <- next + 1
                let stop = new CancellationTokenSource()

                let order =
                    semaphore.Order {
                        AcquireOptions.Default with
                            Count = wanted count
                            Priority = if isUrgent then 1 else 0
                    }

                asked[next] <- {
                    Pending = PermitKernel.Acquire(semaphore.Core, order, Unchecked.defaultof<_>, stop.Token)
                    Stop = stop
                }

                model <-
                    PermitModel.acquire
                        {
                            Id = next
                            Count = wanted count
                            Priority = order.Rank * -1
                        }
                        model
            | Try count ->
                next <- next + 1
                let mutable lease = Unchecked.defaultof<Lease>
                let given = semaphore.TryAcquire(wanted count, &lease)
                let expected = model.Line.IsEmpty && model.Free >= wanted count
                same <- same && given = expected

                if given then
                    leases[next] <- lease

                    model <-
                        PermitModel.acquire
                            {
                                Id = next
                                Count = wanted count
                                Priority = 0
                            }
                            model
            | Release which ->
                let id = pick which (Seq.sort leases.Keys)

                if id > 0 then
                    leases[id].Release()
                    leases.Remove id |> ignore
                    model <- PermitModel.release id model
            | Cancel which ->
                let id = pick which (model.Line |> Seq.map (fun other -> other.Id))

                if id > 0 then
                    asked[id].Stop.Cancel()
                    let! outcome = Story.wait asked[id].Pending
                    asked.Remove id |> ignore
                    Expect.cancelled (CancelReason.TokenFired "caller") outcome
                    model <- PermitModel.leave id model
            | SetTotal total ->
                semaphore.SetTotal(totalOf total)
                model <- PermitModel.setTotal (totalOf total) model

            // whoever was let in by this step has the permits before the step returns
            for id in Seq.toArray asked.Keys do
                if asked[id].Pending.IsCompleted then
                    let! outcome = Story.wait asked[id].Pending
                    asked.Remove id |> ignore

                    match outcome with
                    | Ok lease -> leases[id] <- lease
                    | Error error -> failwith $"{error}"

            same <-
                same
                && semaphore.Available = max 0 model.Free
                && semaphore.Waiting = model.Line.Length
                && semaphore.Total = model.Total
                && Set.ofSeq leases.Keys = Set.ofSeq (Map.keys model.Held)

        return same
    })

// ---- three tasks with three operations each ----

type private Op =
    | Took of Count: int
    | Gave of Count: int
    | Refused of Count: int
    /// A wait that was cancelled: it did not happen.
    | Left

let private apply free (event: Event<Op>) (later: Event<Op> list) =
    match event.Op with
    | Took count when count <= free -> Some(free - count)
    | Took _ -> None
    | Gave count -> Some(free + count)
    | Left -> Some free
    | Refused count ->
        // there were too few, or somebody waited
        let waits (other: Event<Op>) =
            other.Began < event.Ended
            && (match other.Op with
                | Took _
                | Left -> true
                | _ -> false)

        if count > free || List.exists waits later then
            Some free
        else
            None

/// Each task acquires, tries, and cancels the wait of another, in an order that the seed decides.
let private contest (seed: int) (history: History<Op>) (semaphore: Semaphore) : Scoped<unit, string> =
    let stops = [| for _ in 0..2 -> new CancellationTokenSource() |]

    let holding count (lease: Lease) : Scoped<unit, string> = scope {
        do! Step.pause
        let began = history.Begin()
        lease.Release()
        history.End(began, Gave count)
    }

    let worker (number: int) : Scoped<unit, string> = scope {
        let random = Random(seed * 3 + number)

        for _ in 1..3 do
            do! Step.pause
            let count = 1 + random.Next 2
            let began = history.Begin()

            match random.Next 3 with
            | 0 ->
                let mutable lease = Unchecked.defaultof<Lease>

                if semaphore.TryAcquire(count, &lease) then
                    history.End(began, Took count)
                    do! holding count lease
                else
                    history.End(began, Refused count)
            | 1 when random.Next 2 = 0 -> stops[(number + 1) % 3].Cancel()
            | _ ->
                let order =
                    semaphore.Order {
                        AcquireOptions.Default with
                            Count = count
                            Priority = random.Next 2
                    }

                let! outcome =
                    fun (scope: Scope) ->
                        let wait =
                            PermitKernel.AcquireUnlessStopped<string>(
                                semaphore.Core,
                                order,
                                scope,
                                stops[number].Token
                            )

                        Await.Changed(scope, wait, Ok)

                match outcome with
                | Ok lease ->
                    history.End(began, Took count)
                    do! holding count lease
                | Error { Cause = Cause.Cancelled _ } -> history.End(began, Left)
                | Error error -> failwith $"{error}"
    }

    let pooled = {
        TaskOptions.Default with
            Start = StartMode.Pool
    }

    scope {
        for number in 0..2 do
            let! _ = Scope.forkWith (pooled, worker number)
            ()
    }

let private judge (seed: int) (history: History<Op>) (semaphore: Semaphore) outcome =
    Expect.ok () outcome
    Assert.Equal(semaphore.Total, semaphore.Available)
    Assert.Equal(0, semaphore.Waiting)

    if not (Linearizable.holds apply semaphore.Total history.Events) then
        failwith $"seed {seed}: no order explains %A{history.Events}"

[<Fact>]
let ``whatever order a seed decides, it can be told as one step after the other`` () =
    let mutable left = 0

    for seed in 1..400 do
        let history = History<Op>()
        let semaphore = Semaphore 2
        let runtime = SeededRuntime seed
        judge seed history semaphore (runtime.Run(contest seed history semaphore))

        left <-
            left
            + (history.Events |> List.filter (fun event -> event.Op = Left) |> List.length)

    Assert.True(left > 20, $"only {left} waits were cancelled")

[<Fact>]
let ``so can whatever order the threads bring`` () =
    Story.run (fun () -> task {
        for seed in 1..300 do
            let history = History<Op>()
            let semaphore = Semaphore 2
            let! outcome = Story.wait (Scope.run (contest seed history semaphore))
            judge seed history semaphore outcome
    })

[<Fact>]
let ``under many threads no permit is lent twice and none is lost`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 3
        let mutable inside = 0
        let mutable most = 0
        let mutable waits = 0

        let once: Scoped<unit, string> = scope {
            use! _ = Semaphore.acquire semaphore
            let now = Interlocked.Increment &inside
            most <- max most now
            do! fun (_: CancellationToken) -> task { do! Task.Yield() }
            waits <- waits + semaphore.Waiting
            Interlocked.Decrement &inside |> ignore
        }

        let worker: Scoped<unit, string> = scope {
            for _ in 1..500 do
                do! once
        }

        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        for _ in 1..8 do
                            let! _ = Scope.forkWith (pooled, worker)
                            ()
                    }
                )
            )

        Expect.ok () outcome
        Assert.InRange(most, 1, 3)
        Assert.Equal(3, semaphore.Available)
        Assert.Equal(0, semaphore.Waiting)
        Assert.True(waits > 0, "nobody ever waited")
    })
