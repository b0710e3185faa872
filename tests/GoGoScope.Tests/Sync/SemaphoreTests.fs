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
