/// Semaphores, one behaviour at a time.
module GoGoScope.Tests.Sync.SemaphoreTests

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

/// Those who go on at the same time do so on several threads, in any order.
let private told (lines: string list) (work: Stage -> Scoped<unit, string>) : Task =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(work stage)
        Expect.ok () outcome
        Assert.Equal<string list>(List.sort lines, List.sort stage.Told)
    })

/// Holds a permit for a time, and tells.
let private hold
    (stage: Stage)
    (name: string)
    (time: float)
    (options: AcquireOptions)
    (semaphore: Semaphore)
    = scope {
    use! _ = Semaphore.acquireWith options semaphore
    stage.Tell $"{name} in"
    do! Step.delay time
    stage.Tell $"{name} out"
}

let private asks count priority = {
    AcquireOptions.Default with
        Count = count
        Priority = priority
}

[<Fact>]
let ``those who wait are served in the order of their coming, and never more than there are permits`` () =
    told
        [
            "0 a in"
            "0 b in"
            "10 a out"
            "10 c in"
            "12 b out"
            "12 d in"
            "15 c out"
            "17 d out"
        ]
        (fun stage -> scope {
            let! semaphore = Semaphore.create 2

            for name, time in [ "a", 10.; "b", 12.; "c", 5.; "d", 5. ] do
                let! _ = fork (hold stage name time (asks 1 0) semaphore)
                ()
        })

[<Fact>]
let ``the higher priority goes first, equals in the order of their coming`` () =
    told
        [
            "0 first in"
            "1 first out"
            "1 urgent in"
            "2 urgent out"
            "2 one in"
            "3 one out"
            "3 two in"
            "4 two out"
            "4 late in"
            "5 late out"
        ]
        (fun stage -> scope {
            let! semaphore = Semaphore.create 1

            for name, priority in
                [
                    "first", 0
                    "one", 0
                    "late", Int32.MinValue
                    "two", 0
                    "urgent", Int32.MaxValue
                ] do
                let! _ = fork (hold stage name 1. (asks 1 priority) semaphore)
                ()
        })

[<Fact>]
let ``who wants many is not overtaken by those who want few`` () =
    told
        [
            "0 one in"
            "10 one out"
            "10 many in"
            "20 many out"
            "20 few in"
            "21 few out"
        ]
        (fun stage -> scope {
            let! semaphore = Semaphore.create 3
            let! _ = fork (hold stage "one" 10. (asks 1 0) semaphore)
            let! _ = fork (hold stage "many" 10. (asks 3 0) semaphore)
            let! _ = fork (hold stage "few" 1. (asks 1 0) semaphore)
            Assert.Equal(2, semaphore.Available)
            Assert.Equal(2, semaphore.Waiting)
            Assert.True((Semaphore.tryAcquire semaphore).IsNone, "a try barged in")
            ()
        })

[<Fact>]
let ``when the one who wanted many leaves, those behind him go on at once`` () =
    told [ "0 one in"; "5 few in"; "6 few out"; "10 one out" ] (fun stage -> scope {
        let! semaphore = Semaphore.create 3
        let! _ = fork (hold stage "one" 10. (asks 1 0) semaphore)
        let! many = Scope.task (hold stage "many" 10. (asks 3 0) semaphore)
        let! _ = fork (hold stage "few" 1. (asks 1 0) semaphore)
        do! Step.delay 5.
        many.Cancel "not needed"
        let! outcome = ScopeTask.result many
        Expect.cancelled (CancelReason.Requested "not needed") outcome
    })

[<Fact>]
let ``patience ends with the time waited, and leaves nothing in line`` () =
    gives () (fun _ -> scope {
        let! semaphore = Semaphore.create 1
        use! held = Semaphore.acquire semaphore
        Assert.True held.IsHeld

        let! late =
            Scope.task (Semaphore.acquireWithin (ms 7.) semaphore: Scoped<Lease, string>)

        let! outcome = ScopeTask.result late

        match outcome with
        | Error error -> Assert.Equal(Cause.Rejected(Rejection.WaitedTooLong(ms 7.)), error.Cause)
        | Ok _ -> failwith "it was let in"

        let! now =
            Scope.task (Semaphore.acquireWithin TimeSpan.Zero semaphore: Scoped<Lease, string>)

        let! outcome = ScopeTask.result now

        match outcome with
        | Error error -> Assert.Equal(Cause.Rejected(Rejection.WaitedTooLong TimeSpan.Zero), error.Cause)
        | Ok _ -> failwith "it was let in"

        Assert.Equal(0, semaphore.Waiting)
        held.Release()
        use! again = Semaphore.acquireWithin (ms 1.) semaphore
        Assert.True again.IsHeld
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
let ``the total can be changed at any time, to nothing too`` () =
    told
        [
            "0 a in"
            "0 b in"
            "10 a out"
            "10 b out"
            "20 c in"
            "20 d in"
            "20 e in"
            "30 c out"
            "30 d out"
            "30 e out"
        ]
        (fun stage -> scope {
            let! semaphore = Semaphore.create 2

            for name in [ "a"; "b"; "c"; "d"; "e" ] do
                let! _ = fork (hold stage name 10. (asks 1 0) semaphore)
                ()

            Semaphore.setTotal 0 semaphore
            Assert.Equal(0, semaphore.Available)
            do! Step.delay 20.
            Assert.Equal(3, semaphore.Waiting)
            Semaphore.setTotal 3 semaphore
            Assert.Equal(0, semaphore.Waiting)
            Assert.Equal(3, semaphore.Total)
        })

[<Fact>]
let ``work runs with a permit until all that it started has ended`` () =
    told [ "0 body"; "10 child"; "10 next" ] (fun stage -> scope {
        let! semaphore = Semaphore.create 1

        let! _ =
            fork (
                scope {
                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 10.
                                stage.Tell "child"
                            }
                        )

                    stage.Tell "body"
                }
                |> Semaphore.execute semaphore
            )

        do! scope { stage.Tell "next" } |> Semaphore.execute semaphore
    })

[<Fact>]
let ``failing work gives its permit back`` () =
    gives () (fun _ -> scope {
        let! semaphore = Semaphore.create 1

        for work in [ Step.throw 1. (exn "broken"); Step.fail 1. "no" ] do
            let! failed = Scope.task (work |> Semaphore.execute semaphore)
            let! outcome = ScopeTask.result failed
            Assert.True outcome.IsError
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
let ``what is waited for is seen in the tree`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let mutable root = Unchecked.defaultof<Scope>

        let pending =
            stage.Start(
                scope {
                    let! here = Scope.current
                    root <- here

                    let! semaphore = Semaphore.createWith { Name = "database"; Total = 3 }

                    let! held = Semaphore.acquireMany 2 semaphore
                    let! _ = fork (hold stage "b" 1. (asks 2 0) semaphore)
                    do! Step.delay 10.
                    held.Release()
                }
            )

        Assert.Contains("2 permits of 'database' (1 of 3 free, 1 waiting)", Scope.debugTree root)
        let! outcome = stage.Finish pending
        Expect.ok () outcome
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
