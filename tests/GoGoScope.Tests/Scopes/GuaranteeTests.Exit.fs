/// Guarantee 1: a scope ends only after everything started in it has ended. Nothing runs after exit, ever.
module GoGoScope.Tests.Scopes.ExitGuaranteeTests

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

[<Fact>]
let ``1: a scope waits for the children that its body did not wait for`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let note name : Scoped<unit, string> = scope { stage.Tell name }

        let! outcome =
            stage.Run(
                scope {
                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 50.
                                do! note "slow"
                            }
                        )

                    let! _ =
                        Scope.task (
                            scope {
                                do! Step.delay 20.
                                do! note "quick"
                            }
                        )

                    do! note "body"
                    return 7
                }
            )

        Expect.ok 7 outcome
        Assert.Equal<string>([ "0 body"; "20 quick"; "50 slow" ], stage.Told)
    })

let rec private nest (stage: Stage) depth : Scoped<unit, string> = scope {
    do! Step.delay 10.

    if depth > 0 then
        let! _ = fork (nest stage (depth - 1))
        ()
    else
        stage.Tell "innermost"
}

[<Fact>]
let ``1: grandchildren whose parent's body has ended are waited for`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome = stage.Run(nest stage 5)
        Expect.ok () outcome
        Assert.Equal<string>([ "60 innermost" ], stage.Told)
        stage.NoLeaks()
    })

[<Fact>]
let ``1: a child that ignores its token is waited for`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ =
                        fork (
                            scope {
                                do! Step.stubborn 500.
                                return ()
                            }
                        )

                    return! (Error "enough": Result<unit, string>)
                }
            )

        Expect.failed "enough" outcome
        Assert.Equal(ms 500., stage.Clock.Elapsed)
    })

[<Fact>]
let ``1: owned work of the body itself is waited for when the scope is cancelled`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let options = { stage.Options with Timeout = ms 10. }

        let! outcome =
            stage.RunWith options (scope { do! (Step.stubborn 80.: Scoped<unit, string>) })

        Assert.Equal(ms 80., stage.Clock.Elapsed)
        Expect.ok () outcome // it gave its value, and there was no bind left to stop at
    })

[<Fact>]
let ``1: every way to start a child in an ended scope is Rejected ScopeEnded, and nothing runs`` () =
    Story.run (fun () -> task {
        let! outcome =
            Scope.runWith
                {
                    ScopeOptions.Default with
                        Name = "over"
                }
                CancellationToken.None
                (Scope.current<string>)

        let ended =
            match outcome with
            | Ok ended -> ended
            | Error error -> failwith $"{error}"

        let ran = ref 0

        let work: Scoped<int, string> = scope {
            ran.Value <- ran.Value + 1
            return 1
        }

        let lazyWork = {
            TaskOptions.Default with
                Start = StartMode.Lazy
        }

        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let verbs: (string * Scoped<ScopeTask<int, string>, string>) list = [
            "fork", fork work
            "forkWith", Scope.forkWith (TaskOptions.Default, work)
            "task", Scope.task work
            "taskWith pool", Scope.taskWith (pooled, work)
            "lazy", Scope.taskWith (lazyWork, work)
        ]

        for name, verb in verbs do
            match! verb ended with
            | Ok child ->
                let! result = Story.wait (ScopeTask.result child ended)

                match (result: Result<Result<int, ScopeError<string>>, ScopeError<string>>) with
                | Ok given -> Expect.rejected (Rejection.ScopeEnded "over") given
                | Error error -> failwith $"{name}: {error}"
            | Error error -> failwith $"{name}: {error}"

        let! shielded = Story.wait (Scope.shielded (ms 5.) work ended)
        Expect.rejected (Rejection.ScopeEnded "over") shielded
        let! all = Story.wait (Parallel.all [ work; work ] ended)
        Expect.rejected (Rejection.ScopeEnded "over") all
        let! limited = Story.wait (Scoped.timeout (ms 5.) work ended)
        Expect.rejected (Rejection.ScopeEnded "over") limited

        let! below =
            Story.wait (
                Scope.runWith
                    {
                        ScopeOptions.Default with
                            Parent = ended
                    }
                    CancellationToken.None
                    work
            )

        Expect.rejected (Rejection.ScopeEnded "over") below
        Assert.Equal(0, ran.Value)
    })

[<Fact>]
let ``1: a cleanup cannot start a child, but can register a further cleanup, which runs at once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! here = Scope.current

                    do!
                        Scope.onDispose (fun () ->
                            let late =
                                Scope.forkIn (here, (scope { stage.Tell "never" }: Scoped<unit, string>))

                            Assert.True late.IsCompleted

                            let register: Scoped<unit, string> =
                                Scope.onDispose (fun () -> stage.Tell "inner")

                            let answer = (register here).Result
                            Expect.rejected (Rejection.ScopeEnded "root") answer
                            stage.Tell "outer")

                    return 1
                }
            )

        Expect.ok 1 (outcome: Result<int, ScopeError<string>>)
        Assert.Equal<string>([ "0 inner"; "0 outer" ], stage.Told)
    })

/// Two children at each node, in different ways, which go on on other threads and may fail.
let rec private restless (see: int -> unit) fails depth : Scoped<unit, string> = scope {
    do! fun (_: CancellationToken) -> task { do! Task.Yield() } :> Task

    if depth > 0 then
        let! _ = fork (restless see fails (depth - 1))

        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let! _ = Scope.taskWith (pooled, restless see fails (depth - 1))
        ()

    see depth

    if fails && depth = 1 then
        return! (Error "stop": Result<unit, string>)
}

[<Fact>]
let ``1: nothing runs after exit, on many threads`` () =
    Story.run (fun () -> task {
        for round in 1..200 do
            let over = ref false
            let after = ConcurrentQueue<int>()

            let work =
                restless
                    (fun depth ->
                        if Volatile.Read(&over.contents) then
                            after.Enqueue depth)
                    (round % 3 = 0)

            let! _ = Story.wait (Scope.run (work 4))
            Volatile.Write(&over.contents, true)
            Assert.Empty after
    })

[<Fact>]
let ``1: dispose from two threads waits for one end, and both see it`` () =
    Story.run (fun () -> task {
        for _ in 1..100 do
            let opened = Scope.Open()
            let ended = ref 0

            for _ in 1..4 do
                Scope.forkIn (
                    opened,
                    (scope {
                        do! fun (_: CancellationToken) -> task { do! Task.Yield() } :> Task
                        Interlocked.Increment ended |> ignore
                    }
                    : Scoped<unit, string>)
                )
                |> ignore

            let dispose () = task {
                do! opened.DisposeAsync()
                return Volatile.Read(&ended.contents)
            }

            let! seen = Task.WhenAll [| for _ in 1..2 -> Task.Run<int>(dispose) |]
            Assert.Equal<int>([| 4; 4 |], seen)
            do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``1: an opened scope is waited for by its parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let opened: (Scope | null) ref = ref null

        let running =
            stage.Start(
                scope {
                    let! here = Scope.current<string>

                    opened.Value <-
                        Scope.Open {
                            ScopeOptions.Default with
                                Parent = here
                        }

                    return 3
                }
            )

        let inner = nonNull opened.Value
        Assert.False running.IsCompleted
        do! Story.ended (inner.DisposeAsync())
        let! outcome = running.WaitAsync Story.patience
        Expect.ok 3 outcome
    })
