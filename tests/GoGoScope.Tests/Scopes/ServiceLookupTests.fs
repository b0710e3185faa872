/// Which service a lookup finds: the nearest one, as the scopes are now.
module GoGoScope.Tests.Scopes.ServiceLookupTests

open GoGoScope
open GoGoScope.Tests
open Xunit

let private runs (stage: Stage) (work: Scoped<'T, string>) = stage.Run work

[<Fact>]
let ``a child that runs already finds what its parent provides later`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let! child =
                        Scope.task (
                            scope {
                                let! before = url ""
                                do! Step.delay 10.
                                let! after = url ""
                                return before, after
                            }
                        )

                    do! Step.delay 5.
                    let! _ = Scope.provide (db "late")
                    return! child
                })

        Expect.ok ("-", "late") outcome
    })

[<Fact>]
let ``a replacement is for its scope and below; the scopes above keep theirs`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let release (db: Db) = stage.Tell $"released {db.Url}"
                    let! _ = Scope.provide (db "a", release)

                    let! child =
                        fork (
                            scope {
                                let! _ =
                                    Scope.replace (
                                        scope {
                                            let! old = Scope.service<Db>()
                                            return { Url = old.Url + "'" }
                                        },
                                        release
                                    )

                                let! inner = Scope.task (url "")
                                let! below = inner
                                stage.Tell $"below {below}"
                                return! url ""
                            }
                        )

                    let! below = child
                    let! here = url ""
                    return here, below
                })

        Expect.ok ("a", "a'") outcome
        Assert.Equal<string>([ "0 below a'"; "0 released a'"; "0 released a" ], stage.Told)
    })

[<Fact>]
let ``a replacement in the same scope hides the old one, and both are released`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            runs
                stage
                (scope {
                    let release (db: Db) = stage.Tell $"released {db.Url}"
                    let! _ = Scope.provide (db "a", release, "main")
                    let! _ = Scope.replace (db "b", release, "main")
                    return! url "main"
                })

        Expect.ok "b" outcome
        Assert.Equal<string>([ "0 released b"; "0 released a" ], stage.Told)
    })

[<Fact>]
let ``what nobody provides is asked of the provider, which scopes inherit`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let container =
            Container [ "", { Url = "c" }; "keyed", { Url = "k" }; "x", { Url = "hidden" } ]

        let! outcome =
            stage.RunWith
                {
                    stage.Options with
                        Services = container
                }
                (scope {
                    let! _ = Scope.provide (db "own", name = "x")

                    let! child =
                        Scope.task (
                            scope {
                                let! plain = url ""
                                let! keyed = url "keyed"
                                let! own = url "x"
                                let! none = url "none"
                                let! other = Scope.hasService<Cache>()
                                let! _ = Scope.replace (db "r")
                                let! replaced = url ""
                                return [ plain; keyed; own; none; $"{other}"; replaced ]
                            }
                        )

                    return! child
                })

        Expect.ok [ "c"; "k"; "own"; "-"; "False"; "r" ] (outcome: Result<string list, ScopeError<string>>)
    })

[<Fact>]
let ``a scope below may fall back on a provider of its own`` () =
    Story.run (fun () -> task {
        let above = Container [ "", { Url = "above" } ]
        let below = Container [ "", { Url = "below" } ]
        let stage = Stage()

        use outer = Scope.Open { stage.Options with Services = above }

        use inner =
            Scope.Open {
                ScopeOptions.Default with
                    Parent = outer
                    Services = below
            }

        use plain =
            Scope.Open {
                ScopeOptions.Default with
                    Parent = outer
            }

        for opened, expected in [ outer, "above"; inner, "below"; plain, "above" ] do
            let! found = Story.wait (url "" opened)
            Expect.ok expected found
    })
