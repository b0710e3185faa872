// A semaphore lets a number of callers in; the others wait in line, and nobody overtakes.
// Run it: dotnet fsi examples/24-semaphore.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Threading
open GoGoScope

let ms (count: float) = TimeSpan.FromMilliseconds count
let mutable inside = 0
let mutable most = 0

let download: Scoped<unit, string> = scope {
    most <- max most (Interlocked.Increment &inside)
    do! Scope.delay (ms 5.)
    Interlocked.Decrement &inside |> ignore
}

let work: Scoped<string, string> = scope {
    let! lines = Semaphore.create 3

    // work with a permit: it is given back when the work, and all that it started, has ended
    let! _ = Parallel.all [ for _ in 1..12 -> download |> Semaphore.execute lines ]
    printfn $"{most} at once"

    // a lease: several at once, for as long as the block lasts
    use! two = Semaphore.acquireMany 2 lines
    printfn $"{lines}"

    // who has no patience is told how long it waited; nothing was taken
    let! late =
        Scope.task (
            Semaphore.acquireWith
                {
                    AcquireOptions.Default with
                        Count = 2
                        Patience = ms 20.
                }
                lines
        )

    match! ScopeTask.result late with
    | Error {
                Cause = Cause.Rejected(Rejection.WaitedTooLong waited)
            } when waited >= ms 20. -> printfn "too long"
    | _ -> printfn "let in"

    // a permit is a case of a select like any other
    let! answer =
        select [
            Semaphore.alt lines
            |> Alt.map (fun lease ->
                lease.Release()
                "a permit")
            Alt.after (ms 1_000.) |> Alt.map (fun () -> "a timer")
        ]

    // more permits from now on
    Semaphore.setTotal 5 lines
    printfn $"{lines}"
    two.Release()
    return answer
}

match Scope.runSync work with
| Ok answer -> printfn $"{answer}"
| Error error -> printfn $"{error}"

(* prints
3 at once
semaphore (1/3)
too long
semaphore (3/5)
a permit
*)
