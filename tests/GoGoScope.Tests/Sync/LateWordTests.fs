/// What comes at the worst moment: an end in the middle of a beginning, steps of many at once, selects without number.
module GoGoScope.Tests.Sync.LateWordTests

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a permit that is free is given to who asks without waiting, whatever others change meanwhile`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 2
        let mutable over = false

        let changing =
            Task.Factory.StartNew(
                (fun () ->
                    while not (Volatile.Read &over) do
                        semaphore.SetTotal 2),
                TaskCreationOptions.LongRunning
            )

        let mutable refused = 0

        for _ in 1..100_000 do
            let mutable lease = Unchecked.defaultof<Lease>

            if semaphore.TryAcquire &lease then
                lease.Release()
            else
                refused <- refused + 1

        Volatile.Write(&over, true)
        do! changing
        Assert.Equal(0, refused)
        Assert.Equal(2, semaphore.Available)
    })

[<Fact>]
let ``what is still being made when its pool ends is destroyed, too`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let factory = Factory()
        let made = TaskCompletionSource()
        factory.OnCreate <- fun _ _ -> made.Task

        let owner =
            stage.Start(
                scope {
                    // as C# may: begun, and not waited for
                    let! here = Scope.current
                    let _ = ResourcePool.createWith { factory.Options 2 with Min = 1 } here
                    return ()
                }
            )

        Assert.False owner.IsCompleted
        made.SetResult()
        let! outcome = stage.Finish owner
        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        factory.Check 2
    })

[<Fact>]
let ``a child that lives long keeps nothing of the selects that looked at it`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work: Scoped<int, string> = scope {
            let! channel = Channel.create<int, _> 0
            let! child = Scope.daemon (Step.give 1e6 0)

            let! _ =
                fork (
                    scope {
                        for round in 1..100 do
                            do! Step.delay 1.
                            do! Channel.send round channel
                    }
                )

            for _ in 1..100 do
                let! _ = select [ Alt.receive channel; Alt.task child ]
                ()

            return child.Node.Waiters
        }

        let! outcome = stage.Run work
        Expect.ok 0 outcome
    })

[<Fact>]
let ``what a sender of a broadcast who waited makes others lose is told, too`` () =
    Story.run (fun () -> task {
        let lost = ConcurrentQueue<int>()

        let work: Scoped<unit, string> = scope {
            let! news = Broadcast.create<int, _>

            let options = {
                SubscribeOptions.Default<int>() with
                    Lag = 1
            }

            let! slow = Broadcast.subscribeWith options news

            let! _ =
                Broadcast.subscribeWith
                    {
                        options with
                            WhenSlow = SlowSubscriber.DropOldest
                            OnDropped = Action<int> lost.Enqueue
                    }
                    news

            do! Broadcast.send 1 news
            let! held = fork (Broadcast.send 2 news)
            do! Step.delay 1.
            Assert.False held.IsCompleted
            let! _ = Subscription.receive slow
            do! held
        }

        let! outcome = Stage().Run work
        Expect.ok () outcome
        Assert.Equal<int list>([ 1 ], List.ofSeq lost)
    })

[<Fact>]
let ``when the patience of one who wanted many ends, those behind him go on at once`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let work: Scoped<unit, string> = scope {
            let! semaphore = Semaphore.create 2
            let! _ = Semaphore.acquire semaphore

            let many = {
                AcquireOptions.Default with
                    Count = 2
                    Patience = Step.milliseconds 5.
            }

            let! _ =
                fork (
                    scope {
                        let! outcome =
                            Scoped.result (Semaphore.acquireWith many semaphore: Scoped<Lease, string>)

                        Assert.True(Result.isError outcome)
                    }
                )

            let! behind = fork (Semaphore.acquire semaphore)
            do! Step.delay 1.
            Assert.False behind.IsCompleted
            do! Step.delay 5.
            Assert.True behind.IsCompleted
            Assert.Equal(0, semaphore.Waiting)
        }

        let! outcome = stage.Run work
        Expect.ok () outcome
    })
