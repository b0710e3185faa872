/// How streams end.
module GoGoScope.Tests.Streams.StreamEndTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a failure of mapParallel stops the rest`` () =
    for ordered in [ true; false ] do
        let map =
            if ordered then
                Stream.mapParallel
            else
                Stream.mapParallelUnordered

        let outcome, _, told =
            run 1 (fun clock told ->
                map
                    2
                    (fun item ->
                        if item = 2 then
                            Step.fail 1. "no" |> Scoped.map (fun () -> 0)
                        else
                            Step.give 2. item)
                    (source clock told steps None))

        let failure: UntypedFailure = Expect.crashed outcome
        Assert.Equal("failed: \"no\"", string failure.Error)
        Assert.Equal<string list>([ "closed" ], told)

[<Fact>]
let ``leaving the loop early ends the enumeration and closes the source`` () =
    Story.run (fun () -> task {
        for seed in 1..30 do
            let runtime = SeededRuntime seed
            let told = ResizeArray<string>()

            let program: Scoped<int, string> = scope {
                let! stream =
                    Stream.merge [ source runtime.Clock told [ for number in 1..50 -> 1., number ] None ]

                let! token = (fun (token: CancellationToken) -> Task.FromResult token)
                let mutable last = 0
                use items = stream.GetAsyncEnumerator token

                while last < 3 do
                    let! more = fun (_: CancellationToken) -> items.MoveNextAsync()
                    Assert.True more
                    last <- items.Current

                return last
            }

            Expect.ok 3 (runtime.Run program)
            Assert.Equal<string list>([ "closed" ], List.ofSeq told)
            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``a source that is stuck is interrupted`` () =
    Story.run (fun () -> task {
        let never = TaskCompletionSource<bool>()

        let stuck = {
            new IAsyncEnumerable<int> with
                member _.GetAsyncEnumerator _ = {
                    new IAsyncEnumerator<int> with
                        member _.Current = 0
                        member _.MoveNextAsync() = ValueTask<bool>(never.Task)
                        member _.DisposeAsync() = ValueTask()
                }
        }

        let verbs: (IAsyncEnumerable<int> -> Scoped<IAsyncEnumerable<int>, string>) list = [
            Stream.ofSource
            Stream.debounce (Step.milliseconds 3.)
            Stream.throttle (Step.milliseconds 3.)
            (fun source -> Stream.merge [ source; source ])
            Stream.mapParallel 2 Scoped.value
        ]

        for verb in verbs do
            let stage = Stage.Seeded 1

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            Timeout = Step.milliseconds 5.
                    }
                    (gather stage.Clock (verb stuck) (ResizeArray()))

            Expect.cause (Cause.TimedOut(Step.milliseconds 5.)) outcome
            Assert.InRange(stage.Clock.Elapsed, Step.milliseconds 1000., Step.milliseconds 1100.)
            Assert.NotEmpty stage.Unobserved
            Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``a cancel while a source waits ends the loop, and the source is closed`` () =
    Story.run (fun () -> task {
        for seed in 1..50 do
            let runtime = SeededRuntime seed
            let told = ResizeArray<string>()

            let program: Scoped<unit, string> = scope {
                let! stream =
                    Stream.buffer
                        2
                        (Step.milliseconds 4.)
                        (source runtime.Clock told [ for number in 1..50 -> 3., number ] None)

                for _ in stream do
                    ()
            }

            let outcome =
                runtime.Run(
                    {
                        ScopeOptions.Default with
                            Timeout = Step.milliseconds (float (seed % 20) + 0.5)
                    },
                    program
                )

            Assert.True outcome.IsError
            Assert.Equal<string list>([ "closed" ], List.ofSeq told)
            Assert.Equal(0, runtime.Clock.PendingTimers)
    })

[<Fact>]
let ``bad numbers and null sources are refused`` () =
    let items = source TimeProvider.System (ResizeArray()) [] None

    let refused (make: Scoped<IAsyncEnumerable<'T>, string>) =
        let outcome = Scope.runSync (Scoped.result make: Scoped<_, string>)

        match outcome with
        | Ok(Error { Cause = Cause.Crashed failure }) ->
            Assert.IsAssignableFrom<ArgumentException> failure |> ignore
        | other -> failwith $"%A{other}"

    refused (Stream.buffer 0 (Step.milliseconds 1.) items)
    refused (Stream.buffer 1 TimeSpan.Zero items)
    refused (Stream.debounce TimeSpan.Zero items)
    refused (Stream.throttle TimeSpan.Zero items)
    refused (Stream.mapParallel 0 Scoped.value items)
