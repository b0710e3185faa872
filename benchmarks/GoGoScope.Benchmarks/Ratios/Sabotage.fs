namespace GoGoScope.Benchmarks

open System.Threading
open System.Threading.Tasks

/// Faults planted on purpose, so that a run shows that the gate can close.
[<RequireQualifiedAccess>]
module Sabotage =

    let private slower (contender: Contender) = {
        contender with
            Run =
                fun times -> task {
                    do! contender.Run times
                    do! contender.Run times
                    do! contender.Run times
                    do! contender.Run times
                    do! contender.Run times
                    do! contender.Run times
                }
    }

    let mutable private kept: byte array = [||]

    let private wasteful units (contender: Contender) = {
        contender with
            Run =
                fun times ->
                    for _ in 1 .. times * units do
                        Volatile.Write(&kept, Array.zeroCreate 300)

                    contender.Run times
    }

    let private planted: (string * (Row -> Row)) list = [
        "slow", (fun row -> { row with Ours = slower row.Ours })
        "wasteful",
        (fun row -> {
            row with
                Ours = wasteful row.Units row.Ours
                Target = 1000.
        })
        "slow-peer", (fun row -> { row with Peer = slower row.Peer })
    ]

    let names = planted |> List.map fst

    let find name =
        planted |> List.tryFind (fst >> (=) name) |> Option.map snd
