/// Property-based runs that take longer than a unit test may.
module GoGoScope.Fuzz.Program

open System

let private usage () =
    eprintfn
        """dotnet run -c Release --project fuzz/GoGoScope.Fuzz -- SCENARIO [--seeds N | --minutes N | --seed S] [--all] [--threads] [--sabotage NAME]
  --seeds N        the seeds 1 .. N (default 1000)
  --minutes N      seeds until the time is over
  --seed S         this seed only, with all that happens
  --all            goes on after a failure
  --threads        every program on the thread pool, where a scenario has a choice
  --sabotage NAME  plants a bug, and must exit 1
scenarios (`all` plays each of them, `list` names them) and the bugs that they can plant:"""

    for scenario in Scenarios.all do
        let bugs = String.Join(", ", scenario.Sabotages)
        eprintfn $"  %-12s{scenario.Name} {bugs}"

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
    | "--sabotage" :: name :: rest -> read order name rest
    | _ -> None

let private everything = {
    Seeds = seq { 1..1000 }
    Until = TimeSpan.MaxValue
    Shows = false
    GoesOn = false
    OnThreads = false
}

[<EntryPoint>]
let main arguments =
    match Array.toList arguments with
    | [ "list" ] ->
        for scenario in Scenarios.all do
            printfn $"""{scenario.Name} {String.Join(" ", scenario.Sabotages)}"""

        0
    | "all" :: rest ->
        match read everything "" rest with
        | Some(order, "") ->
            // a time is shared by the scenarios
            let order =
                if order.Until = TimeSpan.MaxValue then
                    order
                else
                    {
                        order with
                            Until = order.Until / float Scenarios.all.Length
                    }

            let held =
                Scenarios.all
                |> List.filter (fun scenario ->
                    printfn $"{scenario.Name}:"
                    scenario.Play order "")

            if held.Length = Scenarios.all.Length then 0 else 1
        | _ -> usage ()
    | name :: rest ->
        match List.tryFind (fun scenario -> scenario.Name = name) Scenarios.all, read everything "" rest with
        | Some scenario, Some(order, sabotage) when sabotage = "" || List.contains sabotage scenario.Sabotages ->
            if scenario.Play order sabotage then 0 else 1
        | _ -> usage ()
    | [] -> usage ()
