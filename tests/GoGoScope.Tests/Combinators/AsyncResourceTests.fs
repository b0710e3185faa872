/// Acquired once, released once, by the scope in which it was acquired.
module GoGoScope.Tests.Combinators.AsyncResourceTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// Counts; acquiring takes ten milliseconds.
type private Counted(stage: Stage, ?obeys: bool) =
    let mutable acquired = 0
    let mutable released = 0
    member _.Acquired = acquired
    member _.Released = released
    member val Failures = 0 with get, set

    member this.Resource =
        AsyncResource<int>(
            (fun token -> task {
                let token =
                    if defaultArg obeys true then
                        token
                    else
                        CancellationToken.None

                do! Task.Delay(Step.milliseconds 10., stage.Clock, token)

                if this.Failures > 0 then
                    this.Failures <- this.Failures - 1
                    failwith "not today"

                acquired <- acquired + 1
                return acquired
            }),
            (fun value _ -> task {
                do! Task.Delay(Step.milliseconds 1., stage.Clock)
                released <- released + 1
                stage.Tell $"released {value}"
            })
        )

[<Fact>]
let ``a resource is acquired once and released once, after the children`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        let resource = counted.Resource

        let! outcome =
            stage.Run(
                scope {
                    let! a = Scope.acquire resource
                    let! b = Scope.acquire resource
                    Assert.True resource.IsAcquired
                    Assert.Equal(1, resource.Value)

                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 30.
                                stage.Tell $"used {resource.Value}"
                            }
                        )

                    return a, b
                }
            )

        Expect.ok (1, 1) (outcome: Result<int * int, ScopeError<string>>)
        Assert.Equal<string>([ "40 used 1"; "41 released 1" ], stage.Told)
        Assert.False resource.IsAcquired

        Assert.Throws<InvalidOperationException>(fun () -> resource.Value |> ignore)
        |> ignore
    })

[<Fact>]
let ``racing acquires share one`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        let resource = counted.Resource

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    let acquire: Scoped<int, string> = Scope.acquire resource
                    let! a = fun (_: Scope) -> acquire here
                    and! b = fun (_: Scope) -> acquire here
                    and! c = fun (_: Scope) -> acquire here
                    Assert.True resource.IsAcquired
                    return a + b + c
                }
            )

        Expect.ok 3 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal(1, counted.Acquired)
        Assert.Equal(1, counted.Released)
    })

[<Fact>]
let ``racing acquires on many threads share one`` () =
    Story.run (fun () -> task {
        for _ in 1..200 do
            let acquired = ref 0
            let released = ref 0

            let resource =
                AsyncResource<int>(
                    (fun _ -> task {
                        do! Task.Yield()
                        return Interlocked.Increment acquired
                    }),
                    (fun _ _ -> task { Interlocked.Increment released |> ignore })
                )

            let! outcome =
                Story.wait (Scope.run (Parallel.all [ for _ in 1..4 -> Scope.acquire resource ]))

            Assert.True((outcome: Result<int array, ScopeError<string>>).IsOk)
            // whoever was first released it with its item, and a later one may have acquired it anew
            Assert.True(acquired.Value >= 1)
            Assert.Equal(acquired.Value, released.Value)
    })

[<Fact>]
let ``an acquire that fails is the error of those who waited, and the next one tries again`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        counted.Failures <- 1
        let resource = counted.Resource

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scoped.result (Scope.acquire resource)
                    Assert.True((first: Result<int, ScopeError<string>>).IsError)
                    Assert.False resource.IsAcquired
                    return! Scope.acquire resource
                }
            )

        Expect.ok 1 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal(1, counted.Released)
    })

[<Fact>]
let ``a resource can be acquired again after its release`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        let resource = counted.Resource
        let work: Scoped<int, string> = Scope.acquire resource
        let! first = stage.Run(Scoped.result work |> Scoped.map _.IsOk: Scoped<bool, string>)
        let! second = stage.Run work
        Expect.ok true first
        Expect.ok 2 second
        Assert.Equal(2, counted.Released)
    })

[<Fact>]
let ``a cancel while acquiring leaves nothing acquired`` () =
    Story.run (fun () -> task {
        for obeys in [ true; false ] do
            let stage = Stage.Seeded 1
            let counted = Counted(stage, obeys)
            let resource = counted.Resource

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            Timeout = Step.milliseconds 5.
                    }
                    (scope {
                        do! stage.Watched()
                        let! _ = Scope.acquire resource
                        do! Step.forever
                    })

            Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) (outcome: Result<unit, ScopeError<string>>)
            Assert.Equal(counted.Acquired, counted.Released)
            Assert.False resource.IsAcquired
            stage.NoLeaks()
    })

[<Fact>]
let ``acquiring in a scope that has ended leaves nothing acquired`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let counted = Counted stage
        let resource = counted.Resource
        let opened = Scope.Open stage.Options
        do! Story.ended (opened.DisposeAsync())
        let work: Scoped<int, string> = Scope.acquire resource
        let! outcome = stage.Finish((work opened).AsTask())
        Expect.rejected (Rejection.ScopeEnded "root") outcome
        Assert.Equal(counted.Acquired, counted.Released)
        Assert.False resource.IsAcquired
    })

[<Fact>]
let ``another scope's cancel does not take the resource from one who waits for it too`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        let resource = counted.Resource

        let! outcome =
            stage.Run(
                scope {
                    let! hasty =
                        Scope.taskWith (
                            {
                                TaskOptions.Default with
                                    Timeout = Step.milliseconds 5.
                            },
                            (Scope.acquire resource: Scoped<int, string>)
                        )

                    let! patient = fork (Scope.acquire resource)
                    let! _ = ScopeTask.result hasty
                    return! patient
                }
            )

        Expect.ok 1 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal(1, counted.Released)
    })

[<Fact>]
let ``a wait for somebody else's acquire can be cancelled`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let counted = Counted stage
        let resource = counted.Resource

        let! outcome =
            stage.Run(
                scope {
                    let! patient = fork (Scope.acquire resource)

                    let! hasty =
                        Scope.taskWith (
                            {
                                TaskOptions.Default with
                                    Timeout = Step.milliseconds 5.
                            },
                            (Scope.acquire resource: Scoped<int, string>)
                        )

                    let! late = ScopeTask.result hasty
                    stage.Tell $"{late.IsError}"
                    return! patient
                }
            )

        Expect.ok 1 (outcome: Result<int, ScopeError<string>>)
        Assert.Contains("5 True", stage.Told)
    })

[<Fact>]
let ``the release is registered before anyone who waited goes on`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let resource = (Counted stage).Resource
        let heldAtCleanup = ref false

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current
                    let acquire: Scoped<int, string> = Scope.acquire resource

                    let noted: Scoped<unit, string> =
                        Scope.onDispose (fun () -> heldAtCleanup.Value <- resource.IsAcquired)

                    let! _ = fun (_: Scope) -> acquire here

                    and! _ = scope {
                        let! _ = fun (_: Scope) -> acquire here
                        do! fun (_: Scope) -> noted here
                    }

                    return ()
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        Assert.True(heldAtCleanup.Value, "a cleanup that came later ran after the release")
    })
