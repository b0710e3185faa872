/// Whether what several did at once could have been done by one after the other.
module GoGoScope.Tests.Channels.History

/// What one does to a channel. Each item is the number of its step.
type Step =
    | Send
    | Receive
    | TrySend
    | TryReceive
    | Close

/// What it came to.
type Ending =
    | Sent
    | Refused
    | Got of int
    | Over
    | Cut

/// A step with the moments of its call and of its return.
type Entry = {
    Number: int
    Step: Step
    Call: int
    Return: int
    Ending: Ending
}

/// What one step does when it is done alone; missing when it could not have come to this.
let private alone (capacity: int) (buffer: int list, closed: bool) (entry: Entry) : (int list * bool) option =
    let same = Some(buffer, closed)
    let only condition next = if condition then next else None

    match entry.Step, entry.Ending with
    | _, Cut -> same
    | Close, _ -> Some(buffer, true)
    | (Send | TrySend), Sent ->
        only (not closed && buffer.Length < capacity) (Some(buffer @ [ entry.Number ], closed))
    | Send, Refused -> only closed same
    | TrySend, Refused -> only (closed || buffer.Length >= capacity) same
    | (Receive | TryReceive), Got item ->
        match buffer with
        | first :: rest when first = item -> Some(rest, closed)
        | _ -> None
    | Receive, Over -> only (closed && buffer.IsEmpty) same
    | TryReceive, Over -> only buffer.IsEmpty same
    | _ -> None

/// Whether some order explains all endings: an order in which no step comes before one that had ended when it began. In a
/// channel without places a send and the receive that got it are one.
let isExplained (capacity: int) (history: Entry list) : bool =
    let rec search state (left: Entry list) =
        left.IsEmpty
        || (let firstReturn = left |> List.map (fun entry -> entry.Return) |> List.min
            let next = left |> List.filter (fun entry -> entry.Call < firstReturn)

            let without (gone: Entry list) =
                left |> List.filter (fun entry -> not (List.contains entry gone))

            next
            |> List.exists (fun entry ->
                match alone capacity state entry with
                | Some after -> search after (without [ entry ])
                | None -> false)
            || (capacity = 0
                && not (snd state)
                && next
                   |> List.exists (fun receiver ->
                       match receiver.Ending with
                       | Got item ->
                           next
                           |> List.exists (fun sender ->
                               sender.Number = item
                               && sender.Ending = Sent
                               && search state (without [ receiver; sender ]))
                       | _ -> false)))

    search ([], false) history
