/// Pools, one behaviour at a time; some bear the names of what such libraries get wrong.
module GoGoScope.Tests.Sync.PoolTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

/// Runs the block on a stage of its own, expects this value, and all resources destroyed once.
let private gives (max: int) (value: 'T) (work: Stage -> Factory -> Scoped<'T, string>) : Task =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        let! outcome = stage.Run(work stage factory)
        Expect.ok value outcome
        factory.Check max
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

let private number (lease: PoolLease<Resource>) = lease.Value.Number

[<Fact>]
let ``a resource is made when it is needed and lent again, the one used last first`` () =
    gives 3 [ 1; 2; 2; 1; 3 ] (fun _ factory -> scope {
        let! pool = ResourcePool.createWith (factory.Options 3)
        let! one = ResourcePool.borrow pool
        let! two = ResourcePool.borrow pool
        let seen = [ number one; number two ]
        do! ResourcePool.release one pool
        do! ResourcePool.release two pool
        let! three = ResourcePool.borrow pool
        let! four = ResourcePool.borrow pool
        let! five = ResourcePool.borrow pool
        let now = pool.Statistics

        Assert.Equal(
            struct (3, 0, 3, 0, 0),
            struct (now.Total, now.Available, now.InUse, now.Changing, now.Waiting)
        )

        return seen @ [ number three; number four; number five ]
    })

[<Fact>]
let ``what min made is lent: min as large as max starves nobody`` () =
    gives 2 [ 2; 1 ] (fun _ factory -> scope {
        let! pool =
            ResourcePool.createWith {
                factory.Options 2 with
                    Min = 2
                    AcquireTimeout = ms 5.
            }

        Assert.Equal(2, pool.Statistics.Available)
        let! one = ResourcePool.borrow pool
        let! two = ResourcePool.borrow pool
        return [ number one; number two ]
    })

[<Fact>]
let ``those who come first at once make no more than there may be`` () =
    gives 2 2 (fun stage factory -> scope {
        factory.OnCreate <- fun _ _ -> Task.Delay(ms 5., stage.Clock)
        let! pool = ResourcePool.createWith (factory.Options 2)

        let! all =
            Parallel.all [
                for _ in 1..10 ->
                    ResourcePool.execute pool (fun (one: Resource) -> scope {
                        one.Use()
                        do! Step.delay 1.
                        one.Leave()
                    })
            ]

        Assert.Equal(10, all.Length)
        return factory.Made.Length
    })

[<Fact>]
let ``a double release is an error, and lends nothing twice`` () =
    gives 2 () (fun _ factory -> scope {
        let! pool = ResourcePool.createWith (factory.Options 2)
        let! lease = ResourcePool.borrow pool
        do! ResourcePool.release lease pool
        Assert.False lease.IsHeld
        let! again = Scope.task (ResourcePool.release lease pool: Scoped<unit, string>)
        let! outcome = ScopeTask.result again
        Expect.crashed<InvalidOperationException, _, _> outcome |> ignore
        do! fun (_: CancellationToken) -> lease.DisposeAsync()

        Assert.Throws<InvalidOperationException>(fun () -> lease.Value |> ignore)
        |> ignore

        Assert.Equal(1, pool.Statistics.Available)
        let! one = ResourcePool.borrow pool
        let! two = ResourcePool.borrow pool
        Assert.NotEqual(number one, number two)
    })

[<Fact>]
let ``a resource of another pool is refused`` () =
    gives 2 () (fun _ factory -> scope {
        let! pool = ResourcePool.createWith (factory.Options 1)
        let! other = ResourcePool.createWith (factory.Options 1)
        let! lease = ResourcePool.borrow other

        for give in [ ResourcePool.release; ResourcePool.discard ] do
            let! foreign = Scope.task (give lease pool: Scoped<unit, string>)
            let! outcome = ScopeTask.result foreign
            Expect.crashed<ArgumentException, _, _> outcome |> ignore

        Assert.True lease.IsHeld
    })

[<Fact>]
let ``a failed making wakes the next who waits`` () =
    gives 1 2 (fun stage factory -> scope {
        factory.OnCreate <-
            fun number _ -> task {
                do! Task.Delay(ms 5., stage.Clock)

                if number = 1 then
                    failwith "no connection"
            }

        let! pool = ResourcePool.createWith (factory.Options 1)

        let! first =
            Scope.task (ResourcePool.borrow pool: Scoped<PoolLease<Resource>, string>)

        let! second = fork (ResourcePool.borrow pool |> Scoped.map number)
        let! outcome = ScopeTask.result first
        Assert.Equal("no connection", (Expect.crashed<exn, _, _> outcome).Message)
        return! second
    })

[<Fact>]
let ``the wait in line has a limit, and leaves nothing behind`` () =
    gives 1 () (fun _ factory -> scope {
        let! pool =
            ResourcePool.createWith {
                factory.Options 1 with
                    AcquireTimeout = ms 7.
            }

        let! lease = ResourcePool.borrow pool

        let! late =
            Scope.task (ResourcePool.borrow pool: Scoped<PoolLease<Resource>, string>)

        Assert.Equal(1, pool.Statistics.Waiting)
        let! outcome = ScopeTask.result late

        match outcome with
        | Error error -> Assert.Equal(Cause.Rejected(Rejection.WaitedTooLong(ms 7.)), error.Cause)
        | Ok _ -> failwith "it was lent"

        Assert.Equal(0, pool.Statistics.Waiting)
        do! ResourcePool.release lease pool
        Assert.Equal(1, pool.Statistics.Available)
    })

[<Fact>]
let ``a cancelled making leaves nothing behind, whether it hears the cancel or not`` () =
    for hears in [ true; false ] do
        (gives 1 1 (fun stage factory -> scope {
            factory.OnCreate <-
                fun _ token ->
                    if hears then
                        Task.Delay(ms 10., stage.Clock, token)
                    else
                        Task.Delay(ms 10., stage.Clock)

            let! pool = ResourcePool.createWith (factory.Options 1)
            let! making = Scope.task (ResourcePool.borrow pool |> Scoped.map ignore)
            do! Step.delay 1.
            making.Cancel "not needed"
            let! outcome = ScopeTask.result making

            if hears then
                Expect.cancelled (CancelReason.Requested "not needed") outcome

            let now = pool.Statistics
            Assert.Equal(0, now.InUse + now.Changing + now.Waiting)
            let! _ = ResourcePool.borrow pool
            Assert.Equal(1, pool.Statistics.Total)
            return pool.Statistics.InUse
        }))
            .GetAwaiter()
            .GetResult()

[<Fact>]
let ``the end of a scope gives back what it borrowed`` () =
    gives 1 1 (fun _ factory -> scope {
        let! pool = ResourcePool.createWith (factory.Options 1)

        let! child =
            Scope.task (
                scope {
                    let! _ = ResourcePool.borrow pool
                    do! Step.delay 1.
                    return! Scoped.fail "forgotten"
                }
            )

        let! outcome = ScopeTask.result child
        Expect.failed "forgotten" (outcome: Result<unit, ScopeError<string>>)
        let! lease = ResourcePool.borrow pool
        return number lease
    })

[<Fact>]
let ``many borrows in one scope leave its memory flat`` () =
    gives 1 () (fun _ factory -> scope {
        let! here = Scope.current
        let! pool = ResourcePool.createWith (factory.Options 1)

        for _ in 1..1_000 do
            do! ResourcePool.execute pool (fun _ -> Scoped.value ())

        Assert.Equal(2, here.Rare.Cleanups.Count)
    })

[<Fact>]
let ``what is waited for is seen in the tree`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        let mutable root = Unchecked.defaultof<Scope>

        let pending =
            stage.Start(
                scope {
                    let! here = Scope.current
                    root <- here
                    let! pool = ResourcePool.createWith { factory.Options 1 with Name = "sql" }
                    let! lease = ResourcePool.borrow pool
                    let! _ = fork (ResourcePool.borrow pool)
                    do! Step.delay 1.
                    do! ResourcePool.release lease pool
                }
            )

        Assert.Contains("a resource of 'sql' (1 of 1 in use, 1 waiting)", Scope.debugTree root)
        let! outcome = stage.Finish pending
        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })
