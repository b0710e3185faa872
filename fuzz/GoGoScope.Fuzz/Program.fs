/// Property-based runs that take longer than a unit test may.
module GoGoScope.Fuzz.Program

open System
open GoGoScope.Fuzz.Trees

let private usage () =
    let sabotages = String.Join(", ", List.map fst Sabotage.all)

    eprintfn
        $"""dotnet run -c Release --project fuzz/GoGoScope.Fuzz -- scope [--seeds N | --minutes N | --seed S] [--all] [--threads] [--sabotage NAME]
  --seeds N        the seeds 1 .. N (default 1000)
  --minutes N      seeds until the time is over
  --seed S         this seed only, with all that happens
  --all            goes on after a failure, and lists the kinds of failures
  --threads        every program on the thread pool, instead of every fourth
  --sabotage NAME  plants a bug, and must exit 1: {sabotages}"""

    2

let private (|Number|_|) (text: string) =
    match Int32.TryParse text with
    | true, number -> Some number
    | _ -> None

let rec private read (order: Order) (sabotage: string) (arguments: string list) =
    match arguments with
    | [] -> Some(order, sabotage)
    | "--seeds" :: Number count :: rest when count > 0 ->
        read { order with Seeds = seq { 1..count } } sabotage rest
    | "--minutes" :: Number minutes :: rest when minutes > 0 ->
        let order = {
            order with
                Seeds = Seq.initInfinite ((+) 1)
                Until = TimeSpan.FromMinutes(float minutes)
        }

        read order sabotage rest
    | "--seed" :: Number seed :: rest ->
        let order = {
            order with
                Seeds = [ seed ]
                Shows = true
        }

        read order sabotage rest
    | "--threads" :: rest -> read { order with OnThreads = true } sabotage rest
    | "--all" :: rest -> read { order with GoesOn = true } sabotage rest
    | "--sabotage" :: name :: rest ->
        match List.tryFind (fun (known, _) -> known = name) Sabotage.all with
        | Some(_, library) -> read { order with Library = library } $" --sabotage {name}" rest
        | None -> None
    | _ -> None

[<EntryPoint>]
let main arguments =
    let everything = {
        Seeds = seq { 1..1000 }
        Until = TimeSpan.MaxValue
        Library = Library
        Shows = false
        GoesOn = false
        OnThreads = false
    }

    match Array.toList arguments with
    | "scope" :: rest ->
        match read everything "" rest with
        | Some(order, sabotage) -> if Scenario.play order sabotage then 0 else 1
        | None -> usage ()
    | _ -> usage ()
