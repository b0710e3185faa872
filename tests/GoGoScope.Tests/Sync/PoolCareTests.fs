/// What a pool does with resources that are broken, old or not needed.
module GoGoScope.Tests.Sync.PoolCareTests

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
let ``a broken resource is destroyed, and its place is free`` () =
    gives 1 2 (fun _ factory -> scope {
        let! pool = ResourcePool.createWith (factory.Options 1)
        let! lease = ResourcePool.borrow pool
        let! waiting = fork (ResourcePool.borrow pool |> Scoped.map number)
        do! ResourcePool.discard lease pool
        Assert.Equal(1, factory.Made.Head.Destroyed)
        return! waiting
    })

[<Fact>]
let ``what is no good any more is not lent, also when the check throws`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()

        let! outcome =
            stage.Run(
                scope {
                    let! pool = ResourcePool.createWith { factory.Options 3 with Min = 3 }

                    factory.OnValidate <-
                        fun number _ ->
                            match number with
                            | 3 -> Task.FromResult false
                            | 2 -> failwith "broken pipe"
                            | _ -> Task.FromResult true

                    let! lease = ResourcePool.borrow pool
                    Assert.Equal(1, pool.Statistics.Total)
                    return number lease
                }
            )

        Expect.ok 1 outcome
        factory.Check 3
        let told = Assert.Single stage.Unobserved
        Assert.Equal("broken pipe", told.Exception.Message)
    })

[<Fact>]
let ``the idle are destroyed when their time has come, those of min not, by one timer`` () =
    gives 4 [ 4; 4; 2 ] (fun stage factory -> scope {
        let! pool =
            ResourcePool.createWith {
                factory.Options 4 with
                    Min = 2
                    IdleTimeout = ms 10.
            }

        let! one = ResourcePool.borrow pool
        let! two = ResourcePool.borrow pool
        let! three = ResourcePool.borrow pool
        let! four = ResourcePool.borrow pool

        for lease in [ one; two; three; four ] do
            do! ResourcePool.release lease pool

        let first = pool.Statistics.Available
        Assert.InRange(stage.Clock.PendingTimers, 1, 2)
        do! Step.delay 9.
        let second = pool.Statistics.Available
        do! Step.delay 2.
        return [ first; second; pool.Statistics.Available ]
    })

[<Fact>]
let ``the old are not lent again`` () =
    gives 1 [ 1; 1; 2 ] (fun _ factory -> scope {
        let! pool =
            ResourcePool.createWith {
                factory.Options 1 with
                    MaxLifetime = ms 10.
            }

        let! first = ResourcePool.execute pool (fun one -> Step.give 5. one.Number)
        let! second = ResourcePool.execute pool (fun one -> Step.give 6. one.Number)
        let! third = ResourcePool.execute pool (fun one -> Scoped.value one.Number)
        return [ first; second; third ]
    })

[<Fact>]
let ``a drained pool makes new ones, and destroys those in use when they come back`` () =
    gives 2 [ 3; 4 ] (fun _ factory -> scope {
        let! pool = ResourcePool.createWith { factory.Options 2 with Min = 2 }
        let! old = ResourcePool.borrow pool
        do! ResourcePool.drain pool
        Assert.Equal(1, pool.Statistics.Total)
        let! one = ResourcePool.borrow pool
        do! ResourcePool.release old pool
        Assert.Equal(1, pool.Statistics.Total)
        let! two = ResourcePool.borrow pool
        return [ number one; number two ]
    })

[<Fact>]
let ``a pool whose first resources cannot be made is none, and destroys those that were`` () =
    Story.run (fun () -> task {
        let factory = Factory()
        factory.OnCreate <- fun number _ -> if number = 3 then failwith "no" else Task.CompletedTask

        let! outcome =
            Stage().Run(ResourcePool.createWith { factory.Options 5 with Min = 4 } |> Scoped.map ignore)

        Assert.Equal("no", (Expect.crashed<exn, _, string> outcome).Message)
        factory.Check 5
        Assert.Equal(1, factory.Made.Head.Destroyed)
    })

[<Fact>]
let ``bad options are refused at the door`` () =
    let factory = Factory()
    let good = factory.Options 2

    let refused (name: string) (options: ResourcePoolOptions<Resource>) =
        let make () =
            (ResourcePool.createWith options: Scoped<ResourcePool<Resource>, string>)
            |> ignore

        Assert.Equal(name, (Assert.ThrowsAny<ArgumentException> make).ParamName)

    refused "Max" { good with Max = 0 }
    refused "Min" { good with Min = 3 }
    refused "Min" { good with Min = -1 }

    refused "Create" {
        good with
            Create = Unchecked.defaultof<_>
    }

    refused "Destroy" {
        good with
            Destroy = Unchecked.defaultof<_>
    }

    refused "Name" {
        good with
            Name = Unchecked.defaultof<_>
    }

    refused "AcquireTimeout" { good with AcquireTimeout = ms -5. }
    refused "IdleTimeout" { good with IdleTimeout = ms -5. }

    refused "MaxLifetime" {
        good with
            MaxLifetime = TimeSpan.MaxValue
    }
