// Scope.start waits until a child says that it is ready. What fails before is the starter's to handle, and nobody else's.
// Run it: dotnet fsi examples/13-start.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading.Tasks
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count

let server (port: int) (ready: Ready<string>) : Scoped<unit, string> = scope {
    do! Scope.delay (ms 5.) // opens its socket

    if port = 80 then
        do! Error "port 80 is taken"

    ready.Signal $"localhost:{port}" |> ignore
    use! _ = Scope.ensure (ms 1000.) (scope { printfn "server stopped" })
    do! Scope.delay (TimeSpan.FromDays 1.)
}

let program: Scoped<string, string> = scope {
    // A daemon: it serves as long as anything else in the scope needs it.
    let! first = Scoped.result (Scope.startDaemon (server 80))

    match first with
    | Error error -> printfn $"no server: {error.Cause}"
    | Ok address -> printfn $"serving at {address}"

    let! address = Scope.startDaemon (server 8080)
    printfn $"serving at {address}" // not before it listens: no retry, no guess how long it takes
    do! Scope.delay (ms 5.)
    return $"asked {address}"
}

printfn $"%A{Scope.runSync program}"

// Work under one key runs once, however many ask for it while it runs.
let rates: Scoped<int, string> = scope {
    printfn "loading the rates"
    do! Scope.delay (ms 300.)
    return 42
}

let once = {
    TaskOptions.Default with
        Dedupe = "rates"
}

let both: Scoped<int, string> = scope {
    let! here = Scope.taskWith (once, rates)
    let! there = Scope.taskWith (once, rates)
    let! a = here
    let! b = there
    return a + b
}

printfn $"%A{Scope.runSync both}"

// A library that hears no token: the wait for it ends with the scope, the call itself is left behind and counted.
let stuck = TaskCompletionSource<string>()

let call: Scoped<string, string> =
    Scope.abandonable (fun () -> printfn "socket closed") (fun _ -> stuck.Task)

match Scope.runSync (Scoped.timeout (ms 5.) call) with
| Ok value -> printfn $"{value}"
| Error error -> printfn $"{error.Cause}; left behind: {Abandoned.Running}"

stuck.SetResult "too late"
printfn $"left behind: {Abandoned.Running}"

(* prints
no server: failed: "port 80 is taken"
serving at localhost:8080
server stopped
Ok "asked localhost:8080"
loading the rates
Ok 84
socket closed
timed out after 00:00:00.0050000; left behind: 1
left behind: 0
*)
