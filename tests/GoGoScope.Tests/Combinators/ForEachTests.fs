/// Items with a function, from lists and from asynchronous sources.
module GoGoScope.Tests.Combinators.ForEachTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private limit count = {
    Parallel.Options.Default with
        Concurrency = count
}

/// An asynchronous source that tells what it does.
let private source
    (clock: TimeProvider)
    (told: ResizeArray<string>)
    (waits: float list)
    : IAsyncEnumerable<int> = {
    new IAsyncEnumerable<int> with
        member _.GetAsyncEnumerator token =
            let mutable index = -1

            {
                new IAsyncEnumerator<int> with
                    member _.Current = index

                    member _.MoveNextAsync() =
                        ValueTask<bool>(
                            task {
                                index <- index + 1

                                if index < waits.Length then
                                    do! Task.Delay(Step.milliseconds waits[index], clock, token)
                                    told.Add $"pulled {index}"

                                return index < waits.Length
                            }
                        )

                    member _.DisposeAsync() =
                        told.Add "closed"
                        ValueTask()
            }
}

[<Fact>]
let ``map is the map of lists, whatever the limit and the waits`` () =
    Law.holds (fun (waits: byte list, FsCheck.PositiveInt limited, seed: int) -> task {
        let runtime = SeededRuntime seed

        let change (wait: byte) : Scoped<int, string> = scope {
            do! Step.pause
            do! Step.delay (float (wait % 8uy))
            return int wait * 2
        }

        let outcome = runtime.Run(Parallel.mapWith (limit limited) change waits)
        return outcome = Ok [| for wait in waits -> int wait * 2 |]
    })

[<Fact>]
let ``map of a function that throws crashes that item`` () =
    Story.run (fun () -> task {
        let boom = InvalidOperationException "boom"

        let! outcome =
            Story.wait (
                Scope.run (
                    Parallel.map (fun number -> if number = 2 then raise boom else Scoped.value number) [
                        1
                        2
                        3
                    ]
                )
            )

        Expect.cause (Cause.Crashed boom) (outcome: Result<int array, ScopeError<string>>)
    })

[<Fact>]
let ``an asynchronous source is pulled only when there is room, and closed`` () =
    Story.run (fun () -> task {
        for seed in 1..50 do
            let runtime = SeededRuntime seed
            let told = ResizeArray<string>()
            let running = ref 0
            let most = ref 0

            let action index : Scoped<int, string> = scope {
                running.Value <- running.Value + 1
                most.Value <- max most.Value running.Value
                do! Step.delay (float (seed % 5) + 1.)
                running.Value <- running.Value - 1
                return index * 10
            }

            let outcome =
                runtime.Run(
                    Parallel.mapAsyncWith (limit 2) action (source runtime.Clock told [ 0.; 1.; 0.; 2.; 0. ])
                )

            Expect.ok [| 0; 10; 20; 30; 40 |] outcome
            Assert.InRange(most.Value, 1, 2)
            Assert.Equal("closed", Seq.last told)
            Assert.Equal(6, told.Count)
            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``the first failure stops an asynchronous source`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 1
        let told = ResizeArray<string>()
        let progress = ResizeArray<struct (int * int)>()

        let options = {
            limit 2 with
                OnProgress =
                    Action<int, int, int>(fun completed total _ -> progress.Add(struct (completed, total)))
        }

        let outcome =
            runtime.Run(
                Parallel.forEachAsyncWith
                    options
                    (fun index -> if index = 1 then Step.fail 3. "no" else Step.give 1. ())
                    (source runtime.Clock told [ 1.; 1.; 1.; 999. ])
            )

        Expect.failed "no" outcome
        Assert.Equal<string list>([ "pulled 0"; "pulled 1"; "pulled 2"; "closed" ], List.ofSeq told)
        Assert.Equal(struct (1, -1), progress[0])
        Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``a source that is stuck does not hold up a cancel`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let never = TaskCompletionSource<bool>()

        let stuck = {
            new IAsyncEnumerable<int> with
                member _.GetAsyncEnumerator _ = {
                    new IAsyncEnumerator<int> with
                        member _.Current = 0
                        member _.MoveNextAsync() = ValueTask<bool>(never.Task)

                        member _.DisposeAsync() =
                            stage.Tell "closed"
                            ValueTask()
                }
        }

        let options = {
            stage.Options with
                Timeout = Step.milliseconds 5.
        }

        let! outcome =
            stage.RunWith
                options
                (Parallel.forEachAsyncWith Parallel.Options.Default (fun (_: int) -> Scoped.value ()) stuck)

        Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal(Step.milliseconds 1005., stage.Clock.Elapsed)
        Assert.Single stage.Unobserved |> ignore
        Assert.Empty stage.Told
        never.SetResult false
        do! Story.until "it is closed once its pull has ended" (fun () -> stage.Told.Length = 1)
    })

[<Fact>]
let ``many items on real threads: every value, the limit, and one call of progress at a time`` () =
    Story.run (fun () -> task {
        for round in 1..20 do
            let running = ref 0
            let most = ref 0
            let last = ref 0

            let change (number: int) : Scoped<int, string> = scope {
                let now = Interlocked.Increment running
                lock most (fun () -> most.Value <- max most.Value now)

                if number % 3 = 0 then
                    do! fun (_: CancellationToken) -> (task { do! Task.Yield() } :> Task)

                Interlocked.Decrement running |> ignore
                return number
            }

            let options = {
                limit (1 + round % 7) with
                    OnProgress =
                        Action<int, int, int>(fun completed _ _ ->
                            last.Value <- if completed = last.Value + 1 then completed else -9)
            }

            let! outcome = Story.wait (Scope.run (Parallel.mapWith options change [ 1..500 ]))
            Expect.ok [| 1..500 |] outcome
            Assert.InRange(most.Value, 1, options.Concurrency)
            Assert.Equal(500, last.Value)
    })
