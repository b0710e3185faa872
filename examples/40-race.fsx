// Race asks several at once: the first one decides, and the others are stopped and waited for.
// Run it: dotnet fsi examples/40-race.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

let milliseconds (count: int) = TimeSpan.FromMilliseconds(float count)

/// A mirror that answers after a time, or not at all.
let mirror (name: string) (wait: int) (answer: Result<string, string>) : Scoped<string, string> = scope {
    use! _ =
        Scope.ensure
            (milliseconds 100)
            (scope {
                if wait > 1000 then
                    printfn $"  {name} was stopped"
            })

    do! Scope.delay (milliseconds wait)
    return! answer
}

let show (outcome: Result<string, ScopeError<string>>) =
    match outcome with
    | Ok answer -> printfn $"{answer}"
    | Error error ->
        for cause in ScopeError.causes error do
            printfn $"{cause}"

let slow = mirror "slow" 30_000 (Ok "from the slow one")
let fast = mirror "fast" 500 (Ok "from the fast one")
let broken = mirror "broken" 1 (Error "the broken one is down")

printfn "the first to end, with an error too:"
show (Scope.runSync (Race.first [ slow; broken; fast ]))

printfn "the first value:"
show (Scope.runSync (Race.firstOk [ slow; broken; fast ]))

printfn "nobody has one:"
show (Scope.runSync (Race.firstOk [ broken; mirror "gone" 20 (Error "the other one is gone") ]))

printfn "hedging: the second is asked when the first has not answered within 20 ms"

let hedged = {
    Race.Options.Default with
        Stagger = milliseconds 20
}

show (Scope.runSync (Race.firstOkWith hedged [ slow; mirror "backup" 1 (Ok "from the backup") ]))

printfn "no competitors:"
show (Scope.runSync (Race.first []))

(* prints
the first to end, with an error too:
  slow was stopped
failed: "the broken one is down"
the first value:
  slow was stopped
from the fast one
nobody has one:
failed: "the broken one is down"
failed: "the other one is gone"
hedging: the second is asked when the first has not answered within 20 ms
  slow was stopped
from the backup
no competitors:
rejected: race: there is nothing to do
*)
