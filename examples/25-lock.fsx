// Locks for code that waits: one at a time, or many readers and one writer.
// Run it: dotnet fsi examples/25-lock.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let pause: Scoped<unit, string> = Scope.delay (TimeSpan.FromMilliseconds 1.)
let mutable balance = 0

/// Reads, waits, writes: without the lock the steps of two would mix.
let deposit (ledger: AsyncLock) : Scoped<unit, string> = scope {
    use! _ = AsyncLock.acquire ledger
    let before = balance
    do! pause
    balance <- before + 1
}

let accounts: Scoped<unit, string> = scope {
    let! ledger = AsyncLock.create "ledger"
    let! _ = Parallel.all [ for _ in 1..20 -> deposit ledger ]
    printfn $"balance {balance}"

    // who holds it and asks again would wait for himself
    let! again = Scope.task (deposit ledger |> AsyncLock.execute ledger)

    match! ScopeTask.result again with
    | Error {
                Cause = Cause.Rejected(Rejection.WouldDeadlock _)
            } -> printfn "this would deadlock"
    | _ -> printfn "in twice"
}

let prices: Scoped<unit, string> = scope {
    let! table = AsyncReaderWriterLock.create "prices"
    let! first = AsyncReaderWriterLock.acquireRead table
    let! second = AsyncReaderWriterLock.acquireRead table
    printfn $"{table}"

    let! writer =
        fork (scope { printfn "new prices" } |> AsyncReaderWriterLock.executeWrite table)

    // no reader overtakes the writer who waits
    let barges = (AsyncReaderWriterLock.tryAcquireRead table).IsSome
    printfn $"a reader overtakes: {barges}"

    first.Release()
    second.Release()
    do! writer
}

for work in [ accounts; prices ] do
    match Scope.runSync work with
    | Ok() -> ()
    | Error error -> printfn $"{error}"

(* prints
balance 20
this would deadlock
prices (2 read)
a reader overtakes: False
new prices
*)
