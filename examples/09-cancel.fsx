// A cancel has a reason; Scope.Open gives a scope to hold, and its tree can be looked at.
// Run it: dotnet fsi examples/09-cancel.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let waits (name: string) : Scoped<unit, string> = scope {
    let! here = Scope.current
    use _ = here |> Scope.onCancel (fun reason -> printfn $"{name} stops: {reason}")
    do! Scope.delay (TimeSpan.FromMinutes 1.)
}

let session (user: string) : Scoped<unit, string> = scope {
    let named part = {
        TaskOptions.Default with
            Name = $"{user}'s {part}"
    }

    let! _ = Scope.forkWith (named "reader", waits "reader")
    let! _ = Scope.forkWith (named "writer", waits "writer")
    return ()
}

// In a `task { }` of a project: `use server = Scope.Open ..`
let server =
    Scope.Open {
        ScopeOptions.Default with
            Name = "server"
    }

let ada = Scope.forkIn (server, session "Ada")

// Each line goes on with the place where the child was started, its age and what it waits for, which is left out here.
let show () =
    for line in (Scope.debugTree server).TrimEnd().Split '\n' do
        printfn $"{line.Split(']')[0]}]"

show ()
ada.Cancel "the client said good-bye" // that one, and all below it; no failure of the server

match (Scope.join server).Result with // waits for the children; the scope stays open
| Ok() -> show ()
| Error(error: ScopeError<string>) -> printfn $"{error}"

let _ = Scope.forkIn (server, waits "the backup")
server.DisposeAsync().AsTask().Wait() // stops what is left and waits for it
show ()

(* prints
server [running]
└─ fork-1 [waiting for its children]
   ├─ Ada's reader [running]
   └─ Ada's writer [running]
reader stops: its parent ended: the client said good-bye
writer stops: its parent ended: the client said good-bye
server [running]
the backup stops: the scope 'server' exited
server [ended]
*)
