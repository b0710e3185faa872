// A scope may limit how many tasks run in it and below it. A task with all that it starts counts as one.
// Run it: dotnet fsi examples/15-limits.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

let pause: Scoped<unit, string> = Scope.delay (TimeSpan.FromMilliseconds 10.)

let mutable running = 0
let mutable most = 0

/// A page and its pictures: the pictures are tasks in a task, and need no permit of their own.
let page (number: int) : Scoped<int, string> = scope {
    most <- max most (Interlocked.Increment &running)

    let! left = fork (scope { do! pause })
    let! right = fork (scope { do! pause })
    do! left
    do! right

    Interlocked.Decrement &running |> ignore
    return number
}

let site: Scoped<unit, string> = scope {
    for number in 1..12 do
        let! _ = fork (page number)
        ()
}

let three = {
    ScopeOptions.Default with
        Name = "site"
        Concurrency = 3
}

match (Scope.runWith three CancellationToken.None site).AsTask().Result with
| Ok() -> printfn $"12 pages, {most} at once"
| Error error -> printfn $"{error}"

/// Those that wait get their turn by priority; equals, in the order of their start.
let queue: Scoped<unit, string> = scope {
    let! _ = fork pause

    for name, priority in [ "report", 0; "thumbnail", -1; "checkout", 10; "search", 0 ] do
        let options = {
            TaskOptions.named name with
                Priority = priority
        }

        let! _ =
            Scope.forkWith (
                options,
                scope {
                    printfn $"{name}"
                    do! pause
                }
            )

        ()
}

match (Scope.runWith { three with Concurrency = 1 } CancellationToken.None queue).AsTask().Result with
| Ok() -> printfn "all served"
| Error error -> printfn $"{error}"

(* prints
12 pages, 3 at once
checkout
report
search
thumbnail
all served
*)
