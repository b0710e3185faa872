// A block describes work; running it runs that work, and ends only when all of it has ended.
// Run it: dotnet fsi examples/01-first-scope.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System.Threading
open System.Threading.Tasks
open GoGoScope

// A function of a token: the scope calls it with its own token, and waits for the task.
let fetch (page: string) (ct: CancellationToken) : Task<int> = task {
    do! Task.Delay(5, ct)
    printfn $"fetched {page}"
    return page.Length
}

let report: Scoped<int, string> = scope {
    printfn "begins"
    let! size = fetch "index" // waits for a value
    let! _ = fork (scope { return! fetch "background" }) // a child: runs beside the block

    if size = 0 then
        do! Error "nothing there" // an error ends the block

    return size
}

printfn "nothing has run yet"

match Scope.runSync report with
| Ok size -> printfn $"size {size}, and every child has ended"
| Error error -> printfn $"no size: {error}"

(* prints
nothing has run yet
begins
fetched index
fetched background
size 5, and every child has ended
*)
