namespace GoGoScope.Fuzz.Sync

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing

/// A resource that knows what was done to it.
[<Sealed>]
type Machine(number: int) =
    let mutable users = 0
    let mutable ends = 0
    member _.Number = number
    member _.Enter() = Interlocked.Increment &users
    member _.Leave() = Interlocked.Decrement &users |> ignore
    member _.End() = Interlocked.Increment &ends
    member _.Ends = Volatile.Read &ends

/// A pool as the programs use it. A sabotage replaces a step by one with a bug.
type PoolLibrary() =
    /// Around the options of the pool.
    abstract Options: options: ResourcePoolOptions<Machine> -> ResourcePoolOptions<Machine>
    default _.Options options = options

    abstract Execute:
        pool: ResourcePool<Machine> * work: (Machine -> Scoped<unit, string>) -> Scoped<unit, string>

    default _.Execute(pool, work) = ResourcePool.execute pool work

/// The scenario `pool`: many borrow from few, and making, checking and destroying fail. No resource is lent twice, destroyed
/// twice or lost, and there are never too many.
module PoolScenario =

    type private World = {
        Library: PoolLibrary
        Tally: Tally
        Max: int
        Problems: ConcurrentQueue<string>
        Machines: ConcurrentQueue<Machine>
        mutable Calls: int
        mutable Living: int
    }

    let private ms (count: int) = TimeSpan.FromMilliseconds(float count)

    /// Things go wrong in a way that the number of the call decides.
    let private chance (world: World) (one: int) =
        (Interlocked.Increment &world.Calls) * 7919 % one = 0

    let private options (world: World) (seed: int) (wait: CancellationToken -> Task) = {
        ResourcePoolOptions.Default<Machine>(
            world.Max,
            Func<_, _>(fun token -> task {
                let living = Interlocked.Increment &world.Living

                if living > world.Max then
                    world.Problems.Enqueue $"there were {living} resources, of {world.Max}"
                elif living = world.Max then
                    world.Tally.Add("full pools", 1)

                try
                    do! wait token

                    if chance world 5 then
                        world.Tally.Add("failed makings", 1)
                        failwith "no connection"

                    let machine = Machine(world.Machines.Count + 1)
                    world.Machines.Enqueue machine
                    return machine
                with failure ->
                    Interlocked.Decrement &world.Living |> ignore
                    return raise failure
            }),
            Func<_, _, _>(fun (machine: Machine) _ ->
                task {
                    if machine.End() > 1 then
                        world.Problems.Enqueue $"resource {machine.Number} was destroyed twice"

                    try
                        do! wait CancellationToken.None

                        if chance world 7 then
                            world.Tally.Add("failed ends", 1)
                            failwith "no end"
                    finally
                        Interlocked.Decrement &world.Living |> ignore
                }
                :> Task)
        ) with
            Min = seed % 2
            Validate =
                Func<_, _, _>(fun _ token -> task {
                    do! wait token
                    let good = not (chance world 6)

                    if not good then
                        world.Tally.Add("failed checks", 1)

                    return good
                })
            IdleTimeout = if seed % 3 = 0 then ms 2 else Timeout.InfiniteTimeSpan
            MaxLifetime = if seed % 3 = 1 then ms 8 else Timeout.InfiniteTimeSpan
            AcquireTimeout = if seed % 5 = 0 then ms 3 else TimeSpan.FromMinutes 10.
    }

    let private work (world: World) (pause: int) (machine: Machine) : Scoped<unit, string> = scope {
        if machine.Enter() <> 1 then
            world.Problems.Enqueue $"resource {machine.Number} was lent twice"

        if machine.Ends > 0 then
            world.Problems.Enqueue $"resource {machine.Number} was lent after its end"

        try
            do! Scope.delay (ms pause)
        finally
            machine.Leave()
    }

    let private once
        (world: World)
        (pool: ResourcePool<Machine>)
        (way: int)
        (pause: int)
        : Scoped<unit, string> =
        match way with
        | 0 -> scope {
            let! lease = ResourcePool.borrow pool
            do! work world pause lease.Value
            do! ResourcePool.discard lease pool
          }
        | 1 -> scope {
            let! lease = ResourcePool.borrow pool
            do! work world pause lease.Value // the end of the scope gives it back
          }
        | 2 -> scope {
            do! ResourcePool.drain pool
            world.Tally.Add("drained", 1)
          }
        | _ -> world.Library.Execute(pool, work world pause)

    let private borrower (world: World) (pool: ResourcePool<Machine>) (seed: int) : Scoped<unit, string> =
        scope {
            let random = Random seed

            for _ in 1..4 do
                let! one = Scope.task (once world pool (random.Next 9) (random.Next 3))

                if random.Next 4 = 0 then
                    do! Scope.delay (ms (random.Next 2))
                    one.Cancel "not needed"

                let! outcome = ScopeTask.result one

                match outcome with
                | Ok() -> world.Tally.Add("served", 1)
                | Error { Cause = Cause.Cancelled _ } -> world.Tally.Add("cancelled", 1)
                | Error { Cause = Cause.Crashed failure } when failure.Message = "no connection" -> ()
                | Error {
                            Cause = Cause.Rejected(Rejection.WaitedTooLong _)
                        } -> world.Tally.Add("waited too long", 1)
                | Error error -> world.Problems.Enqueue $"a borrow ended with {error}"

                let now = pool.Statistics

                if now.Total <> now.Available + now.InUse + now.Changing || now.Total > world.Max then
                    world.Problems.Enqueue $"the numbers do not fit: {now}"
        }

    let private program (world: World) (seed: int) wait : Scoped<unit, string> = scope {
        let! pool = ResourcePool.createWith (world.Library.Options(options world seed wait))

        let crowd: Scoped<unit, string> = scope {
            for number in 1 .. 3 + seed % 6 do
                let options = {
                    TaskOptions.Default with
                        Start = StartMode.Pool
                }

                let! _ = Scope.forkWith (options, borrower world pool (seed * 31 + number))
                ()
        }

        do! Scoped.timeout (TimeSpan.FromHours 1.) crowd
        let now = pool.Statistics

        if now.InUse + now.Waiting > 0 then
            world.Problems.Enqueue $"something is left: {now}"
    }

    let private round (library: PoolLibrary) (order: Order) (seed: int) (tally: Tally) : Round =
        let world = {
            Library = library
            Tally = tally
            Max = 1 + seed % 3
            Problems = ConcurrentQueue()
            Machines = ConcurrentQueue()
            Calls = seed
            Living = 0
        }

        let judge (outcome: Result<unit, ScopeError<string>>) =
            match outcome with
            | Ok()
            | Error {
                        Cause = Cause.CleanupFailed(:? AggregateException)
                    } -> ()
            | Error { Cause = Cause.Crashed failure } when failure.Message = "no connection" -> () // the first ones
            | Error error -> world.Problems.Enqueue $"the program ended with {error}"

        if order.OnThreads || seed % 8 = 3 then
            tally.Add("programs on threads", 1)
            let wait (_: CancellationToken) : Task = task { do! Task.Yield() }

            let run =
                Task.Run<Result<unit, ScopeError<string>>>(fun () ->
                    (Scope.run (program world seed wait)).AsTask())

            if run.Wait(TimeSpan.FromSeconds 20.) then
                judge run.Result
            else
                world.Problems.Enqueue "the program never ended"
        else
            tally.Add("programs on one thread", 1)
            let runtime = SeededRuntime seed

            let wait (token: CancellationToken) : Task =
                Task.Delay(ms (seed % 3), runtime.Clock, token)

            try
                judge (runtime.Run(program world seed wait))
            with :? DeadlockException as stuck ->
                world.Problems.Enqueue stuck.Message

        if world.Problems.IsEmpty && world.Living <> 0 then
            world.Problems.Enqueue $"{world.Living} resources were not destroyed"

        {
            Story = [ $"{3 + seed % 6} borrowers, at most {world.Max} resources" ]
            Problems = List.ofSeq world.Problems
        }

    /// Gives the resource back before the work with it has ended.
    let private early () = {
        new PoolLibrary() with
            override _.Execute(pool, work) = scope {
                let! lease = ResourcePool.borrow pool
                let machine = lease.Value
                do! ResourcePool.release lease pool
                do! work machine
            }
    }

    let private oneTooMany () = {
        new PoolLibrary() with
            override _.Options options = { options with Max = options.Max + 1 }
    }

    /// A making that fails never says so.
    let private stranded () = {
        new PoolLibrary() with
            override _.Options options = {
                options with
                    Create =
                        Func<_, _>(fun token -> task {
                            try
                                return! options.Create.Invoke token
                            with failure when failure.Message = "no connection" ->
                                return! TaskCompletionSource<Machine>().Task
                        })
            }
    }

    let private twice () = {
        new PoolLibrary() with
            override _.Options options = {
                options with
                    Destroy =
                        Func<_, _, _>(fun machine token ->
                            if machine.Number % 5 = 0 then
                                options.Destroy.Invoke(machine, token) |> ignore

                            options.Destroy.Invoke(machine, token))
            }
    }

    let scenario: Scenario =
        Rounds.scenario
            "pool"
            [
                "programs on one thread"
                "programs on threads"
                "served"
                "cancelled"
                "waited too long"
                "full pools"
                "failed makings"
                "failed checks"
                "failed ends"
                "drained"
            ]
            [
                "", PoolLibrary()
                "early-release", early ()
                "one-too-many", oneTooMany ()
                "stranded", stranded ()
                "destroyed-twice", twice ()
            ]
            round
