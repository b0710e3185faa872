/// `Scope.abandonable`: the only work that is ever left behind.
namespace GoGoScope.Tests.Scopes

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// What it counts is counted for the whole process.
[<Collection("Alone")>]
type AbandonTests() =
    let ms (count: float) = TimeSpan.FromMilliseconds count
    let never: unit -> unit = fun () -> failwith "nothing was abandoned"

    /// Runs on threads; the work is at hand when `body` returns.
    let cancelAfterStart (options: ScopeOptions) (onAbandon: unit -> unit) (end': Task<'T>) = task {
        let begun = TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)

        use stop = new CancellationTokenSource()

        let pending =
            Scope.runWith
                options
                stop.Token
                (Scope.abandonable onAbandon (fun _ ->
                    begun.SetResult()
                    end')
                : Scoped<'T, string>)

        do! begun.Task
        stop.Cancel()
        return! Story.wait pending
    }

    let isStopped (outcome: Result<'T, ScopeError<string>>) =
        match outcome with
        | Error error -> ScopeError.isCancelled error
        | Ok _ -> false

    [<Fact>]
    member _.``what ends in time is a value like any other``() =
        Story.run (fun () -> task {
            let! value =
                Story.wait (Scope.run (Scope.abandonable never (fun _ -> Task.FromResult 7)))

            Expect.ok 7 (value: Result<int, ScopeError<string>>)

            let! later =
                Story.wait (
                    Scope.run (
                        Scope.abandonable never (fun _ -> task {
                            do! Task.Yield()
                            return 8
                        })
                    )
                )

            Expect.ok 8 (later: Result<int, ScopeError<string>>)
        })

    [<Fact>]
    member _.``what fails in time is a crash, whether thrown, faulted or null``() =
        Story.run (fun () -> task {
            let run (work: CancellationToken -> Task<int>) =
                Story.wait (Scope.run (Scope.abandonable never work: Scoped<int, string>))

            let! thrown = run (fun _ -> raise (FormatException "bad"))
            Assert.Equal("bad", (Expect.crashed<FormatException, _, _> thrown).Message)
            let! faulted = run (fun _ -> Task.FromException<int>(FormatException "bad"))
            Assert.Equal("bad", (Expect.crashed<FormatException, _, _> faulted).Message)
            let! missing = run (fun _ -> Unchecked.defaultof<Task<int>>)
            Expect.crashed<InvalidOperationException, _, _> missing |> ignore
        })

    [<Fact>]
    member _.``it runs on another thread, with the caller's own context and the scope's token``() =
        Story.run (fun () -> task {
            let flow = AsyncLocal<string>()
            flow.Value <- "caller"
            let here = Environment.CurrentManagedThreadId

            let! outcome =
                Story.wait (
                    Scope.run (
                        scope {
                            let! scope = Scope.current

                            return!
                                Scope.abandonable never (fun token ->
                                    Task.FromResult
                                        $"{flow.Value} {Environment.CurrentManagedThreadId = here} {token = scope.Token}")
                        }
                        : Scoped<string, string>
                    )
                )

            Expect.ok "caller False True" outcome
        })

    [<Fact>]
    member _.``a cancel ends the wait at once, and the work is counted until it ends``() =
        Story.run (fun () -> task {
            let running = Abandoned.Running
            let total = Abandoned.Total
            let abandoned = ref 0
            let work = TaskCompletionSource<int>()
            let stage = Stage()

            let! outcome =
                cancelAfterStart stage.Options (fun () -> abandoned.Value <- abandoned.Value + 1) work.Task

            Assert.True(isStopped outcome)
            Assert.Equal(1, abandoned.Value)
            Assert.Equal(running + 1, Abandoned.Running)
            Assert.Equal(total + 1L, Abandoned.Total)
            work.SetResult 7
            do! Story.until "the work is counted out" (fun () -> Abandoned.Running = running)
            Assert.Equal(total + 1L, Abandoned.Total)
            Assert.Empty stage.Unobserved

            Assert.Contains(
                stage.Journal.Lines,
                fun (struct (_, line)) -> line.Contains "abandoned by scope root, has ended"
            )
        })

    [<Fact>]
    member _.``a late failure is told``() =
        Story.run (fun () -> task {
            let running = Abandoned.Running
            let work = TaskCompletionSource<int>()
            let stage = Stage()
            let! outcome = cancelAfterStart stage.Options ignore work.Task
            Assert.True(isStopped outcome)
            work.SetException(FormatException "late")
            do! Story.until "the work is counted out" (fun () -> Abandoned.Running = running)
            Assert.Equal<string>([ "late" ], [ for lost in stage.Unobserved -> lost.Exception.Message ])
        })

    [<Fact>]
    member _.``a late value is disposed, in both ways, and what fails then is told``() =
        Story.run (fun () -> task {
            let running = Abandoned.Running
            let disposed = ref 0

            let late (value: 'T) (expected: string list) = task {
                let work = TaskCompletionSource<'T>()
                let stage = Stage()
                let! outcome = cancelAfterStart stage.Options ignore work.Task
                Assert.True(isStopped outcome)
                work.SetResult value
                do! Story.until "the work is counted out" (fun () -> Abandoned.Running = running)
                Assert.Equal<string>(expected, [ for lost in stage.Unobserved -> lost.Exception.Message ])
            }

            do!
                late
                    {
                        new IDisposable with
                            member _.Dispose() = disposed.Value <- disposed.Value + 1
                    }
                    []

            Assert.Equal(1, disposed.Value)

            do!
                late
                    {
                        new IDisposable with
                            member _.Dispose() = failwith "dispose"
                    }
                    [ "dispose" ]

            do!
                late
                    {
                        new IAsyncDisposable with
                            member _.DisposeAsync() =
                                ValueTask(
                                    task {
                                        do! Task.Yield()
                                        disposed.Value <- disposed.Value + 1
                                        failwith "dispose later"
                                    }
                                )
                    }
                    [ "dispose later" ]

            Assert.Equal(2, disposed.Value)
        })

    [<Fact>]
    member _.``an action on abandoning that throws changes nothing but a report``() =
        Story.run (fun () -> task {
            let stage = Stage()
            let work = TaskCompletionSource<int>()

            let! outcome =
                cancelAfterStart stage.Options (fun () -> failwith "onAbandon") work.Task

            Assert.True(isStopped outcome)
            Assert.Equal<string>([ "onAbandon" ], [ for lost in stage.Unobserved -> lost.Exception.Message ])
            work.SetResult 1
        })

    [<Fact>]
    member _.``work that has not begun when the cancel comes never begins, and is not abandoned``() =
        Story.run (fun () -> task {
            let running = Abandoned.Running
            let total = Abandoned.Total
            let runtime = SeededRuntime 1
            let begun = ref 0
            let server = Scope.Open runtime.Options

            let pending =
                (Scope.abandonable
                    never
                    (fun _ ->
                        begun.Value <- begun.Value + 1
                        Task.FromResult 1)
                    server)
                    .AsTask()

            server.Cancel "enough"
            runtime.Drain()
            let! (outcome: Result<int, ScopeError<string>>) = pending.WaitAsync Story.patience
            Expect.cancelled (CancelReason.Requested "enough") outcome
            Assert.Equal(0, begun.Value)
            Assert.Equal(running, Abandoned.Running)
            Assert.Equal(total, Abandoned.Total)
        })

    [<Fact>]
    member _.``in a cancelled scope it does not begin``() =
        Story.run (fun () -> task {
            let begun = ref 0
            let server = Scope.Open()
            server.Cancel "enough"

            let! outcome =
                Story.wait (
                    Scope.abandonable
                        never
                        (fun _ ->
                            begun.Value <- 1
                            Task.FromResult 1)
                        server
                    : ValueTask<Result<int, ScopeError<string>>>
                )

            Expect.cancelled (CancelReason.Requested "enough") outcome
            Assert.Equal(0, begun.Value)
        })

    [<Fact>]
    member _.``a cancel at the same time as the end decides one of them, and counts what it abandons``() =
        Story.run (fun () -> task {
            let running = Abandoned.Running
            let total = Abandoned.Total
            let mutable ended = 0
            let mutable cancelled = 0
            let abandoned = ref 0

            for round in 1..5000 do
                use stop = new CancellationTokenSource()
                let work = TaskCompletionSource<int>()

                let begun = TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)

                let pending =
                    Scope.runWith
                        ScopeOptions.Default
                        stop.Token
                        (Scope.abandonable (fun () -> Interlocked.Increment abandoned |> ignore) (fun _ ->
                            begun.SetResult()
                            work.Task))

                do! begun.Task

                let ending =
                    Task.Run(fun () ->
                        Thread.SpinWait(round % 60)
                        work.SetResult 1)

                Thread.SpinWait(round % 47)
                stop.Cancel()
                let! (outcome: Result<int, ScopeError<string>>) = Story.wait pending
                do! ending

                match outcome with
                | Ok value ->
                    Assert.Equal(1, value)
                    ended <- ended + 1
                | Error error ->
                    Assert.True(ScopeError.isCancelled error)
                    cancelled <- cancelled + 1

            do! Story.until "everything is counted out" (fun () -> Abandoned.Running = running)
            Assert.Equal(cancelled, abandoned.Value)
            Assert.Equal(total + int64 cancelled, Abandoned.Total)
            Assert.True(cancelled > 0, $"{ended} ended, {cancelled} cancelled")
        })

    [<Fact>]
    member _.``a time limit ends the wait for it``() =
        Story.run (fun () -> task {
            let stage = Stage()
            let work = TaskCompletionSource<int>()

            let! outcome =
                stage.RunWith
                    { stage.Options with Timeout = ms 20. }
                    (Scope.abandonable ignore (fun _ -> work.Task))

            Expect.cause (Cause.TimedOut(ms 20.)) (outcome: Result<int, ScopeError<string>>)
            work.SetResult 1
        })
