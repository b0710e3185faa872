namespace GoGoScope.Tests.Scopes

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// What a service costs.
[<Collection("Alone")>]
type ServiceCostTests() =

    [<Fact>]
    member _.``a lookup that finds allocates nothing, however deep``() =
        Story.run (fun () -> task {
            let root = Scope.Open()

            let! _ =
                Story.wait (Scope.provide (db "a") root: ValueTask<Result<Db, ScopeError<string>>>)

            let! _ =
                Story.wait (
                    Scope.provide (db "b", name = "named") root: ValueTask<Result<Db, ScopeError<string>>>
                )

            let scopes = Collections.Generic.Stack [ root ]

            for _ in 1..100 do
                scopes.Push(
                    Scope.Open {
                        ScopeOptions.Default with
                            Parent = scopes.Peek()
                    }
                )

            let deepest = scopes.Peek()

            let look (count: int) =
                let mutable value = Unchecked.defaultof<Db>

                for _ in 1..count do
                    ScopeServices.TryFind<Db>(deepest, "", &value) |> ignore
                    ScopeServices.TryFind<Db>(deepest, "named", &value) |> ignore
                    ScopeServices.Find<Db, string>(deepest, "").Result |> ignore

                value

            look 1000 |> ignore
            let before = GC.GetAllocatedBytesForCurrentThread()
            let found = look 1000
            let allocated = GC.GetAllocatedBytesForCurrentThread() - before
            Assert.Equal("b", found.Url)
            // an outcome with a value is one object of 24 bytes; the lookup itself is none
            Assert.InRange(allocated, 0L, 1000L * 24L + 200L)

            for opened in scopes do
                do! Story.ended (opened.DisposeAsync())
        })

    [<Fact>]
    member _.``a scope that provides for ever what is never released keeps only the newest``() =
        Story.run (fun () -> task {
            let root = Scope.Open()

            let provide () =
                (Scope.provide (Scoped.value (Array.zeroCreate<byte> 10_000)) root
                : ValueTask<Result<byte array, ScopeError<string>>>)
                    .Result
                |> ignore

            for _ in 1..100 do
                provide ()

            let before = GC.GetTotalMemory true

            for _ in 1..1000 do
                provide ()

            let after = GC.GetTotalMemory true
            Assert.InRange(after - before, -10_000_000L, 1_000_000L)
            do! Story.ended (root.DisposeAsync())
        })
