// Channels carry items between children. A full one makes its senders wait, so a fast producer cannot fill the memory.
// Run it: dotnet fsi examples/20-channel.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let shop: Scoped<int, string> = scope {
    let! orders = Channel.create 2 // holds two; the third sender waits
    let! bills = Channel.create 0 // from hand to hand

    let! _ =
        fork (
            scope {
                for number in 1..5 do
                    do! Channel.send $"order {number}" orders

                Channel.close orders // what it holds can still be received
            }
        )

    let! _ =
        fork (
            scope {
                for order in orders do
                    do! Channel.send $"bill for {order}" bills

                Channel.close bills
            }
        )

    let mutable count = 0

    for bill in bills do
        printfn $"{bill}"
        count <- count + 1

    return count
}

match Scope.runSync shop with
| Ok count -> printfn $"{count} bills"
| Error error -> printfn $"no bills: {error}"

// Pipes are children of the scope too: mapped, filtered, taken in batches.
let pipes: Scoped<unit, string> = scope {
    let! numbers = Channel.create 10

    for number in 1..10 do
        do! Channel.send number numbers

    Channel.close numbers
    let! squares = Channel.map (fun number -> number * number) numbers
    let! odd = Channel.filter (fun square -> square % 2 = 1) squares
    let! batches = Channel.batch 2 (TimeSpan.FromSeconds 1.) odd

    for batch in batches do
        printfn $"%A{batch}"

    // closed is an answer, not an exception
    let! late = Scoped.result (Channel.send 11 numbers: Scoped<unit, string>)

    match late with
    | Ok() -> printfn "sent"
    | Error error -> printfn $"{error}"
}

Scope.runSync pipes |> ignore

(* prints
bill for order 1
bill for order 2
bill for order 3
bill for order 4
bill for order 5
5 bills
[|1; 9|]
[|25; 49|]
[|81|]
rejected: the channel 'channel' is closed
*)
