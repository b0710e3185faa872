// A priority channel gives the best item first, and equals in the order in which they were sent.
// Run it: dotnet fsi examples/23-priority-channel.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open GoGoScope

type Patient = { Name: string; Urgency: int }

let program: Scoped<unit, string> = scope {
    let! waiting = PriorityChannel.create 10 (fun patient -> patient.Urgency) // 1 is the most urgent

    for name, urgency in [ "Ada", 3; "Ben", 1; "Cleo", 2; "Dan", 1 ] do
        do! Channel.send { Name = name; Urgency = urgency } waiting

    Channel.close waiting

    for patient in waiting do
        printfn $"{patient.Name} ({patient.Urgency})"

    // a full one may drop its last in line
    let! short =
        Channel.createWith {
            ChannelOptions.Default<Patient>() with
                Capacity = 2
                Rank = Func<Patient, int>(fun patient -> patient.Urgency)
                WhenFull = FullMode.DropOldest
                OnDropped = Action<Patient>(fun patient -> printfn $"no room for {patient.Name}")
        }

    for name, urgency in [ "Eve", 2; "Fay", 3; "Gil", 1 ] do
        do! Channel.send { Name = name; Urgency = urgency } short

    printfn $"{short}"
}

Scope.runSync program |> ignore

(* prints
Ben (1)
Dan (1)
Cleo (2)
Ada (3)
no room for Fay
channel (2/2)
*)
