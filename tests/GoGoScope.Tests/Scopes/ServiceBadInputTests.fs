/// Services that cannot be made, found, replaced or released.
module GoGoScope.Tests.Scopes.ServiceBadInputTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

exception private Broken of string

[<Fact>]
let ``a missing service is named, with the scope and the call that is missing`` () =
    Story.run (fun () -> task {
        for name in [ ""; "replica" ] do
            let! outcome = Stage().Run(scope { return! Scope.service<Db> name })

            match why outcome with
            | Rejection.NotConfigured what -> names [ "Db"; name; "'root'"; "Scope.provide"; "Provide" ] what
            | other -> Assert.Fail $"{other}"
    })

[<Fact>]
let ``a factory that throws or fails registers nothing, and is tried again by the next provide`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let release (_: Db) = stage.Tell "released"

        let factories: Scoped<Db, string> list = [
            fun _ -> raise (Broken "at once")
            scope {
                do! Step.delay 1.
                return raise (Broken "later")
            }
            (fun _ ->
                ValueTask<Result<Db, ScopeError<string>>>(
                    Task.FromException<Result<Db, ScopeError<string>>>(Broken "faulted")
                ))
            Scoped.fail "no such database"
        ]

        let! outcome =
            stage.Run(
                scope {
                    let mutable causes = []

                    for factory in factories do
                        let! outcome = attempt (Scope.provide (factory, release))
                        let! there = Scope.hasService<Db>()
                        Assert.False there

                        match (outcome: Result<Db, ScopeError<string>>) with
                        | Error error -> causes <- $"{error.Cause}" :: causes
                        | Ok _ -> ()

                    let! _ = Scope.provide (db "a", release)
                    let! found = url ""
                    return List.rev causes, found
                }
            )

        match outcome with
        | Ok(causes, "a") ->
            Assert.Equal(4, causes.Length)
            Assert.All(List.take 3 causes, (fun cause -> Assert.Contains("crashed: Broken", cause)))
            Assert.Contains("no such database", causes[3])
        | other -> Assert.Fail $"%A{other}"

        Assert.Equal<string>([ "1 released" ], stage.Told)
    })

[<Fact>]
let ``a factory that gives null is a crash that names the service`` () =
    Story.run (fun () -> task {
        let! outcome =
            Stage().Run(scope { return! Scope.provide (Scoped.value (Unchecked.defaultof<Db>), name = "x") })

        let crash = Expect.crashed<InvalidOperationException, _, string> outcome
        names [ "Db"; "'x'"; "null" ] crash.Message
    })

[<Fact>]
let ``a release that throws is the scope's failed cleanup, and the others run`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.provide (db "a", (fun db -> stage.Tell $"released {db.Url}"))
                    let! _ = Scope.provide (db "b", (fun _ -> raise (Broken "b")))

                    let! _ =
                        Scope.provide (
                            db "c",
                            (fun _ (_: CancellationToken) -> Task.FromException(Broken "c"))
                        )

                    return 1
                }
            )

        Expect.causes
            [ Cause.CleanupFailed(Broken "c"); Cause.CleanupFailed(Broken "b") ]
            (outcome: Result<int, ScopeError<string>>)

        Assert.Equal<string>([ "0 released a" ], stage.Told)
    })

[<Fact>]
let ``replacing what is not there runs no factory`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let factory: Scoped<Db, string> = scope {
            stage.Tell "made"
            return { Url = "a" }
        }

        let! outcome =
            stage.Run(
                scope {
                    let! _ = Scope.provide (db "other", name = "other")

                    let! child =
                        Scope.task (
                            scope {
                                let! _ = Scope.provide (db "below")
                                return ()
                            }
                        )

                    do! child
                    return! Scope.replace (factory, name = "")
                }
            )

        match why outcome with
        | Rejection.NotConfigured what -> names [ "Db"; "replace"; "'root'" ] what
        | other -> Assert.Fail $"{other}"

        Assert.Empty stage.Told
    })

[<Fact>]
let ``after its end a scope has no services, and makes none`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let opened =
            Scope.Open {
                stage.Options with
                    Services = Container [ "", { Url = "c" } ]
            }

        let! _ =
            Story.wait (Scope.provide (db "a", name = "x") opened: ValueTask<Result<Db, ScopeError<string>>>)

        do! Story.ended (opened.DisposeAsync())

        let made =
            Scope.provide (
                scope {
                    stage.Tell "made"
                    return { Url = "b" }
                }
            )

        let ask: Scoped<Db, string> = fun opened -> ScopeServices.Find(opened, "x")
        let! found = Story.wait (ask opened)
        let! late = Story.wait (made opened: ValueTask<Result<Db, ScopeError<string>>>)
        Assert.False(ScopeServices.Has<Db>(opened, "x"))
        Assert.False(ScopeServices.Has<Db>(opened, ""))

        for outcome in [ found; late ] do
            match outcome with
            | Error {
                        Cause = Cause.Rejected(Rejection.ScopeEnded "root") | Cause.Cancelled(CancelReason.ScopeExited "root")
                    } -> ()
            | other -> Assert.Fail $"%A{other}"

        Assert.Empty stage.Told
    })

[<Fact>]
let ``what the provider throws is a crash`` () =
    Story.run (fun () -> task {
        let broken = {
            new IServiceProvider with
                member _.GetService _ = raise (Broken "provider")
        }

        let uses: Scoped<unit, string> list = [
            scope {
                let! _ = Scope.service<Db>()
                ()
            }
            scope {
                let! _ = Scope.hasService<Db>()
                ()
            }
            Scope.replace (db "a") |> Scoped.map ignore
        ]

        for work in uses do
            let stage = Stage()
            let! outcome = stage.RunWith { stage.Options with Services = broken } work
            Expect.cause (Cause.Crashed(Broken "provider")) outcome
    })

[<Fact>]
let ``a provider without keys has no named services; one that gives another type is a crash`` () =
    Story.run (fun () -> task {
        let wrong = {
            new IServiceProvider with
                member _.GetService _ = "text"
        }

        let stage = Stage()
        let options = { stage.Options with Services = wrong }
        let! named = stage.RunWith options (scope { return! Scope.hasService<Db> "x" })
        Expect.ok false (named: Result<bool, ScopeError<string>>)
        let! plain = stage.RunWith options (scope { return! Scope.service<Db>() })
        Expect.crashed<InvalidCastException, Db, string> plain |> ignore
    })

let private throws<'X when 'X :> exn> (name: string) (act: unit -> unit) =
    let failure = Assert.ThrowsAny<ArgumentException>(act)
    Assert.IsType<'X> failure |> ignore
    Assert.Equal(name, failure.ParamName)

let private nothing<'T> = Unchecked.defaultof<'T>

[<Fact>]
let ``arguments are checked at the door`` () =
    throws<ArgumentNullException> "name" (fun () -> ignore (Scope.provide (db "a", name = nothing)))
    throws<ArgumentNullException> "make" (fun () -> ignore (Scope.provide (nothing: Scoped<Db, string>)))
    throws<ArgumentNullException> "release" (fun () -> ignore (Scope.provide (db "a", (nothing: Action<Db>))))

    throws<ArgumentNullException> "release" (fun () ->
        ignore (Scope.replace (db "a", (nothing: Func<Db, CancellationToken, Task>))))

    throws<ArgumentNullException> "name" (fun () -> ignore (Scope.service<Db> nothing))
    throws<ArgumentNullException> "name" (fun () -> ignore (Scope.hasService<Db> nothing))
    throws<ArgumentException> "make" (fun () -> ignore (Scope.provide (Scoped.value (Task.FromResult 1))))
    throws<ArgumentException> "make" (fun () -> ignore (Scope.provide (Scoped.value (ValueTask<int> 1))))
    throws<ArgumentException> "make" (fun () -> ignore (Scope.replace (Scoped.value (async { return 1 }))))
