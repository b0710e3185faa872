/// Many readers or one writer.
module GoGoScope.Tests.Sync.ReaderWriterTests

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

let private share (stage: Stage) (name: string) (time: float) (lease: Scoped<Lease, string>) = scope {
    use! _ = lease
    stage.Tell $"{name} in"
    do! Step.delay time
    stage.Tell $"{name} out"
}

[<Fact>]
let ``readers go in together, a writer alone, and no reader overtakes a writer who waits`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! gate = AsyncReaderWriterLock.create "ledger"

                    let read name time =
                        share stage name time (AsyncReaderWriterLock.acquireRead gate)

                    let write name time =
                        share stage name time (AsyncReaderWriterLock.acquireWrite gate)

                    let! _ = fork (read "r1" 10.)
                    let! _ = fork (read "r2" 12.)
                    Assert.Equal(2, gate.Readers)
                    let! _ = fork (write "w1" 5.)
                    let! _ = fork (read "r3" 5.)
                    let! _ = fork (read "r4" 5.)
                    let! _ = fork (write "w2" 5.)
                    let! _ = fork (read "r5" 1.)
                    Assert.Equal(5, gate.Waiting)
                    Assert.True (AsyncReaderWriterLock.tryAcquireRead gate).IsNone
                    do! Step.delay 13.
                    Assert.True gate.IsWriting
                    Assert.Equal(0, gate.Readers)
                }
            )

        Expect.ok () outcome

        Assert.Equal<string list>(
            List.sort [
                "0 r1 in"
                "0 r2 in"
                "10 r1 out"
                "12 r2 out"
                "12 w1 in"
                "17 w1 out"
                "17 r3 in"
                "17 r4 in"
                "22 r3 out"
                "22 r4 out"
                "22 w2 in"
                "27 w2 out"
                "27 r5 in"
                "28 r5 out"
            ],
            List.sort stage.Told
        )
    })

[<Fact>]
let ``when a writer leaves the line, the readers behind him go in at once`` () =
    gives 2 (fun _ -> scope {
        let! gate = AsyncReaderWriterLock.create "ledger"
        let! reading = AsyncReaderWriterLock.acquireRead gate

        let! writer =
            Scope.task (AsyncReaderWriterLock.acquireWrite gate: Scoped<Lease, string>)

        let! second = fork (AsyncReaderWriterLock.acquireRead gate)
        Assert.Equal(1, gate.Readers)
        writer.Cancel "not needed"
        let! lease = second
        let readers = gate.Readers
        lease.Release()
        reading.Release()
        let! _ = ScopeTask.result writer
        return readers
    })

[<Fact>]
let ``a writer who asks again is told`` () =
    gives () (fun _ -> scope {
        let! gate = AsyncReaderWriterLock.create "ledger"

        for again in [ AsyncReaderWriterLock.executeRead; AsyncReaderWriterLock.executeWrite ] do
            let! asked =
                Scope.task (Scoped.value () |> again gate |> AsyncReaderWriterLock.executeWrite gate)

            let! outcome = ScopeTask.result asked
            deadlocks outcome

        // who reads may read again while nobody writes or waits to
        do!
            Scoped.value ()
            |> AsyncReaderWriterLock.executeRead gate
            |> AsyncReaderWriterLock.executeRead gate

        Assert.Equal(0, gate.Readers)
    })

[<Fact>]
let ``under many threads a writer is alone and readers see what was written`` () =
    Story.run (fun () -> task {
        let gate = AsyncReaderWriterLock "ledger"
        let mutable readers = 0
        let mutable writers = 0
        let mutable together = 0
        let mutable left = 0
        let mutable right = 0

        let pause: Scoped<unit, string> = scope {
            do! fun (_: CancellationToken) -> task { do! Task.Yield() }
        }

        let read = scope {
            use! _ = AsyncReaderWriterLock.acquireRead gate
            let now = Interlocked.Increment &readers
            together <- max together now
            Assert.Equal(0, Volatile.Read &writers)
            let seen = left
            do! pause
            Assert.Equal(seen, right)
            Interlocked.Decrement &readers |> ignore
        }

        let write = scope {
            use! _ = AsyncReaderWriterLock.acquireWrite gate
            Assert.Equal(1, Interlocked.Increment &writers)
            Assert.Equal(0, Volatile.Read &readers)
            left <- left + 1
            do! pause
            right <- right + 1
            Interlocked.Decrement &writers |> ignore
        }

        let worker number = scope {
            let random = Random number

            for _ in 1..300 do
                if random.Next 4 = 0 then do! write else do! read
        }

        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        for number in 1..8 do
                            let! _ = Scope.forkWith (pooled, worker number)
                            ()
                    }
                )
            )

        Expect.ok () outcome
        Assert.True(together > 1, "readers were never in together")
        Assert.Equal(left, right)
        Assert.Equal(0, gate.Waiting)
        Assert.False gate.IsWriting
    })
