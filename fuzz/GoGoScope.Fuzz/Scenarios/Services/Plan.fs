/// Random programs around services, and what they should find.
module GoGoScope.Fuzz.Services.Plan

open System
open System.Collections.Generic

/// One step of a block.
type Step =
    | Provide of Name: string * Factory
    | Replace of Name: string * Factory
    | Find of Name: string
    | Pause of Milliseconds: float
    | Cleanup
    | Child of Step list
    | Cancel

and Factory = {
    /// Milliseconds that it takes.
    Takes: float
    /// Whether it hears its token.
    Obeys: bool
    Ends: Ending
    /// What it asks for.
    Needs: string option
    /// Whether it registers a cleanup of its own.
    Registers: bool
}

and Ending =
    | Gives
    | Throws
    | Fails

let private names = [| ""; "a"; "b" |]

let rec steps (random: Random) (depth: int) : Step list = [
    let pick (items: 'A array) = items[random.Next items.Length]

    let factory () = {
        Takes = if random.Next 2 = 0 then 0. else float (random.Next 4)
        Obeys = random.Next 3 > 0
        Ends =
            match random.Next 8 with
            | 0 -> Throws
            | 1 -> Fails
            | _ -> Gives
        Needs = if random.Next 4 = 0 then Some(pick names) else None
        Registers = random.Next 3 = 0
    }

    for _ in 1 .. random.Next(2, 8) do
        match random.Next 20 with
        | 0
        | 1
        | 2
        | 3
        | 4 -> Provide(pick names, factory ())
        | 5
        | 6
        | 7 -> Replace(pick names, factory ())
        | 8
        | 9
        | 10 -> Find(pick names)
        | 11
        | 12 -> Pause(float (random.Next 5))
        | 13
        | 14 -> Cleanup
        | 15 when random.Next 2 = 0 -> Cancel
        | _ when depth > 0 -> Child(steps random (depth - 1))
        | _ -> Find(pick names)
]

/// What a scope should hold; one thread runs the program, so plain lists do.
type Place(parent: Place | null) =
    let shown = Dictionary<string, Stack<Tool>>()
    member _.Parent = parent
    /// Made, and shown or refused at one of the next steps.
    member val Pending = List<struct (string * Tool)>() with get
    /// What is to run at its end, the newest on top.
    member val Ends = Stack<int>() with get

    member _.Show(name: string, tool: Tool) =
        match shown.TryGetValue name with
        | true, tools -> tools.Push tool
        | _ -> shown[name] <- Stack [ tool ]

    member place.Find(name: string) : Tool option =
        match shown.TryGetValue name, place.Parent with
        | (true, tools), _ -> Some(tools.Peek())
        | _, null -> None
        | _, parent -> parent.Find name

    member place.PendingOf(name: string) : Tool list = [
        for struct (key, tool) in place.Pending do
            if key = name then
                tool

        match place.Parent with
        | null -> ()
        | parent -> yield! parent.PendingOf name
    ]
