/// Many children, deep chains, and what they leave behind. Alone: the memory of the process is measured.
[<Xunit.Collection "Alone">]
module GoGoScope.Tests.Scopes.ScaleTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// Bytes that are still there after a full collection.
let private kept () = GC.GetTotalMemory true

let private flat (before: int64) =
    let grown = kept () - before
    Assert.True(grown < 5_000_000L, $"the memory grew by {grown} bytes")

let private yields: Scoped<unit, string> = scope {
    do! fun (_: CancellationToken) -> task { do! Task.Yield() } :> Task
}

let private failing: Scoped<unit, int> = scope { return! (Error 1: Result<unit, int>) }

[<Fact>]
let ``a million short children leave the parent's memory flat`` () =
    Story.run (fun () -> task {
        let at = ref 0L

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        at.Value <- kept ()

                        for _ in 1..1_000_000 do
                            let! _ = fork (scope { return () })
                            ()

                        flat at.Value
                    }
                )
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``children that wait leave the parent's memory flat`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let at = ref 0L

        let! outcome =
            stage.Run(
                scope {
                    at.Value <- kept ()

                    for _ in 1..100_000 do
                        let! child = fork (Step.delay 1.)
                        do! child

                    flat at.Value
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``a million children that fail and are looked at leave the parent's memory flat`` () =
    Story.run (fun () -> task {
        let at = ref 0L

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        at.Value <- kept ()

                        for _ in 1..1_000_000 do
                            let! child = Scope.task failing
                            let! _ = ScopeTask.result child
                            ()

                        flat at.Value
                    }
                )
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``a million scopes opened below one leave its memory flat`` () =
    Story.run (fun () -> task {
        use parent = Scope.Open()

        let below = {
            ScopeOptions.Default with
                Parent = parent
        }

        let before = kept ()

        for round in 1..1_000_000 do
            let opened = Scope.Open below

            if round % 3 = 0 then
                Scope.forkIn (opened, failing) |> ignore

            do! opened.DisposeAsync()

        flat before
    })

[<Fact>]
let ``ten thousand children run and end`` () =
    Story.run (fun () -> task {
        let ended = ref 0

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        for _ in 1..10_000 do
                            let! _ =
                                fork (
                                    scope {
                                        do! yields
                                        Interlocked.Increment ended |> ignore
                                    }
                                )

                            ()
                    }
                )
            )

        Expect.ok () outcome
        Assert.Equal(10_000, ended.Value)
    })

[<Fact>]
let ``ten thousand children are stopped at once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    do! stage.Watched()

                    for _ in 1..10_000 do
                        let! _ = fork (Step.forever)
                        ()

                    let! _ = fork (Step.fail 5. "stop")
                    return ()
                }
            )

        Expect.failed "stop" outcome
        Assert.Equal(Step.milliseconds 5., stage.Clock.Elapsed)
        stage.NoLeaks()
    })

/// Children each of which awaits the one before it.
let private chain (length: int) (gate: Task) : Scoped<int, string> = scope {
    let! first =
        fork (
            scope {
                do! gate
                return 1
            }
        )

    let mutable last = first

    for _ in 2..length do
        let before = last

        let! next =
            fork (
                scope {
                    let! value = before
                    return value + 1
                }
            )

        last <- next

    return! last
}

[<Theory>]
[<InlineData(10_000)>]
[<InlineData(100_000)>]
let ``a chain of children that await each other does not overflow the stack`` (length: int) =
    Story.run (fun () -> task {
        let gate = TaskCompletionSource()
        let running = (Scope.run (chain length gate.Task)).AsTask()
        gate.SetResult()
        let! outcome = running.WaitAsync Story.patience
        Expect.ok length outcome
    })

[<Fact>]
let ``a chain that is cancelled does not overflow the stack`` () =
    Story.run (fun () -> task {
        use stop = new CancellationTokenSource()
        let gate = TaskCompletionSource()

        let running =
            (Scope.runWith ScopeOptions.Default stop.Token (chain 50_000 gate.Task)).AsTask()

        stop.Cancel()
        let! outcome = running.WaitAsync Story.patience
        Expect.cancelled (CancelReason.TokenFired "caller") outcome
    })

let rec private nest (depth: int) (innermost: Scoped<unit, string>) : Scoped<unit, string> = scope {
    do! yields

    if depth = 0 then
        do! innermost
    else
        let! _ = fork (nest (depth - 1) innermost)
        ()
}

[<Fact>]
let ``a deep nest of scopes ends without overflowing the stack`` () =
    Story.run (fun () -> task {
        let! outcome = Story.wait (Scope.run (nest 100_000 (Scoped.value ())))
        Expect.ok () outcome
    })

[<Fact>]
let ``a deep nest of scopes is cancelled, and reported when stuck, without overflowing the stack`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let reached = TaskCompletionSource()

        let innermost: Scoped<unit, string> = scope {
            reached.SetResult()
            do! Step.stubborn 60_000.
        }

        let running =
            stage.Start(nest 20_000 innermost |> Scoped.timeout (Step.milliseconds 5.))

        do! reached.Task.WaitAsync Story.patience
        do! Story.until "the stubborn work waits" (fun () -> stage.Clock.PendingTimers = 2)
        let! outcome = stage.Finish running
        Expect.ok () outcome // the innermost work gave its value after all
        Assert.Equal("fork-1", (Assert.Single stage.Stuck).Child)
    })

let rec private straight (depth: int) : Scoped<int, string> = scope {
    if depth = 0 then
        return 0
    else
        let! child = fork (straight (depth - 1))
        let! below = child
        return below + 1
}

[<Fact>]
let ``children that start each other at once, a thousand deep, end`` () =
    Story.run (fun () -> task {
        let! outcome = Story.wait (Scope.run (straight 1_000))
        Expect.ok 1_000 outcome
    })

let rec private down (depth: int) : Scoped<int, string> =
    if depth = 0 then
        Scoped.value 0
    else
        let child: Scoped<int, string> = fun _ -> Scope.run (down (depth - 1))

        scope {
            let! running = fork child
            let! below = running
            return below + 1
        }

[<Fact>]
let ``roots that nest in children end without overflowing the stack`` () =
    Story.run (fun () -> task {
        let! outcome = Story.wait (Scope.run (down 50_000))
        Expect.ok 50_000 (outcome: Result<int, ScopeError<string>>)
    })
