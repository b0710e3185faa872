// Scope.task starts a child whose failure is only a value, until nobody looks at it.
// Run it: dotnet fsi examples/05-task-results.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

type Unreachable = Unreachable of Host: string

let probe (host: string) (ct: CancellationToken) : Task<Result<int, Unreachable>> = task {
    do! Task.Delay(1, ct)

    return
        if host = "down" then
            Error(Unreachable host)
        else
            Ok host.Length
}

let check: Scoped<unit, string> = scope {
    for host in [ "up"; "down" ] do
        let! child = Scope.task (scope { return! probe host }) // its error type is its own

        match! ScopeTask.result child with
        | Ok size -> printfn $"{host} answered {size}"
        | Error error -> printfn $"{host}: {error.Cause}"
}

let careless: Scoped<string, string> = scope {
    let! _ = Scope.task (scope { return! probe "down" })
    return "all is well?"
}

// For code inside tasks that throws: the exception, or its message, as a value.
let parsed: Scoped<int, string> = scope { return! Try.message (fun () -> Int32.Parse "12a") }

printfn $"%A{Scope.runSync check}"

match Scope.runSync careless |> Result.mapError _.Cause with
| Error(Cause.Crashed(:? UntypedFailure as failure)) -> printfn $"nobody looked: {failure.Error}"
| other -> printfn $"{other}"

printfn $"%A{Scope.runSync parsed |> Result.mapError _.Cause}"

(* prints
up answered 2
down: failed: Unreachable "down"
Ok ()
nobody looked: Unreachable "down"
Error (Failed "The input string '12a' was not in a correct format.")
*)
