// What was opened is closed, last first, on every way out, after the work that may use it has ended.
// Run it: dotnet fsi examples/07-cleanup.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading.Tasks
open GoGoScope

type Connection(name: string) =
    member _.Send(text: string) = printfn $"{name} sends {text}"

    interface IAsyncDisposable with
        member _.DisposeAsync() =
            printfn $"{name} closed"
            ValueTask()

let job (fails: bool) : Scoped<string, string> = scope {
    do! Scope.onDispose (fun () -> printfn "temporary files deleted") // when the scope ends
    use primary = Connection "primary" // at the end of this block
    use replica = Connection "replica"

    let! _ =
        fork (
            scope {
                do! Scope.delay (TimeSpan.FromMilliseconds 5.)
                primary.Send "the child's last words" // still open: `use` waits for children started after it
            }
        )

    if fails then
        replica.Send "nothing more"
        do! Error "replica is read-only"

    return "done"
}

for fails in [ false; true ] do
    printfn $"%A{Scope.runSync (job fails) |> Result.mapError _.Cause}"

(* prints
primary sends the child's last words
replica closed
primary closed
temporary files deleted
Ok "done"
replica sends nothing more
replica closed
primary closed
temporary files deleted
Error (Failed "replica is read-only")
*)
