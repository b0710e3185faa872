namespace GoGoScope.Fuzz.Sync

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing

/// Permits as the programs use them. A sabotage replaces a step by one with a bug.
type PermitLibrary() =
    abstract Acquire: options: AcquireOptions * semaphore: Semaphore -> Scoped<Lease, string>
    default _.Acquire(options, semaphore) = Semaphore.acquireWith options semaphore
    abstract Release: lease: Lease -> unit
    default _.Release lease = lease.Release()

/// The scenario `semaphore`: programs that take, try, wait for, select, leave and adjust permits. Never more are held than
/// there are, nobody waits for ever, nothing is lost, and the line is kept.
module SemaphoreScenario =

    type private World = {
        Library: PermitLibrary
        Tally: Tally
        Semaphore: Semaphore
        Most: int
        Problems: ConcurrentQueue<string>
        mutable Held: int
    }

    let private ms (count: int) = TimeSpan.FromMilliseconds(float count)

    /// What is done with permits. A lease is released by `finally` or `use!`: a cancel may come right after it was given.
    let private hold (world: World) (count: int) (pause: int) : Scoped<unit, string> = scope {
        let held = Interlocked.Add(&world.Held, count)

        if held > world.Most then
            world.Problems.Enqueue $"{held} permits were held, of {world.Most}"
        elif held = world.Most then
            world.Tally.Add("all permits held", 1)

        try
            do! Scope.delay (ms pause)
        finally
            Interlocked.Add(&world.Held, -count) |> ignore
    }

    let private asked (world: World) (random: Random) : Scoped<unit, string> = scope {
        let count = 1 + random.Next 3
        let pause = random.Next 3

        let options = {
            AcquireOptions.Default with
                Count = count
                Priority = random.Next 3
        }

        match random.Next 6 with
        | 0 ->
            let mutable lease = Unchecked.defaultof<Lease>

            if world.Semaphore.TryAcquire(count, &lease) then
                try
                    do! hold world count pause
                finally
                    world.Library.Release lease
        | 1 ->
            let patient = {
                options with
                    Patience = ms (random.Next 2)
            }

            let! outcome = Scoped.result (world.Library.Acquire(patient, world.Semaphore))

            match outcome with
            | Ok lease ->
                try
                    do! hold world count pause
                finally
                    world.Library.Release lease
            | Error {
                        Cause = Cause.Rejected(Rejection.WaitedTooLong _)
                    } -> world.Tally.Add("ran out of patience", 1)
            | Error error -> world.Problems.Enqueue $"a wait ended with {error}"
        | 2 ->
            let! lease =
                select [
                    Semaphore.alt world.Semaphore |> Alt.map ValueSome
                    Alt.after (ms (random.Next 3)) |> Alt.map (fun () -> ValueNone)
                ]

            match lease with
            | ValueSome lease ->
                world.Tally.Add("selected", 1)

                try
                    do! hold world 1 pause
                finally
                    world.Library.Release lease
            | ValueNone -> ()
        | 3 ->
            let work: Scoped<unit, string> = scope {
                let! lease = world.Library.Acquire(options, world.Semaphore)

                try
                    do! hold world count pause
                finally
                    world.Library.Release lease
            }

            let! waiting = Scope.task work
            do! Scope.delay (ms (random.Next 2))
            waiting.Cancel "not needed"
            let! outcome = ScopeTask.result waiting

            if outcome.IsError then
                world.Tally.Add("cancelled", 1)
        | 4 when random.Next 3 = 0 ->
            world.Tally.Add("adjusted", 1)
            Semaphore.setTotal (random.Next world.Most) world.Semaphore
            do! Scope.delay (ms 1)
            Semaphore.setTotal world.Most world.Semaphore
        | _ ->
            let! lease = world.Library.Acquire(options, world.Semaphore)

            try
                do! hold world count pause
            finally
                world.Library.Release lease
    }

    let private program (world: World) (seed: int) : Scoped<unit, string> = scope {
        for number in 0 .. 2 + seed % 6 do
            let random = Random(seed * 31 + number)

            let work: Scoped<unit, string> = scope {
                for _ in 1..6 do
                    do! asked world random
            }

            let options = {
                TaskOptions.Default with
                    Start = StartMode.Pool
            }

            let! _ = Scope.forkWith (options, work)
            ()
    }

    /// The order in which a line is served is known: by priority, then by coming, and nobody overtakes one who wants more.
    let private line (library: PermitLibrary) (seed: int) : string list =
        let random = Random seed
        let wants = [ for id in 1..8 -> id, random.Next 3, 1 + random.Next 3 ]
        let served = List<int>()

        let work: Scoped<unit, string> = scope {
            let! semaphore = Semaphore.create 3
            let! all = Semaphore.acquireMany 3 semaphore

            for id, priority, count in wants do
                let options = {
                    AcquireOptions.Default with
                        Count = count
                        Priority = priority
                }

                let! _ =
                    fork (
                        scope {
                            let! lease = library.Acquire(options, semaphore)
                            served.Add id
                            do! Scope.delay (ms (1 + id))
                            lease.Release()
                        }
                    )

                ()

            do! Scope.delay (ms 1)
            all.Release()
        }

        let outcome = (SeededRuntime seed).Run work
        let ranks = wants |> List.map (fun (id, priority, _) -> id, priority) |> Map.ofList

        // those who are let in together go on in any order; all others in the order of the line
        let order =
            wants
            |> List.sortBy (fun (id, _, _) -> -ranks[id])
            |> List.map (fun (id, _, _) -> id)

        let place = order |> List.mapi (fun place id -> id, place) |> Map.ofList

        [
            if outcome.IsError then
                $"the line ended with {outcome}"

            for index in 0 .. served.Count - 1 do
                // three permits: at most two others are let in with one
                if abs (place[served[index]] - index) > 2 then
                    $"number {served[index]} was served as {index}, and stood at {place[served[index]]}"
        ]

    let private round (library: PermitLibrary) (order: Order) (seed: int) (tally: Tally) : Round =
        let most = 3 + seed % 3

        let world = {
            Library = library
            Tally = tally
            Semaphore = Semaphore most
            Most = most
            Problems = ConcurrentQueue()
            Held = 0
        }

        let onThreads = order.OnThreads || seed % 16 = 3
        let work = program world seed

        if onThreads then
            tally.Add("programs on threads", 1)

            let run =
                Task.Run<Result<unit, ScopeError<string>>>(fun () -> (Scope.run work).AsTask())

            if not (run.Wait(TimeSpan.FromSeconds 20.)) then
                world.Problems.Enqueue "the program never ended"
            elif run.Result.IsError then
                world.Problems.Enqueue $"the program ended with {run.Result}"
        else
            tally.Add("programs on one thread", 1)

            try
                let outcome = (SeededRuntime seed).Run work

                if outcome.IsError then
                    world.Problems.Enqueue $"the program ended with {outcome}"
            with :? DeadlockException as stuck ->
                world.Problems.Enqueue stuck.Message

        if
            world.Problems.IsEmpty
            && (world.Semaphore.Available <> most || world.Semaphore.Waiting <> 0)
        then
            world.Problems.Enqueue
                $"{world.Semaphore.Available} of {most} permits are left, {world.Semaphore.Waiting} wait"

        {
            Story = [ $"{3 + seed % 6} tasks, {most} permits" ]
            Problems = [
                yield! world.Problems

                if not onThreads then
                    tally.Add("lines in order", 1)
                    yield! line library seed
            ]
        }

    /// Asks again and again instead of standing in line.
    let private barging () = {
        new PermitLibrary() with
            override _.Acquire(options, semaphore) = scope {
                let mutable lease = Unchecked.defaultof<Lease>

                while not (semaphore.TryAcquire(options.Count, &lease)) do
                    do! Scope.delay (ms 1)

                return lease
            }
    }

    /// Now and then a release does nothing.
    let private lost () =
        let mutable count = 0

        {
            new PermitLibrary() with
                override _.Release lease =
                    if Interlocked.Increment &count % 50 <> 0 then
                        lease.Release()
        }

    /// Takes fewer than it was asked for.
    let private short () = {
        new PermitLibrary() with
            override _.Acquire(options, semaphore) =
                Semaphore.acquireWith { options with Count = 1 } semaphore
    }

    let private unranked () = {
        new PermitLibrary() with
            override _.Acquire(options, semaphore) =
                Semaphore.acquireWith { options with Priority = 0 } semaphore
    }

    let scenario: Scenario =
        Rounds.scenario
            "semaphore"
            [
                "programs on one thread"
                "programs on threads"
                "all permits held"
                "ran out of patience"
                "selected"
                "cancelled"
                "adjusted"
                "lines in order"
            ]
            [
                "", PermitLibrary()
                "barging", barging ()
                "lost-permit", lost ()
                "too-few-taken", short ()
                "no-priority", unranked ()
            ]
            round
