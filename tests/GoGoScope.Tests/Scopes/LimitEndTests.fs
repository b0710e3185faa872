/// Permits in the hands of tasks that end in every way, and of those that never needed one.
module GoGoScope.Tests.Scopes.LimitEndTests

open System
open System.Collections.Generic
open System.Threading
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms (count: int) = TimeSpan.FromMilliseconds(float count)

/// Told when it begins and when it ends.
let private job (stage: Stage) (name: string) (pause: int) : Scoped<string, string> = scope {
    stage.Tell $"{name} begins"
    do! Scope.delay (ms pause)
    stage.Tell $"{name} ends"
    return name
}

let private limited (stage: Stage) (count: int) = {
    stage.Options with
        Concurrency = count
}

[<Fact>]
let ``a task told to stop in line leaves it without having run`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! _ = fork (job stage "a" 10)
                let! waiting = Scope.task (job stage "b" 10)
                let! _ = fork (job stage "c" 10)
                do! Scope.delay (ms 5)
                waiting.Cancel "not needed"
                return! ScopeTask.result waiting
            })

    match outcome with
    | Ok inner -> Expect.cancelled (CancelReason.Requested "not needed") inner
    | other -> Assert.Fail $"{other}"

    Assert.Equal<string list>([ "0 a begins"; "10 a ends"; "10 c begins"; "20 c ends" ], stage.Told)
    stage.NoLeaks()
}

[<Fact>]
let ``the time in line counts for the task's own limit`` () = task {
    let stage = Stage.Seeded 1

    let options = {
        TaskOptions.Default with
            Timeout = ms 6
    }

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! _ = fork (job stage "a" 10)
                let! waiting = Scope.taskWith (options, job stage "b" 1)
                return! ScopeTask.result waiting
            })

    match outcome with
    | Ok inner -> Expect.cause (Cause.TimedOut(ms 6)) inner
    | other -> Assert.Fail $"{other}"
}

[<Fact>]
let ``a failing, a crashing and a cancelled task give their permits back`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                for index in 0..29 do
                    let! child =
                        Scope.task (
                            scope {
                                do! Scope.delay (ms 1)

                                match index % 3 with
                                | 0 -> return! Scoped.fail "failed"
                                | 1 -> failwith "crashed"
                                | _ -> do! Scope.cancel "enough"
                            }
                        )

                    let! _ = ScopeTask.result child
                    ()

                let! last = fork (job stage "last" 1)
                return! last
            })

    Expect.ok "last" outcome
}

[<Fact>]
let ``daemons and the scope's own body need no permit`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! _ = Scope.daemon (job stage "daemon" 100)
                let! child = fork (job stage "child" 1)
                return! child
            })

    Expect.ok "child" outcome
    Assert.Equal<string list>([ "0 daemon begins"; "0 child begins"; "1 child ends" ], stage.Told)
}

[<Fact>]
let ``the operands of an and! are tasks too`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! a = job stage "a" 5
                and! b = job stage "b" 5
                return a + b
            })

    Expect.ok "ab" outcome
    Assert.Equal<string list>([ "0 a begins"; "5 a ends"; "5 b begins"; "10 b ends" ], stage.Told)
}

[<Theory>]
[<InlineData(0)>]
[<InlineData(-1)>]
let ``a limit below one is refused at the door`` (limit: int) =
    let options = {
        ScopeOptions.Default with
            Concurrency = limit
    }

    let failure =
        Assert.Throws<ArgumentOutOfRangeException>(fun () -> Scope.Open options |> ignore)

    Assert.Equal("Concurrency", failure.ParamName)
    Assert.Contains("1 or more", failure.Message)

[<Fact>]
let ``an and! in a tree with hooks gives its operands' values`` () = task {
    let stage = Stage.Seeded 1
    let started = List<string>()

    let options = {
        stage.Options with
            Hooks = {
                ScopeHooks.None with
                    BeforeTask = Action<_>(fun child -> lock started (fun () -> started.Add child.Task))
            }
    }

    let! outcome =
        stage.RunWith
            options
            (scope {
                let! a = job stage "a" 5
                and! b = job stage "b" 5
                and! c = job stage "c" 1
                return a + b + c
            })

    Expect.ok "abc" outcome
    Assert.Equal<string seq>([ "operand-1"; "operand-2"; "operand-3" ], started)
}

[<Fact>]
let ``100 threads start tasks in a scope of three: never more than three run, and all do`` () = task {
    let running = ref 0
    let most = ref 0
    let ran = ref 0

    let work: Scoped<unit, string> = scope {
        let seen = Interlocked.Increment running
        lock most (fun () -> most.Value <- max most.Value seen)
        do! fun (_: CancellationToken) -> task { do! System.Threading.Tasks.Task.Yield() }
        Interlocked.Increment ran |> ignore
        Interlocked.Decrement running |> ignore
    }

    let options = {
        ScopeOptions.Default with
            Concurrency = 3
    }

    let scope = Scope.Open options

    System.Threading.Tasks.Parallel.For(
        0,
        100,
        fun _ ->
            for _ in 1..20 do
                Scope.forkIn (scope, work) |> ignore
    )
    |> ignore

    let! outcome =
        (Scope.join scope: System.Threading.Tasks.ValueTask<Result<unit, ScopeError<string>>>)

    do! scope.DisposeAsync()
    Expect.ok () outcome
    Assert.Equal(2000, ran.Value)
    Assert.InRange(most.Value, 1, 3)
}

[<Fact>]
let ``who waits for a permit is seen in the tree`` () = task {
    let stage = Stage.Seeded 1
    let mutable tree = ""

    let! _ =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! here = Scope.current
                let! _ = fork (job stage "a" 5)
                let! _ = Scope.forkWith (TaskOptions.named "waiting", job stage "b" 5)
                tree <- Scope.debugTree here
            })

    Assert.Contains("a permit of 'root'", tree)
}
