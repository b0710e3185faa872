/// Mutual exclusion.
module GoGoScope.Tests.Sync.LockTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private gives (value: 'T) (work: Stage -> Scoped<'T, string>) : Task =
    Story.run (fun () -> task {
        let stage = Stage()
        let! outcome = stage.Run(work stage)
        Expect.ok value outcome
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

let private deadlocks (outcome: Result<'T, ScopeError<string>>) =
    match outcome with
    | Error {
                Cause = Cause.Rejected(Rejection.WouldDeadlock description)
            } -> Assert.Contains("'ledger'", description)
    | _ -> failwith "it did not see the deadlock"

[<Fact>]
let ``one is in at a time, first come first served, whatever the seed decides`` () =
    for seed in 1..100 do
        let entered = List<int>()
        let mutable inside = 0

        let worker (gate: AsyncLock) number : Scoped<unit, string> = scope {
            use! _ = AsyncLock.acquire gate
            inside <- inside + 1
            Assert.Equal(1, inside)
            entered.Add number
            do! Step.pause
            Assert.Equal(1, inside)
            inside <- inside - 1
        }

        let outcome =
            SeededRuntime(seed)
                .Run(
                    scope {
                        let! gate = AsyncLock.create "ledger"
                        let! first = AsyncLock.acquire gate

                        for number in 1..5 do
                            let! _ = fork (worker gate number)
                            ()

                        Assert.Equal(5, gate.Waiting)
                        Assert.True gate.IsHeld
                        first.Release()
                    }
                )

        Expect.ok () outcome
        Assert.Equal<int seq>([ 1..5 ], entered)

[<Fact>]
let ``who holds the lock and asks again is told, also through the steps that it binds`` () =
    gives () (fun _ -> scope {
        let! gate = AsyncLock.create "ledger"
        let again: Scoped<unit, string> = Scoped.value () |> AsyncLock.execute gate

        let! outcome = Scope.task (again |> AsyncLock.execute gate)
        let! outcome = ScopeTask.result outcome
        deadlocks outcome

        let! bound = Scope.task (Scoped.timeout (ms 5.) again |> AsyncLock.execute gate)
        let! outcome = ScopeTask.result bound
        deadlocks outcome

        let both = scope {
            let! () = again
            and! () = Step.delay 1.
            return ()
        }

        let! operand = Scope.task (both |> AsyncLock.execute gate)
        let! outcome = ScopeTask.result operand
        deadlocks outcome
        Assert.False gate.IsHeld
    })

[<Fact>]
let ``a child may wait for the lock that its parent holds and gives back`` () =
    gives "child" (fun _ -> scope {
        let! gate = AsyncLock.create "ledger"
        let! held = AsyncLock.acquire gate
        let! child = fork (Scoped.value "child" |> AsyncLock.execute gate)
        do! Step.delay 5.
        held.Release()
        return! child
    })

[<Fact>]
let ``the wait for a lock ends with a cancel, a patience, or the end of the lock's scope`` () =
    gives () (fun stage -> scope {
        let! gate = AsyncLock.create "ledger"
        let! held = AsyncLock.acquire gate
        Assert.True (AsyncLock.tryAcquire gate).IsNone
        let! late = Scope.task (AsyncLock.acquireWithin (ms 3.) gate: Scoped<Lease, string>)
        let! outcome = ScopeTask.result late

        Assert.Equal(
            Cause.Rejected(Rejection.WaitedTooLong(ms 3.)),
            (Result.toOption (
                match outcome with
                | Ok _ -> Error()
                | Error error -> Ok error
            ))
                .Value.Cause
        )

        let! gone = Scope.task (AsyncLock.acquire gate: Scoped<Lease, string>)
        gone.Cancel "not needed"
        let! outcome = ScopeTask.result gone
        Assert.True outcome.IsError
        Assert.Equal(0, gate.Waiting)
        held.Release()
        Assert.Throws<InvalidOperationException>(fun () -> held.Release()) |> ignore

        let! other =
            select [
                AsyncLock.alt gate |> Alt.map (fun lease -> lease.Release())
                Alt.after (ms 1.)
            ]

        Assert.False gate.IsHeld
        stage.Tell $"{other}"
    })

[<Fact>]
let ``locks refuse bad input at the door`` () =
    let refused (name: string) (call: unit -> unit) =
        Assert.Equal(name, (Assert.ThrowsAny<ArgumentException> call).ParamName)

    refused "name" (fun () -> AsyncLock(Unchecked.defaultof<string>) |> ignore)
    refused "name" (fun () -> AsyncReaderWriterLock(Unchecked.defaultof<string>) |> ignore)

    refused "patience" (fun () ->
        (AsyncLock.acquireWithin (ms -1.) (AsyncLock "a"): Scoped<Lease, string>)
        |> ignore)

    refused "patience" (fun () ->
        (AsyncReaderWriterLock.acquireWriteWithin (ms -1.) (AsyncReaderWriterLock "a"): Scoped<Lease, string>)
        |> ignore)
