/// The end of a pool, and crowds that treat it badly.
module GoGoScope.Tests.Sync.PoolEndTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

/// A pool that somebody outside its scope uses.
let private owned (stage: Stage) (options: ResourcePoolOptions<Resource>) (time: float) =
    let mutable known: ResourcePool<Resource> = Unchecked.defaultof<_>

    let owner =
        stage.Start(
            scope {
                let! pool = ResourcePool.createWith options
                known <- pool
                do! Step.delay time
            }
        )

    struct (owner, known)

[<Fact>]
let ``the end of a pool waits for what is borrowed, then destroys each once`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        let struct (owner, pool) = owned stage { factory.Options 2 with Min = 2 } 5.
        let other = Stage stage.Clock

        let borrower =
            other.Start(
                ResourcePool.execute pool (fun one -> scope {
                    do! Step.delay 100.
                    Assert.Equal(0, one.Destroyed)
                    Assert.False owner.IsCompleted
                })
            )

        let waiting = Stage(stage.Clock).Start(scope { do! Step.delay 10. })
        let! _ = stage.Finish waiting
        let! late = other.Run(ResourcePool.borrow pool |> Scoped.map ignore)
        Expect.rejected (Rejection.ScopeEnded "root") late
        Assert.Equal(1, pool.Statistics.Total)
        let! outcome = other.Finish borrower
        Expect.ok () outcome
        let! outcome = stage.Finish owner
        Expect.ok () outcome
        factory.Check 2
    })

[<Fact>]
let ``past the grace the end of a pool takes back what is borrowed, and says so`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        let mutable pool: ResourcePool<Resource> = Unchecked.defaultof<_>

        let owner =
            stage.StartWith
                {
                    stage.Options with
                        Grace = ValueSome(ms 50.)
                }
                (scope {
                    let! made = ResourcePool.createWith (factory.Options 2)
                    pool <- made
                    do! Step.delay 5.
                })

        let other = Stage stage.Clock
        let ended = TaskCompletionSource()

        let borrower =
            other.Start(
                scope {
                    let! lease = ResourcePool.borrow pool
                    do! ended.Task
                    Assert.Equal(1, factory.Made.Head.Destroyed)
                    do! ResourcePool.release lease pool
                }
            )

        let! outcome = stage.Finish owner
        ended.SetResult()

        match outcome with
        | Error {
                    Cause = Cause.CleanupFailed(:? TimeoutException)
                } -> ()
        | outcome -> failwith $"it ended with {outcome}"

        let! outcome = other.Finish borrower
        Expect.ok () outcome
        factory.Check 2
    })

[<Fact>]
let ``a destroy that throws is told, and destroys nothing twice`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        factory.OnDestroy <- fun number _ -> failwith $"broken {number}"

        let! outcome =
            stage.Run(
                scope {
                    let! pool = ResourcePool.createWith { factory.Options 2 with Min = 2 }
                    let! lease = ResourcePool.borrow pool
                    do! ResourcePool.discard lease pool
                    Assert.Equal(1, pool.Statistics.Total)
                }
            )

        match outcome with
        | Error {
                    Cause = Cause.CleanupFailed(:? AggregateException as failure)
                } -> Assert.Equal("broken 1", (Assert.Single failure.InnerExceptions).Message)
        | outcome -> failwith $"it ended with {outcome}"

        Assert.Equal("broken 2", (Assert.Single stage.Unobserved).Exception.Message)
        factory.Check 2
    })

let private consistent (max: int) (pool: ResourcePool<Resource>) =
    let now = pool.Statistics

    if now.Total <> now.Available + now.InUse + now.Changing then
        failwith $"the numbers do not fit: {now}"

    if now.Total > max || now.Available < 0 || now.InUse < 0 || now.Changing < 0 then
        failwith $"too many: {now}"

    if now.Waiting > 0 && now.Available > 0 then
        failwith $"somebody waits beside an idle one: {now}"

/// Borrows, uses, gives back, in all the ways there are; now and then it is told to stop.
let private crowd
    (random: Random)
    (borrowers: int)
    (rounds: int)
    (pool: ResourcePool<Resource>)
    max
    (pause: Scoped<unit, string>)
    : Scoped<unit, string> =
    let use' (one: Resource) : Scoped<unit, string> = scope {
        one.Use()

        try
            do! pause
        finally
            one.Leave()
    }

    let once (way: int) : Scoped<unit, string> = scope {
        let! lease = ResourcePool.borrow pool

        match way with
        | 0 ->
            do! use' lease.Value
            do! ResourcePool.discard lease pool
        | 1 -> do! use' lease.Value // the end of the scope gives it back
        | 2 ->
            do! use' lease.Value
            return! Scoped.fail "broken"
        | _ ->
            do! use' lease.Value
            do! ResourcePool.release lease pool

        consistent max pool
    }

    let borrower (seed: int) : Scoped<unit, string> = scope {
        let random = Random seed

        for _ in 1..rounds do
            let! one = Scope.task (once (random.Next 8))

            if random.Next 4 = 0 then
                do! pause
                one.Cancel "not needed"

            let! outcome = ScopeTask.result one

            match outcome with
            | Ok()
            | Error { Cause = Cause.Failed "broken" }
            | Error { Cause = Cause.Cancelled _ } -> ()
            | Error { Cause = Cause.Crashed failure } when failure.Message = "no connection" -> ()
            | Error error -> failwith $"{error}"
    }

    scope {
        for _ in 1..borrowers do
            let! _ =
                Scope.forkWith (
                    {
                        TaskOptions.Default with
                            Start = StartMode.Pool
                    },
                    borrower (random.Next())
                )

            ()
    }

/// Things go wrong in a way that the number of the call decides.
let private bad (factory: Factory) (seed: int) (wait: CancellationToken -> Task) =
    let mutable calls = seed

    let chance (one: int) =
        (Interlocked.Increment &calls * 7919 + seed) % one = 0

    factory.OnCreate <-
        fun _ token -> task {
            do! wait token

            if chance 5 then
                failwith "no connection"
        }

    factory.OnValidate <-
        fun _ token -> task {
            do! wait token

            if chance 9 then
                failwith "no check"

            return not (chance 6)
        }

    factory.OnDestroy <-
        fun _ _ -> task {
            do! wait CancellationToken.None

            if chance 5 then
                failwith "no end"
        }

/// What fails at the end of the pool is the destroying only.
let private judge max (factory: Factory) outcome =
    match outcome with
    | Ok() -> ()
    | Error {
                Cause = Cause.CleanupFailed(:? AggregateException)
            } -> ()
    | Error(error: ScopeError<string>) -> failwith $"{error}"

    factory.Check max

[<Fact>]
let ``whatever goes wrong, and whatever the seed decides, no resource is lent twice, destroyed twice or lost``
    ()
    =
    for seed in 1..60 do
        let factory = Factory()
        let runtime = SeededRuntime seed
        bad factory seed (fun token -> Task.Delay(ms (float (seed % 3)), runtime.Clock, token))

        judge
            2
            factory
            (runtime.Run(
                scope {
                    let! pool =
                        ResourcePool.createWith {
                            factory.Options 2 with
                                IdleTimeout = ms 5.
                                MaxLifetime = ms 20.
                        }

                    do!
                        Scoped.timeout
                            (TimeSpan.FromMinutes 5.)
                            (crowd (Random seed) 5 4 pool 2 (Step.delay 1.))

                    Assert.Equal(0, pool.Statistics.Waiting + pool.Statistics.InUse)
                }
            ))

[<Fact>]
let ``nor on threads, with a hundred borrowers`` () =
    Story.run (fun () -> task {
        for seed in 1..5 do
            let factory = Factory()

            bad factory seed (fun _ -> task { do! Task.Yield() })

            let yielding: Scoped<unit, string> = scope {
                do! fun (_: CancellationToken) -> task { do! Task.Yield() }
            }

            let! outcome =
                Story.wait (
                    Scope.run (
                        scope {
                            let! pool = ResourcePool.createWith (factory.Options 8)

                            do!
                                Scoped.timeout
                                    (TimeSpan.FromMinutes 1.)
                                    (crowd (Random seed) 100 10 pool 8 yielding)

                            Assert.Equal(0, pool.Statistics.Waiting + pool.Statistics.InUse)
                        }
                    )
                )

            judge 8 factory outcome
            Assert.InRange(factory.Most, 1, 8) // how many meet is the threads' affair
    })
