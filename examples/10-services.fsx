// Services: made once, found by all below, released with their scope, newest first.
// Run it: dotnet fsi examples/10-services.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

type Config = { Server: string }

type Connection(server: string) =
    member _.Ask(question: string) = $"{server} answers '{question}'"
    member _.Close() = printfn $"{server} closed"

/// A factory is a block: it may wait, fail, and ask for the services so far.
let connect: Scoped<Connection, string> = scope {
    let! config = Scope.service<Config>()
    do! Scope.delay (TimeSpan.FromMilliseconds 5.)
    return Connection config.Server
}

let ask (question: string) : Scoped<string, string> = scope {
    let! connection = Scope.service<Connection>()
    return connection.Ask question
}

let main: Scoped<unit, string> = scope {
    let! _ = Scope.provide (Scoped.value { Server = "primary" }) // no release: it stays ours
    let! _ = Scope.provide (connect, fun it -> it.Close())

    let! mine = fork (ask "who are you?")

    let! other =
        fork (
            scope {
                // for this child and all below it; the parent keeps its own
                let! _ = Scope.replace (Scoped.value { Server = "replica" })
                let! _ = Scope.replace (connect, fun it -> it.Close())
                return! ask "and you?"
            }
        )

    let! first = mine
    let! second = other
    printfn $"{first}\n{second}"

    // several of one type have names
    let! _ = Scope.provide (Scoped.value { Server = "archive" }, name = "old")
    let! there = Scope.hasService<Config> "old"
    printfn $"an old configuration: {there}"

    let! missing = Scoped.result (scope { return! Scope.service<Uri>() })

    match missing with
    | Error {
                Cause = Cause.Rejected(Rejection.NotConfigured what)
            } -> printfn $"{what.Split(':')[0]}: missing"
    | _ -> ()
}

printfn $"%A{Scope.runSync main}"

(* prints
replica closed
primary answers 'who are you?'
replica answers 'and you?'
an old configuration: True
the service System.Uri: missing
primary closed
Ok ()
*)
