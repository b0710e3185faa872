/// `Concurrency`: how many tasks run in a scope and below it.
module GoGoScope.Tests.Scopes.LimitTests

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
let ``no more tasks run than the scope allows, and the others wait in the order of their start`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 2)
            (scope {
                for name in [ "a"; "b"; "c"; "d" ] do
                    let! _ = fork (job stage name 10)
                    ()
            })

    Expect.ok () outcome

    Assert.Equal<string list>(
        [
            "0 a begins"
            "0 b begins"
            "10 a ends"
            "10 b ends"
            "10 c begins"
            "10 d begins"
            "20 c ends"
            "20 d ends"
        ],
        List.sort stage.Told
    )
}

[<Fact>]
let ``the higher priority goes first, equals in the order of their start`` () =
    let runtime = SeededRuntime 7
    let order = List<string>()

    let outcome =
        runtime.Run(
            {
                ScopeOptions.Default with
                    Concurrency = 1
            },
            scope {
                let! _ = fork (Scope.delay (ms 10))

                for name, priority in
                    [
                        "low", -1
                        "first", 0
                        "high", Int32.MaxValue
                        "second", 0
                        "lowest", Int32.MinValue
                    ] do
                    let options = {
                        TaskOptions.named name with
                            Priority = priority
                    }

                    let! _ =
                        Scope.forkWith (
                            options,
                            scope {
                                order.Add name
                                do! Scope.delay (ms 1)
                            }
                        )

                    ()
            }
        )

    Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    Assert.Equal<string seq>([ "high"; "first"; "second"; "low"; "lowest" ], order)

let rec private nest (depth: int) : Scoped<int, string> = scope {
    if depth = 0 then
        return 0
    else
        let! inner = fork (nest (depth - 1))
        let! below = inner
        return below + 1
}

[<Fact>]
let ``tasks in tasks need no permit of their own: fifty levels run in a scope of one`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! top = fork (nest 50)
                return! top
            })

    Expect.ok 50 outcome
}

[<Fact>]
let ``a permit is held until everything of the task has ended`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 1)
            (scope {
                let! _ =
                    fork (
                        scope {
                            let! _ = fork (job stage "child of a" 10)
                            do! Scope.onDispose (fun () -> stage.Tell "cleanup of a")
                            stage.Tell "body of a ends"
                        }
                    )

                let! _ = fork (job stage "b" 1)
                ()
            })

    Expect.ok () outcome

    Assert.Equal<string list>(
        [
            "0 child of a begins"
            "0 body of a ends"
            "10 child of a ends"
            "10 cleanup of a"
            "10 b begins"
            "11 b ends"
        ],
        stage.Told
    )
}

[<Fact>]
let ``a scope in a limited scope takes its own permits and those above`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.RunWith
            (limited stage 2)
            (scope {
                let! outer = Scope.current

                let room = {
                    stage.Options with
                        Name = "room"
                        Parent = outer
                        Concurrency = 1
                }

                use inner = Scope.Open room

                let! first =
                    Scope.taskIn (inner, TaskOptions.Default, job stage "inner" 10) |> Scoped.value

                let! second =
                    Scope.taskIn (inner, TaskOptions.Default, job stage "second inner" 10)
                    |> Scoped.value

                let! _ = fork (job stage "outer" 15)
                let! _ = fork (job stage "second outer" 1)
                let! _ = ScopeTask.result first
                let! _ = ScopeTask.result second
                ()
            })

    Expect.ok () outcome

    // the second inner one stands before the second outer one, but in line for the room
    Assert.Equal<string list>(
        [
            "0 inner begins"
            "0 outer begins"
            "10 inner ends"
            "10 second outer begins"
            "11 second outer ends"
            "11 second inner begins"
            "15 outer ends"
            "21 second inner ends"
        ],
        stage.Told
    )
}
