/// Costs that the design promises. Only optimised code keeps them.
module GoGoScope.Tests.Scopes.AllocationTests

open System
open System.Threading
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

let private ready: Scoped<int, string> = scope { return 1 }

[<Fact>]
let ``a completed fork of a block that was made once allocates nothing in an open scope`` () =
    Story.run (fun () -> task {
        use opened = Scope.Open()

        let cost =
            bytes (fun () ->
                let child = Scope.forkIn (opened, ready)
                Assert.True child.IsCompleted)

        Assert.Equal(0L, cost)
    })

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

        use opened = Scope.Open()
        Assert.Equal(0L, bytes (fun () -> Scope.forkIn (opened, once) |> ignore))
        Assert.InRange(bytes (fun () -> Scope.forkIn (opened, many) |> ignore), 0L, 160L)
    })

[<Fact>]
let ``a completed child that may have kept its scope costs at most one node`` () =
    Story.run (fun () -> task {
        let keeps: Scoped<int, string> = scope {
            let! here = Scope.current
            return here.GetHashCode()
        }

        use opened = Scope.Open()
        Assert.InRange(bytes (fun () -> Scope.forkIn (opened, keeps) |> ignore), 1L, 160L)
    })

#endif
