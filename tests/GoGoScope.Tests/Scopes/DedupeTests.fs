/// `TaskOptions.Dedupe`: one child for all who ask under one key while it runs.
module GoGoScope.Tests.Scopes.DedupeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

let private keyed (key: string) = {
    TaskOptions.Default with
        Dedupe = key
}

/// Counts its runs.
let private load (runs: int ref) (lasts: float) : Scoped<int, string> = scope {
    let run = Interlocked.Increment runs

    if lasts > 0. then
        do! Step.delay lasts

    return run
}

[<Fact>]
let ``while a child runs under a key, another start under it gives the same child`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.taskWith (keyed "config", load runs 10.)
                    let! second = Scope.forkWith (keyed "config", load runs 10.)
                    let! other = Scope.taskWith (keyed "rates", load runs 10.)
                    let! a = first
                    let! b = second
                    let! c = other
                    return [ a; b; c ], first.Id = second.Id
                }
            )

        Expect.ok ([ 1; 1; 2 ], true) outcome
        stage.NoLeaks()
    })

[<Fact>]
let ``a key is free again when its child has ended, well or not, at once or later`` () =
    Story.run (fun () -> task {
        for lasts in [ 0.; 10. ] do
            let stage = Stage()
            let runs = ref 0

            let failing: Scoped<int, string> = scope {
                let! run = load runs lasts
                return! (Error $"run {run}": Result<int, string>)
            }

            let! outcome =
                stage.Run(
                    scope {
                        let! first = Scope.taskWith (keyed "key", load runs lasts)
                        let! a = first
                        let! second = Scope.taskWith (keyed "key", failing)
                        let! failed = ScopeTask.result second
                        Assert.True(Result.isError failed)
                        let! third = Scope.taskWith (keyed "key", load runs lasts)
                        let! c = third
                        return [ a; c ]
                    }
                )

            Expect.ok [ 1; 3 ] outcome
    })

[<Fact>]
let ``a key of another scope is another key`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.taskWith (keyed "key", load runs 10.)

                    let! _ =
                        fork (
                            scope {
                                let! _ = Scope.taskWith (keyed "key", load runs 10.)
                                return ()
                            }
                        )

                    return ()
                }
            )

        Expect.ok () outcome
        Assert.Equal(2, runs.Value)
    })

[<Fact>]
let ``a child of other types under the key is misuse, and the running one goes on`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.taskWith (keyed "key", load runs 10.)
                    let! here = Scope.current

                    let misuse =
                        Assert.Throws<ArgumentException>(fun () ->
                            Scope.taskIn (here, keyed "key", (Scoped.value "text": Scoped<string, string>))
                            |> ignore)

                    Assert.Contains("'key'", misuse.Message)
                    let! value = first
                    return value
                }
            )

        Expect.ok 1 outcome
    })

[<Fact>]
let ``a lazy child is shared before it has started, and starts once`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let lazily = {
            keyed "key" with
                Start = StartMode.Lazy
        }

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.taskWith (lazily, load runs 10.)
                    let! second = Scope.taskWith (lazily, load runs 10.)
                    Assert.Equal(0, runs.Value)
                    let! b = second
                    let! a = first
                    let! third = Scope.taskWith (lazily, load runs 10.)
                    let! c = third
                    return [ a; b; c ]
                }
            )

        Expect.ok [ 1; 1; 2 ] outcome
        stage.NoLeaks()
    })

[<Fact>]
let ``a child that is stopping is still the one under its key`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.taskWith (keyed "key", load runs 50.)
                    first.Cancel "enough"
                    let! second = Scope.taskWith (keyed "key", load runs 50.)
                    let! a = ScopeTask.result first
                    let! b = second
                    return Result.isError a, b
                }
            )

        Expect.ok (true, 2) outcome // the cancelled one had ended at once
    })

[<Fact>]
let ``in an ended scope it is refused, each time`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0
        let! outcome = stage.Run(Scope.current<string>)

        match outcome with
        | Error error -> Assert.Fail $"{error}"
        | Ok over ->
            for start in [ StartMode.Inline; StartMode.Pool; StartMode.Lazy ] do
                let options = { keyed $"{start}" with Start = start }

                for _ in 1..2 do
                    let! late =
                        (ScopeTask.toTask (Scope.taskIn (over, options, load runs 0.))).WaitAsync
                            Story.patience

                    Expect.rejected (Rejection.ScopeEnded "root") late

            Assert.Equal(0, runs.Value)
            Assert.Empty(over.Children())
    })

[<Fact>]
let ``two threads at once share one child`` () =
    Story.run (fun () -> task {
        let runs = ref 0
        let server = Scope.Open()
        let gate = new Barrier 2

        let ask () =
            let asked = [|
                for round in 1..2000 do
                    gate.SignalAndWait()

                    let child = Scope.taskIn (server, keyed $"key {round}", load runs 1000.)

                    // whoever is second may look at it before it has begun
                    Assert.NotEqual<string>("", child.Name)
                    child.Id
            |]

            asked

        let other = Task.Factory.StartNew(ask, TaskCreationOptions.LongRunning)
        let mine = ask ()
        let! theirs = other.WaitAsync Story.patience
        Assert.Equal<int64>(mine, theirs)
        Assert.Equal(2000, runs.Value)
        do! Story.ended (server.DisposeAsync())
        Assert.Empty(server.Children())
    })

[<Fact>]
let ``shared while the scope closes, it runs or is refused, and nothing is left in the tree`` () =
    Story.run (fun () -> task {
        for round in 1..3000 do
            let server = Scope.Open()
            let runs = ref 0

            let ask () =
                let child = Scope.taskIn (server, keyed "key", load runs 0.)
                child.Name |> ignore
                ScopeTask.toTask child

            let other = Task.Run<Result<int, ScopeError<string>>>(fun () -> ask ())
            let another = Task.Run<Result<int, ScopeError<string>>>(fun () -> ask ())
            Thread.SpinWait(round % 90)
            do! Story.ended (server.DisposeAsync())
            let! _ = other.WaitAsync Story.patience
            let! _ = another.WaitAsync Story.patience
            Assert.Empty(server.Children())
    })
