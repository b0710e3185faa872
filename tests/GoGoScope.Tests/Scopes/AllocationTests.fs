/// Costs that the design promises. Only optimised code keeps them.
[<Xunit.Collection "Alone">]
module GoGoScope.Tests.Scopes.AllocationTests

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

#if !DEBUG

/// Bytes that one call allocates on this thread, at best: the runtime itself allocates now and then.
let private bytes (call: unit -> unit) =
    for _ in 1..2_000 do
        call ()

    let rounds = [
        for _ in 1..5 ->
            let before = GC.GetAllocatedBytesForCurrentThread()

            for _ in 1..1_000 do
                call ()

            (GC.GetAllocatedBytesForCurrentThread() - before) / 1_000L
    ]

    List.min rounds

/// Bytes that one `fork` of the work allocates in a scope in which it is done again and again.
let private forkBytes (work: Scoped<int, string>) : int64 =
    let measure: Scoped<int64, string> = scope {
        let mutable least = Int64.MaxValue
        let mutable round = 0

        while round < 7 do
            let before = GC.GetAllocatedBytesForCurrentThread()
            let mutable count = 0

            while count < 1_000 do
                let! child = fork work
                Assert.True child.IsCompleted
                count <- count + 1

            least <- min least ((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000L)
            round <- round + 1

        return least
    }

    match Scope.runSync measure with
    | Ok least -> least
    | Error error -> failwith $"{error}"

let private ready: Scoped<int, string> = scope { return 1 }

[<Fact>]
let ``a completed fork of a block that was made once allocates nothing in an open scope`` () =
    Story.run (fun () -> task { Assert.Equal(0L, forkBytes ready) })

[<Fact>]
let ``a run of an empty block allocates at most 160 bytes`` () =
    Story.run (fun () -> task {
        let cost =
            bytes (fun () ->
                let pending = Scope.run ready
                Assert.True pending.IsCompletedSuccessfully)

        Assert.InRange(cost, 0L, 160L)
    })

[<Fact>]
let ``binding results allocates nothing, and a loop the same however long it is`` () =
    Story.run (fun () -> task {
        let result: Result<int, string> = Ok 1

        let once: Scoped<int, string> = scope {
            let! a = result
            let! b = result
            return a + b
        }

        let many: Scoped<int, string> = scope {
            let mutable sum = 0

            for _ in 1..100 do
                let! a = result
                sum <- sum + a

            return sum
        }

        Assert.Equal(0L, forkBytes once)
        Assert.InRange(forkBytes many, 0L, 160L)
    })

[<Fact>]
let ``a completed child that may have kept its scope costs at most one node`` () =
    Story.run (fun () -> task {
        let keeps: Scoped<int, string> = scope {
            let! here = Scope.current
            return here.GetHashCode()
        }

        Assert.InRange(forkBytes keeps, 1L, 192L)
    })

#endif
