/// What permits and locks cost. Only optimised code keeps it.
[<Xunit.Collection "Alone">]
module GoGoScope.Tests.Sync.SyncCostTests

open System
open System.Threading
open GoGoScope
open GoGoScope.Tests
open Xunit

#if !DEBUG

let private least (call: unit -> unit) =
    for _ in 1..2_000 do
        call ()

    List.min [
        for _ in 1..7 ->
            let before = GC.GetAllocatedBytesForCurrentThread()

            for _ in 1..1_000 do
                call ()

            (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000L
    ]

[<Fact>]
let ``a permit that is free costs no byte, taken and given back`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 2

        let cost =
            least (fun () ->
                let taken =
                    PermitKernel.Acquire<string>(
                        semaphore.Core,
                        PermitKernel.One,
                        Unchecked.defaultof<_>,
                        CancellationToken.None
                    )

                match taken.Result with
                | Ok lease -> lease.Release()
                | Error error -> failwith $"{error}")

        Assert.Equal(0L, cost)
    })

[<Fact>]
let ``nor does it in a block`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 2

        let measure: Scoped<int64, string> = scope {
            let mutable least = Int64.MaxValue
            let mutable round = 0

            while round < 7 do
                let before = GC.GetAllocatedBytesForCurrentThread()
                let mutable count = 0

                while count < 1_000 do
                    let! lease = Semaphore.acquire semaphore
                    lease.Release()
                    count <- count + 1

                least <- min least ((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000L)
                round <- round + 1

            return least
        }

        Expect.ok 0L (Scope.runSync measure)
    })

[<Fact>]
let ``a wait for a permit that ends costs no byte either`` () =
    Story.run (fun () -> task {
        let semaphore = Semaphore 1
        let mutable lease = Unchecked.defaultof<Lease>
        Assert.True(semaphore.TryAcquire &lease)
        let mutable held = lease

        let cost =
            least (fun () ->
                let waiting =
                    PermitKernel.Acquire<string>(
                        semaphore.Core,
                        PermitKernel.One,
                        Unchecked.defaultof<_>,
                        CancellationToken.None
                    )

                held.Release()

                match waiting.Result with
                | Ok lease -> held <- lease
                | Error error -> failwith $"{error}")

        Assert.Equal(0L, cost)
    })

#endif
