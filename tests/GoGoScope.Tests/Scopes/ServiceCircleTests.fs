/// Factories that need what they are making.
module GoGoScope.Tests.Scopes.ServiceCircleTests

open GoGoScope
open GoGoScope.Tests
open Xunit

[<Fact>]
let ``a factory that asks for what it is making is told so`` () =
    Story.run (fun () -> task {
        for waits in [ false; true ] do
            let! outcome =
                Stage()
                    .Run(
                        scope {
                            return!
                                Scope.provide (
                                    scope {
                                        if waits then
                                            do! Step.delay 1.

                                        let! mine = Scope.service<Db>()
                                        return mine
                                    }
                                )
                        }
                    )

            match why outcome with
            | Rejection.WouldDeadlock text -> names [ "Db -> "; "Db" ] text
            | other -> Assert.Fail $"{other}"
    })

[<Fact>]
let ``two factories that ask for each other are told so`` () =
    Story.run (fun () -> task {
        for waits in [ false; true ] do
            let pause = if waits then Step.delay 1. else Scoped.value ()

            let cache: Scoped<Cache, string> = scope {
                do! pause
                let! db = Scope.service<Db>()
                return { Db = db; Size = 1 }
            }

            let database: Scoped<Db, string> = scope {
                do! pause
                let! cache = Scope.provide cache
                return cache.Db
            }

            let! outcome = Stage().Run(scope { return! Scope.provide database })

            match why outcome with
            | Rejection.WouldDeadlock text -> names [ "Db -> "; "Cache -> " ] text
            | other -> Assert.Fail $"{other}"
    })

let rec private makeDb waits : Scoped<Db, string> = scope {
    if waits then
        do! Step.delay 1.

    let! cache = Scope.provide (makeCache waits)
    return cache.Db
}

and private makeCache waits : Scoped<Cache, string> = scope {
    let! db = Scope.provide (makeDb waits)
    return { Db = db; Size = 1 }
}

[<Fact>]
let ``two factories that provide each other end, and register nothing`` () =
    Story.run (fun () -> task {
        for waits in [ false; true ] do
            let! outcome =
                Stage()
                    .Run(
                        scope {
                            let! made = attempt (Scope.provide (makeDb waits))
                            let! db = Scope.hasService<Db>()
                            let! cache = Scope.hasService<Cache>()
                            return (why made).ToString(), db, cache
                        }
                    )

            match outcome with
            | Ok(text, false, false) -> names [ "deadlock"; "Db -> "; "Cache -> " ] text
            | other -> Assert.Fail $"%A{other}"
    })

let rec private deeper (depth: int) : Scoped<int, string> = scope {
    let! inner = Scope.provide (deeper (depth + 1), name = $"{depth}")
    return inner + 1
}

[<Fact>]
let ``factories nested without end do not overflow the stack`` () =
    Story.run (fun () -> task {
        let! outcome = Stage().Run(Scope.provide (deeper 0, name = "first"))

        match why outcome with
        | Rejection.WouldDeadlock text -> Assert.Contains("nested too deep", text)
        | other -> Assert.Fail $"{other}"
    })

[<Fact>]
let ``what a factory started may ask for the service once it is made`` () =
    Story.run (fun () -> task {
        let! outcome =
            Stage()
                .Run(
                    scope {
                        let! user =
                            Scope.provide (
                                scope {
                                    return!
                                        Scope.task (
                                            scope {
                                                do! Step.delay 5.
                                                let! here = Scope.service<ScopeTask<Db, string>>()
                                                Assert.False here.IsCompleted
                                                return! Scope.provide (db "a")
                                            }
                                        )
                                }
                            )

                        let! db = user
                        return db.Url
                    }
                )

        Expect.ok "a" (outcome: Result<string, ScopeError<string>>)
    })
