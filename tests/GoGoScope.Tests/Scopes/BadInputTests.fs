/// Bad input gives the documented error, and never a hang.
module GoGoScope.Tests.Scopes.BadInputTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private nothing: Scoped<unit, string> = Scoped.value ()

let private wrongDurations: TimeSpan list = [
    TimeSpan.FromTicks -1L
    TimeSpan.FromDays -3.
    TimeSpan.MinValue
    Checks.longest + TimeSpan.FromMilliseconds 1.
    TimeSpan.MaxValue
]

let private infinite = Timeout.InfiniteTimeSpan

/// Throws at the door, with the name of what was wrong.
let private refused (name: string) (call: unit -> obj) =
    let failure = Assert.ThrowsAny<ArgumentException>(fun () -> call () |> ignore)
    Assert.Equal(name, failure.ParamName)

/// The same inside a scope is a crash with that exception.
let private crashes (name: string) (work: Scoped<'T, string>) = task {
    let! outcome = Story.wait (Scope.run work)
    let failure: ArgumentException = Expect.crashed outcome
    Assert.Equal(name, failure.ParamName)
}

[<Fact>]
let ``durations outside their range are refused where they are given`` () =
    Story.run (fun () -> task {
        for wrong in wrongDurations do
            do! crashes "duration" (scope { do! Scope.delay wrong })
            refused "after" (fun () -> Scoped.timeout wrong nothing)
            refused "bound" (fun () -> Scope.shielded wrong nothing)

            let options = {
                ScopeOptions.Default with
                    Timeout = wrong
            }

            refused "Timeout" (fun () -> Scope.runWith options CancellationToken.None nothing)
            refused "Timeout" (fun () -> Scope.Open options)

            let impatient = {
                ScopeOptions.Default with
                    Grace = ValueSome wrong
            }

            refused "Grace" (fun () -> Scope.Open impatient)

            let child = {
                TaskOptions.Default with
                    Timeout = wrong
            }

            do! crashes "Timeout" (Scope.forkWith (child, nothing))
            do! crashes "Timeout" (Scope.taskWith (child, nothing))
            do! crashes "Timeout" (Scope.forkWith ({ child with Start = StartMode.Lazy }, nothing))
    })

[<Fact>]
let ``infinity is no limit where a limit may be left out, and refused where a time is needed`` () =
    Story.run (fun () -> task {
        let! outcome =
            Story.wait (
                Scope.runWith
                    {
                        ScopeOptions.Default with
                            Timeout = infinite
                            Grace = ValueSome infinite
                    }
                    CancellationToken.None
                    nothing
            )

        Expect.ok () outcome
        do! crashes "duration" (scope { do! Scope.delay infinite })
        refused "after" (fun () -> Scoped.timeout infinite nothing)
        refused "bound" (fun () -> Scope.shielded infinite nothing)
    })

[<Fact>]
let ``the longest duration is taken everywhere`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Timeout = Checks.longest
                        Grace = ValueSome Checks.longest
                }
                (scope {
                    let! _ =
                        Scope.forkWith (
                            {
                                TaskOptions.Default with
                                    Timeout = Checks.longest
                            },
                            Step.delay 1.
                        )

                    do! Scope.shielded Checks.longest (Step.delay 1.)
                    do! Scoped.timeout Checks.longest (Step.delay 1.)
                    return 1
                })

        Expect.ok 1 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``zero is a time: a delay of zero is over, a timeout of zero has passed`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let! delayed = stage.Run(Scope.delay TimeSpan.Zero: Scoped<unit, string>)
        Expect.ok () delayed
        let ran = ref false

        let! late =
            stage.Run(Scoped.timeout TimeSpan.Zero (scope { ran.Value <- true }: Scoped<unit, string>))

        Expect.cause (Cause.TimedOut TimeSpan.Zero) late
        Assert.False ran.Value
    })

[<Fact>]
let ``a concurrency below one is refused`` () =
    for wrong in [ 0; -1; Int32.MinValue ] do
        refused "Concurrency" (fun () ->
            Parallel.allWith
                {
                    Parallel.Options.Default with
                        Concurrency = wrong
                }
                [ nothing ])

        refused "Concurrency" (fun () ->
            Parallel.settledWith
                {
                    Parallel.Options.Default with
                        Concurrency = wrong
                }
                [ nothing ]
            : Scoped<_, string>)

[<Fact>]
let ``work that is null is refused`` () =
    Story.run (fun () -> task {
        let none: Scoped<unit, string> = Unchecked.defaultof<_>
        refused "work" (fun () -> Scope.run none)
        refused "work" (fun () -> Scope.runWith ScopeOptions.Default CancellationToken.None none)
        do! crashes "work" (fork none)
        do! crashes "work" (Scope.task none)
        do! crashes "work" (Scope.forkWith (TaskOptions.Default, none))
        do! crashes "work" (Scoped.timeout (TimeSpan.FromSeconds 1.) none)
        do! crashes "work" (Scoped.result none |> Scoped.map ignore)
        refused "items" (fun () -> Parallel.all [ nothing; none ])
        use opened = Scope.Open()
        refused "work" (fun () -> Scope.forkIn (opened, none))
    })

[<Fact>]
let ``a missing options record, name, reason, callback or factory is refused`` () =
    Story.run (fun () -> task {
        let options: ScopeOptions = Unchecked.defaultof<_>
        let taskOptions: TaskOptions = Unchecked.defaultof<_>
        let text: string = Unchecked.defaultof<_>
        refused "options" (fun () -> Scope.runWith options CancellationToken.None nothing)
        refused "options" (fun () -> Scope.Open options)

        refused "Name" (fun () ->
            Scope.Open {
                ScopeOptions.Default with
                    Name = text
            })

        do! crashes "options" (Scope.forkWith (taskOptions, nothing))

        do! crashes "Name" (Scope.forkWith ({ TaskOptions.Default with Name = text }, nothing))

        use opened = Scope.Open()
        refused "message" (fun () -> opened.Cancel text)
        refused "reason" (fun () -> opened.Cancel(Unchecked.defaultof<CancelReason>))

        refused "acquire" (fun () ->
            AsyncResource<int>(Unchecked.defaultof<_>, (fun _ _ -> Task.CompletedTask)))

        refused "release" (fun () ->
            AsyncResource<int>((fun _ -> Task.FromResult 1), Unchecked.defaultof<_>))
    })

[<Fact>]
let ``work that gives null instead of a task crashes and says so`` () =
    Story.run (fun () -> task {
        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! value = fun (_: CancellationToken) -> Unchecked.defaultof<Task<int>>
                        return value
                    }
                )
            )

        let failure: InvalidOperationException =
            Expect.crashed (outcome: Result<int, ScopeError<string>>)

        Assert.Contains("null", failure.Message)
    })

[<Fact>]
let ``a default ScopeTask says what it is, whatever it is asked`` () =
    Story.run (fun () -> task {
        let none = Unchecked.defaultof<ScopeTask<int, string>>

        let misused (call: unit -> obj) =
            let failure = Assert.Throws<InvalidOperationException>(fun () -> call () |> ignore)
            Assert.Contains("default(ScopeTask)", failure.Message)

        misused (fun () -> none.Name)
        misused (fun () -> none.Id)
        misused (fun () -> none.IsCompleted)
        misused (fun () -> none.Token)
        misused (fun () -> none.Cancel "no")

        let! bound = Story.wait (Scope.run (scope { return! none }))
        let failure: InvalidOperationException = Expect.crashed bound
        Assert.Contains("default(ScopeTask)", failure.Message)

        let! asked =
            Story.wait (Scope.run (ScopeTask.result none |> Scoped.map ignore: Scoped<unit, string>))

        let failure: InvalidOperationException = Expect.crashed asked
        Assert.Contains("default(ScopeTask)", failure.Message)
    })

[<Fact>]
let ``a task that was cancelled before any work, in a scope that is not, is a crash and not a hang`` () =
    Story.run (fun () -> task {
        let! outcome =
            Story.wait (Scope.run (scope { do! Task.FromCanceled(CancellationToken true) }))

        let failure: OperationCanceledException =
            Expect.crashed (outcome: Result<unit, ScopeError<string>>)

        Assert.NotNull failure
    })

[<Fact>]
let ``a clock that throws is a crash`` () =
    Story.run (fun () -> task {
        let broken = {
            new TimeProvider() with
                override _.CreateTimer(_, _, _, _) = failwith "no timers today"
        }

        let! outcome =
            Story.wait (
                Scope.runWith
                    {
                        ScopeOptions.Default with
                            Clock = broken
                    }
                    CancellationToken.None
                    (Step.delay 5.: Scoped<unit, string>)
            )

        let failure: exn = Expect.crashed outcome
        Assert.Equal("no timers today", failure.Message)
    })
