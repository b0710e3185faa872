/// Starting children: fork, task, where they start, what they are called, and what their handles say.
module GoGoScope.Tests.Scopes.VerbTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private start mode = {
    TaskOptions.Default with
        Start = mode
}

let private named name = { TaskOptions.Default with Name = name }

[<Fact>]
let ``a child starts at once on the caller's thread, up to its first wait`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let thread = Environment.CurrentManagedThreadId

        let child: Scoped<unit, string> = scope {
            Assert.Equal(thread, Environment.CurrentManagedThreadId)
            stage.Tell "child starts"
            do! Step.delay 1.
            stage.Tell "child ends"
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = fork child
                    stage.Tell "body"
                }
            )

        Expect.ok () outcome
        Assert.Equal<string>([ "0 child starts"; "0 body"; "1 child ends" ], stage.Told)
    })

[<Fact>]
let ``a pool child starts on another thread, while the caller goes on`` () =
    Story.run (fun () -> task {
        let thread = Environment.CurrentManagedThreadId
        let other = ref 0
        use gate = new ManualResetEventSlim()

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! child =
                            Scope.forkWith (
                                start StartMode.Pool,
                                (fun _ ->
                                    other.Value <- Environment.CurrentManagedThreadId
                                    gate.Wait Story.patience |> ignore
                                    ValueTask<_>(Ok 3: Result<int, ScopeError<string>>))
                            )

                        gate.Set()
                        return! child
                    }
                )
            )

        Expect.ok 3 outcome
        Assert.NotEqual(thread, other.Value)
    })

[<Fact>]
let ``a lazy child starts at its first await, once`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let runs = ref 0

        let child: Scoped<int, string> = scope {
            runs.Value <- runs.Value + 1
            do! Step.delay 10.
            return 4
        }

        let! outcome =
            stage.Run(
                scope {
                    let! child = Scope.forkWith (start StartMode.Lazy, child)
                    do! Step.delay 5.
                    Assert.Equal(0, runs.Value)
                    Assert.False child.IsCompleted
                    let! a = child
                    and! b = child
                    let! c = child
                    return a + b + c
                }
            )

        Expect.ok 12 outcome
        Assert.Equal(1, runs.Value)
        Assert.Equal(Step.milliseconds 15., stage.Clock.Elapsed)
    })

[<Fact>]
let ``a lazy child that nobody awaits never starts, and nobody waits for it`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let ran = ref false
        let work: Scoped<unit, string> = scope { ran.Value <- true }
        let kept = ref Unchecked.defaultof<ScopeTask<unit, string>>

        let! outcome =
            stage.Run(
                scope {
                    let! child = Scope.forkWith (start StartMode.Lazy, work)
                    kept.Value <- child
                    return 1
                }
            )

        Expect.ok 1 outcome
        let! late = Story.wait (kept.Value.AsValueTask())
        Expect.rejected (Rejection.ScopeEnded "root") late
        Assert.False ran.Value
    })

[<Fact>]
let ``a lazy child that is cancelled before it starts leaves nothing, and is not reported as stuck`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child =
                        Scope.forkWith (start StartMode.Lazy, (Step.forever: Scoped<unit, string>))

                    child.Cancel "not needed"
                    return 1
                }
            )

        Expect.ok 1 outcome
        Assert.Equal(0, stage.Clock.PendingTimers)
        stage.Clock.Advance(TimeSpan.FromMinutes 5.)
        Assert.Empty stage.Stuck
    })

[<Fact>]
let ``children have the names they were given, or a name of their kind and place`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! a = Scope.forkWith (named "first", Step.delay 1.)
                    let! b = fork (Step.delay 1.)
                    let! c = Scope.task (Step.delay 1.: Scoped<unit, int>)
                    let! d = Scope.taskWith (named "last", (Step.delay 1.: Scoped<unit, int>))
                    return [ a.Name; b.Name; c.Name; d.Name ]
                }
            )

        Expect.ok [ "first"; "fork-2"; "task-3"; "last" ] (outcome: Result<string list, ScopeError<string>>)
    })

[<Fact>]
let ``ids differ, and stay`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! a = fork (Step.delay 1.)
                    let! b = fork (Step.delay 1.)
                    let! here = Scope.current<string>
                    let ids = [ a.Id; b.Id; here.Id ]
                    do! a
                    return (Set.count (set ids), a.Id = ids.Head, ids |> List.forall (fun id -> id > 0L))
                }
            )

        Expect.ok (3, true, true) outcome
    })

[<Fact>]
let ``a child knows the file and the line where it was started`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let sites = List<string>()

        let child: Scoped<unit, string> = scope {
            let! here = Scope.current
            sites.Add here.Site
        }

        let! _ =
            stage.Run(
                scope {
                    let! _ = fork child
                    let! _ = Scope.task child
                    let! _ = Scope.forkWith (TaskOptions.Default, child)
                    let! _ = Scope.taskWith (TaskOptions.Default, child)
                    let! here = Scope.current<string>
                    Scope.forkIn (here, child) |> ignore
                }
            )

        let lines = [
            for site in sites ->
                Assert.Contains("VerbTests.fs:", site)
                int (site.Substring(site.LastIndexOf ':' + 1))
        ]

        Assert.Equal<int>([ lines.Head .. lines.Head + 2 ], List.take 3 lines)
        Assert.Equal(5, (List.distinct lines).Length)
    })

[<Fact>]
let ``what ensured work fails with is kept, all of it`` () =
    Story.run (fun () -> task {
        let both: Scoped<unit, string> =
            (fun _ ->
                ValueTask<_>(
                    Error {
                        Cause = Cause.Crashed(Exception "first")
                        Others = [| Cause.Failed "second" |]
                    }
                ))

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        use! _ = Scope.ensure (TimeSpan.FromSeconds 1.) both
                        return ()
                    }
                )
            )

        match (outcome: Result<unit, ScopeError<string>>) with
        | Error { Cause = Cause.CleanupFailed failure } -> Assert.Contains("second", failure.Message)
        | other -> failwith $"expected a failed cleanup, but was {other}"
    })
