/// Services: made once, found below, released with their scope.
module GoGoScope.Tests.Scopes.ServiceTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private runs (stage: Stage) (work: Scoped<'T, string>) = stage.Run work

[<Fact>]
let ``a service is made once, found in its scope and below, and released after the children`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let! made =
                        Scope.provide (
                            scope {
                                do! Step.delay 1.
                                stage.Tell "made"
                                return { Url = "a" }
                            },
                            fun db -> stage.Tell $"released {db.Url}"
                        )

                    let! here = Scope.service<Db>()
                    Assert.Same(made, here)

                    let! _ =
                        fork (
                            scope {
                                do! Step.delay 5.
                                let! below = Scope.service<Db>()
                                Assert.Same(made, below)
                                stage.Tell "used"
                            }
                        )

                    return here.Url
                })

        Expect.ok "a" outcome
        Assert.Equal<string>([ "1 made"; "6 used"; "6 released a" ], stage.Told)
    })

[<Fact>]
let ``a factory finds the services so far`` () =
    Story.run (fun () -> task {
        let! outcome =
            runs
                (Stage())
                (scope {
                    let! _ = Scope.provide (db "a")

                    let! cache =
                        Scope.provide (
                            scope {
                                let! db = Scope.service<Db>()
                                do! Step.delay 1.
                                return { Db = db; Size = 3 }
                            }
                        )

                    return cache.Db.Url, cache.Size
                })

        Expect.ok ("a", 3) outcome
    })

[<Fact>]
let ``services of one type are told apart by name`` () =
    Story.run (fun () -> task {
        let! outcome =
            runs
                (Stage())
                (scope {
                    let! _ = Scope.provide (db "a", name = "primary")
                    let! _ = Scope.provide (db "b", name = "replica")
                    let! primary = Scope.service<Db> "primary"
                    let! replica = Scope.service<Db>(name = "replica")
                    let! unnamed = Scope.hasService<Db>()
                    let! otherCase = Scope.hasService<Db> "Primary"
                    return primary.Url, replica.Url, unnamed, otherCase
                })

        Expect.ok ("a", "b", false, false) outcome
    })

[<Fact>]
let ``of two services of one type the newest is found, and both are released, the newest first`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let release (db: Db) = stage.Tell $"released {db.Url}"
                    let! _ = Scope.provide (db "a", release)
                    let! _ = Scope.provide (db "b", release)
                    return! url ""
                })

        Expect.ok "b" outcome
        Assert.Equal<string>([ "0 released b"; "0 released a" ], stage.Told)
    })

[<Fact>]
let ``releases stand in line with the other cleanups`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    do! Scope.onDispose (fun () -> stage.Tell "first")

                    let! _ =
                        Scope.provide (
                            scope {
                                do! Scope.onDispose (fun () -> stage.Tell "of the factory")
                                return { Url = "a" }
                            },
                            fun db -> stage.Tell $"released {db.Url}"
                        )

                    do! Scope.onDispose (fun () -> stage.Tell "last")
                })

        Expect.ok () outcome
        Assert.Equal<string>([ "0 last"; "0 released a"; "0 of the factory"; "0 first" ], stage.Told)
    })

[<Fact>]
let ``a release that waits is waited for, with the grace as its bound`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let options = {
            stage.Options with
                Grace = ValueSome(Step.milliseconds 10.)
        }

        let! outcome =
            stage.RunWith
                options
                (scope {
                    let! _ =
                        Scope.provide (
                            db "a",
                            fun _ (token: CancellationToken) ->
                                Task.Delay(Step.milliseconds 50., stage.Clock, token)
                        )

                    do! Scope.onDispose (fun () -> stage.Tell "begins")
                })

        match (outcome: Result<unit, ScopeError<string>>) with
        | Error {
                    Cause = Cause.CleanupFailed(:? TimeoutException)
                } -> ()
        | other -> Assert.Fail $"%A{other}"

        Assert.Equal(10., stage.Clock.Elapsed.TotalMilliseconds)
    })

[<Fact>]
let ``a service without a release is nobody's to close`` () =
    Story.run (fun () -> task {
        let closed = ref false

        let mine = {
            new IDisposable with
                member _.Dispose() = closed.Value <- true
        }

        let! outcome =
            runs (Stage()) (Scope.provide (Scoped.value mine) |> Scoped.map ignore)

        Expect.ok () outcome
        Assert.False closed.Value
    })

[<Fact>]
let ``while a scope closes, what is not released yet is still found`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let! here = Scope.current

                    let tell (moment: string) =
                        match ScopeServices.Find<Db, string>(here, "").Result with
                        | Ok found -> stage.Tell $"{moment}: {found.Url}"
                        | Error _ -> stage.Tell $"{moment}: -"

                    let release (db: Db) = tell $"released {db.Url}"

                    do! Scope.onDispose (fun () -> tell "first")
                    let! _ = Scope.provide (db "a", release)
                    do! Scope.onDispose (fun () -> tell "middle")
                    let! _ = Scope.provide (db "b", release)
                    do! Scope.onDispose (fun () -> tell "last")
                })

        Expect.ok () outcome

        Assert.Equal<string>(
            [
                "0 last: b"
                "0 released b: a"
                "0 middle: a"
                "0 released a: -"
                "0 first: -"
            ],
            stage.Told
        )
    })

[<Fact>]
let ``services of every kind of type`` () =
    Story.run (fun () -> task {
        let! outcome =
            runs
                (Stage())
                (scope {
                    let! _ = Scope.provide (Scoped.value 3)
                    let! _ = Scope.provide (Scoped.value "text")
                    let! _ = Scope.provide (Scoped.value (List<int>() :> IReadOnlyList<int>))
                    let! _ = Scope.provide (Scoped.value (fun x -> x + 1))
                    let! number = Scope.service<int>()
                    let! text = Scope.service<string>()
                    let! list = Scope.service<IReadOnlyList<int>>()
                    let! add = Scope.service<int -> int>()
                    let! byClass = Scope.hasService<List<int>>()
                    return number, text, list.Count, add 1, byClass
                })

        Expect.ok (3, "text", 0, 2, false) outcome
    })
