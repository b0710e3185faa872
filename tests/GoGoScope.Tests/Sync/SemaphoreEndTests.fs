/// Leases, the end of a semaphore, and its place in a select.
module GoGoScope.Tests.Sync.SemaphoreEndTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

/// Runs the block on a stage of its own and expects this value.
let private gives (value: 'T) (work: Stage -> Scoped<'T, string>) : Task =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(work stage)
        Expect.ok value outcome
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``a lease is released once: again is an error, and disposing it then changes nothing`` () =
    gives () (fun _ -> scope {
        let! semaphore = Semaphore.create 2
        let! lease = Semaphore.acquire semaphore
        let copy = lease
        lease.Release()
        Assert.False copy.IsHeld
        Assert.Throws<InvalidOperationException>(fun () -> copy.Release()) |> ignore
        copy.Dispose()
        Assert.Equal(2, semaphore.Available)

        // the same cell serves the next lease: the old one has no power over it
        let! next = Semaphore.acquire semaphore
        copy.Dispose()
        Assert.Throws<InvalidOperationException>(fun () -> lease.Release()) |> ignore
        Assert.True next.IsHeld
        Assert.Equal(1, semaphore.Available)
        next.Dispose()
        Assert.Equal(2, semaphore.Available)
        Assert.False(Unchecked.defaultof<Lease>.IsHeld)
        Unchecked.defaultof<Lease>.Dispose()

        Assert.Throws<InvalidOperationException>(fun () -> Unchecked.defaultof<Lease>.Release())
        |> ignore
    })

[<Fact>]
let ``of many threads that release one lease, one succeeds`` () =
    Story.run (fun () -> task {
        for _ in 1..500 do
            let semaphore = Semaphore 1
            let mutable lease = Unchecked.defaultof<Lease>
            Assert.True(semaphore.TryAcquire &lease)
            let shared = lease
            let mutable released = 0

            let release () =
                try
                    shared.Release()
                    Interlocked.Increment &released |> ignore
                with :? InvalidOperationException ->
                    ()

            do! Task.WhenAll [| for _ in 1..3 -> Task.Run release |]
            Assert.Equal(1, released)
            Assert.Equal(1, semaphore.Available)
    })

[<Fact>]
let ``with the end of its scope nobody is let in any more, and those who wait are told`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let mutable known = Unchecked.defaultof<Semaphore>

        let owner =
            stage.Start(
                scope {
                    let! semaphore = Semaphore.create 1
                    known <- semaphore
                    do! Step.delay 10.
                }
            )

        Assert.True(fst (known.TryAcquire()))
        let other = Stage stage.Clock
        let waiting = other.Start(Semaphore.execute known (Scoped.value ()))
        let! outcome = stage.Finish owner
        Expect.ok () outcome
        let! refused = other.Finish waiting
        Expect.rejected (Rejection.ScopeEnded "root") refused
        let! late = other.Run(Semaphore.execute known (Scoped.value ()))
        Expect.rejected (Rejection.ScopeEnded "root") late
        Assert.False(fst (known.TryAcquire()))
    })

[<Fact>]
let ``a permit is a case of a select like any other`` () =
    gives [ "timer"; "permit"; "item" ] (fun _ -> scope {
        let! semaphore = Semaphore.create 1
        let! channel = Channel.create<int, string> 1
        let! held = Semaphore.acquire semaphore
        let mutable lent: Lease voption = ValueNone

        let permit: Alt<string, string> =
            Semaphore.alt semaphore
            |> Alt.map (fun lease ->
                lent <- ValueSome lease
                "permit")

        let item = Alt.receive channel |> Alt.map (fun (_: int) -> "item")
        let timer = Alt.after (ms 5.) |> Alt.map (fun () -> "timer")
        let! first = select [ permit; item; timer ]
        Assert.Equal(0, semaphore.Waiting)
        let! _ = fork (Step.delay 1. |> Scoped.map held.Release)
        let! second = select [ permit; item ]
        Assert.Equal(0, semaphore.Available)

        let! _ =
            fork (
                scope {
                    do! Step.delay 1.
                    do! Channel.send 1 channel
                }
            )

        let! third = select [ permit; item ]
        // the case that lost took nothing
        lent.Value.Release()
        Assert.Equal(1, semaphore.Available)
        let! last = Semaphore.acquire semaphore
        last.Release()
        return [ first; second; third ]
    })

[<Fact>]
let ``a cancelled waiter leaves no trace, and a hundred thousand leave as fast as they came`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 1
        Assert.True(fst (semaphore.TryAcquire()))
        let stop = new CancellationTokenSource()

        let waits = [|
            for _ in 1..100_000 ->
                (PermitKernel.Acquire<string>(
                    semaphore.Core,
                    PermitKernel.One,
                    Unchecked.defaultof<_>,
                    stop.Token
                ))
                    .AsTask()
        |]

        Assert.Equal(100_000, semaphore.Waiting)
        stop.Cancel()
        let! _ = Task.WhenAll(waits).WaitAsync Story.patience
        Assert.Equal(0, semaphore.Waiting)
    })

[<Fact>]
let ``bad input is refused at the door`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 2

        let refused (name: string) (call: unit -> unit) =
            let error = Assert.ThrowsAny<ArgumentException> call
            Assert.Equal(name, error.ParamName)

        refused "Total" (fun () -> Semaphore -1 |> ignore)
        refused "Total" (fun () -> Semaphore Int32.MaxValue |> ignore)
        refused "Total" (fun () -> Semaphore.create<string> -1 |> ignore)

        refused "Name" (fun () ->
            Semaphore {
                Name = Unchecked.defaultof<_>
                Total = 1
            }
            |> ignore)

        refused "total" (fun () -> semaphore.SetTotal -1)
        refused "count" (fun () -> (Semaphore.acquireMany 0 semaphore: Scoped<Lease, string>) |> ignore)
        refused "count" (fun () -> (Semaphore.acquireMany 3 semaphore: Scoped<Lease, string>) |> ignore)
        refused "count" (fun () -> semaphore.TryAcquire 3 |> ignore)

        refused "patience" (fun () ->
            (Semaphore.acquireWithin (ms -1.) semaphore: Scoped<Lease, string>) |> ignore)

        refused "Patience" (fun () ->
            (Semaphore.acquireWith
                {
                    AcquireOptions.Default with
                        Patience = ms -2.
                }
                semaphore
            : Scoped<Lease, string>)
            |> ignore)

        // as many as there once were may be asked for: they may come back
        semaphore.SetTotal 1
        (Semaphore.acquireMany 2 semaphore: Scoped<Lease, string>) |> ignore
    })
