/// What the hooks are told of children, and how often.
module GoGoScope.Tests.Scopes.HookTests

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

[<Fact>]
let ``each child is told of once before it starts and once when it has ended`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ear = Ear()

        let named name = TaskOptions.named name

        let! outcome =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! _ = Scope.forkWith (named "good", Step.delay 10.)
                    let! failing = Scope.taskWith (named "bad", Step.fail 20. "no")
                    let! stopped = Scope.taskWith (named "stopped", Step.forever)
                    let! _ = Scope.daemonWith (named "daemon", Step.forever)
                    let! _ = ScopeTask.result failing
                    stopped.Cancel "enough"
                    let! _ = ScopeTask.result stopped
                    let! _ = Scope.taskWith (named "at once", Scoped.value ())
                    return ()
                })

        Expect.ok () outcome

        Assert.Equal<string>(
            [
                "+good of root"
                "+bad of root"
                "+stopped of root"
                "+daemon of root"
                "-good Succeeded 10"
                "-bad Failed 20"
                "!stopped: enough"
                "-stopped Cancelled 20"
                "+at once of root"
                "-at once Succeeded 0"
                "-daemon Cancelled 20"
                ".root 20"
            ],
            ear.Heard
        )

        for ended in ear.Ended do
            Assert.Contains(ended.Task, ear.Started)

        let bad = ear.Ended |> List.find (fun ended -> ended.Task.Task = "bad")
        Assert.Contains("no", (nonNull bad.Failure).Message)
        Assert.Null((ear.Ended |> List.find (fun ended -> ended.Task.Task = "stopped")).Failure)
    })

[<Fact>]
let ``operands, items, started and deduplicated children are told of once each`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1
        let ear = Ear()

        let! outcome =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! a = Step.give 1. 1
                    and! b = Step.give 2. 2

                    let! c =
                        Parallel.allWith
                            {
                                Parallel.Options.Default with
                                    Concurrency = 2
                            }
                            [ for value in 1..5 -> Step.give 1. value ]

                    let! d =
                        Scope.start (fun (ready: Ready<int>) -> scope {
                            ready.Signal 4 |> ignore
                            do! Step.delay 1.
                        })

                    let keyed = {
                        TaskOptions.Default with
                            Dedupe = "key"
                    }

                    let! e = Scope.taskWith (keyed, Step.give 1. 5)
                    let! f = Scope.taskWith (keyed, Step.give 1. 5)
                    let! e = e
                    let! f = f
                    return a + b + Array.sum c + d + e + f
                })

        Expect.ok 32 outcome
        Assert.Equal(2 + 5 + 1 + 1, ear.Started.Length)

        let ids (events: TaskStarted list) =
            [ for event in events -> event.Id ] |> List.sort

        Assert.Equal<int64>(ids ear.Started, ids [ for ended in ear.Ended -> ended.Task ])
        Assert.Equal(9, (List.distinct (ids ear.Started)).Length)
    })

[<Fact>]
let ``operands that hooks hear of give their values, wherever the group starts`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ear = Ear()

        let both: Scoped<int, string> = scope {
            let! a = Step.give 1. 1
            and! b = Step.give 2. 2
            and! c = Scoped.value 3
            return a + b + c
        }

        let! outcome =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! inline' = both
                    let! limited = Scoped.timeout (ms 50.) both

                    let! failed =
                        Scoped.result (
                            scope {
                                let! _ = both
                                and! _ = Step.fail 1. "operand"
                                return ()
                            }
                        )

                    Assert.True(Result.isError failed)
                    return inline' + limited
                })

        Expect.ok 12 outcome
        Assert.Equal(ear.Started.Length, ear.Ended.Length)
        stage.NoLeaks()
    })

[<Fact>]
let ``a lazy child is told of when it starts, and not at all when nobody asks it`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ear = Ear()

        let lazily name = {
            TaskOptions.named name with
                Start = StartMode.Lazy
        }

        let! _ =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! _ = Scope.forkWith (lazily "never", Step.delay 1.)
                    let! asked = Scope.forkWith (lazily "asked", Step.delay 5.)
                    do! Step.delay 10.
                    do! asked
                }
                : Scoped<unit, string>)

        Assert.Equal<string>([ "+asked of root"; "-asked Succeeded 5"; ".root 15" ], ear.Heard)
    })

[<Fact>]
let ``tags, name, site and number are handed on`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ear = Ear()

        let tags = [|
            KeyValuePair<string, obj>("user", nonNull (box "ada"))
            KeyValuePair<string, obj>("try", nonNull (box 2))
        |]

        let! _ =
            stage.RunWith
                (ear.On stage)
                (scope {
                    let! child =
                        Scope.forkWith (
                            {
                                TaskOptions.named "login" with
                                    Tags = tags
                            },
                            Step.delay 1.
                        )

                    Assert.NotEqual(0L, child.Id)
                    return ()
                }
                : Scoped<unit, string>)

        let started = Assert.Single ear.Started
        Assert.Equal("login", started.Task)
        Assert.Equal("root", started.Scope)
        Assert.EndsWith("HookTests.fs", (started.Site.Split ':')[0])
        Assert.Equal<KeyValuePair<string, obj>>(tags, started.Tags)
    })
