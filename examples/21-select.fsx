// A select waits for one of several things. Exactly one happens; the others have no effect: nothing is taken, nothing is lost.
// Run it: dotnet fsi examples/21-select.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let program: Scoped<unit, string> = scope {
    let! orders = Channel.create<string, string> 5
    let! stops = Channel.create<string, string> 5

    // nothing is ready: time passes, or a default is taken at once
    let! idle =
        select [
            Alt.receive orders
            Alt.after (TimeSpan.FromMilliseconds 5.) |> Alt.map (fun () -> "nobody came")
        ]

    printfn $"{idle}"
    let! now = select [ Alt.receive orders; Alt.otherwise "nothing there" ]
    printfn $"{now}"

    // several are ready: each has the same chance, or the first in the list is taken
    do! Channel.send "bread" orders
    do! Channel.send "at once" stops

    let next =
        selectPrioritized [
            Alt.receive stops |> Alt.map (fun reason -> $"stop {reason}")
            Alt.receive orders |> Alt.map (fun order -> $"bake {order}")
        ]

    let! first = next
    let! second = next
    printfn $"{first}, then {second}"

    // sending is a case as well, and so is the end of a child
    let! answer = Scope.task (scope { return! Channel.receive orders })

    let! sent =
        select [ Alt.send "cake" orders |> Alt.map (fun () -> "sent"); Alt.receive stops ]

    printfn $"{sent}"

    let! got =
        select [
            Alt.task answer
            |> Alt.map (function
                | ValueSome order -> $"the child got {order}"
                | ValueNone -> "the child got nothing")
            Alt.receive stops
        ]

    printfn $"{got}"

    // what follows a case may wait itself; it runs when all others are out of the game
    do! Channel.send "pie" orders

    let! baked =
        select [
            Alt.receive orders
            |> Alt.wrap (fun order -> scope {
                do! Scope.delay (TimeSpan.FromMilliseconds 1.)
                return $"baked {order}"
            })
        ]

    printfn $"{baked}"

    // the end of a channel is a case, for those who ask
    Channel.close orders

    let! over =
        select [
            Alt.receiveOrClosed orders
            |> Alt.map (fun order -> if order.IsNone then "closed" else "open")
        ]

    printfn $"{over}"

    // a limit for all of it
    match! Scoped.result (selectWithin (TimeSpan.FromMilliseconds 2.) [ Alt.receive stops ]) with
    | Ok reason -> printfn $"stop {reason}"
    | Error error -> printfn $"{error.Cause}"
}

Scope.runSync program |> ignore

(* prints
nobody came
nothing there
stop at once, then bake bread
sent
the child got cake
baked pie
closed
timed out after 00:00:00.0020000
*)
