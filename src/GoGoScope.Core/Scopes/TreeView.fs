namespace GoGoScope

open System
open System.Collections.Generic
open System.Text
open GoGoScope.Missing

/// What a scope is about.
type internal TreeState =
    | Running = 0
    /// Its body has ended, its children have not.
    | Waiting = 1
    | CleaningUp = 2
    | Ended = 3

/// What a picture tells of one scope. Read once: what the picture says of it does not change while it is drawn.
[<Sealed>]
type internal TreeEntry(scope: Scope, kind: string) =
    member _.Scope = scope
    member _.Kind = kind
    member val State = TreeState.Running with get, set

    /// Why it was asked to stop; empty while it was not.
    member val Reason = "" with get, set

    /// In seconds; below zero when it is not known.
    member val Age = -1. with get, set

    /// It may be older: nobody looked at the clock when it began.
    member val AgeIsLeast = false with get, set

    /// Seconds until the nearest deadline; infinite when there is none.
    member val Left = Double.PositiveInfinity with get, set

    member val Site = "" with get, set

    /// What it waits for, equal ones once, with their number.
    member val Waits: string array = Array.Empty() with get, set

    /// Its own limit on how many tasks run in it; missing when it has none.
    member val Limit: ConcurrencyLimit = nothing with get, set

    /// The permits that it holds.
    member val Permits: string array = Array.Empty() with get, set

    /// Live children in start order.
    member val Kids: List<TreeEntry> = nothing with get, set

    /// The children as they are shown.
    member val Lines: List<TreeLine> = nothing with get, set

    /// Equal for scopes that look the same with all below them.
    member val Shape = 0 with get, set

    /// What it is called, without the numbers.
    member _.Pattern =
        if isThere scope.Extra && isThere scope.Extra.Name then
            TreeEntry.WithoutNumbers scope.Extra.Name
        else
            kind

    static member private WithoutNumbers(name: string) =
        if name.AsSpan().IndexOfAnyInRange('0', '9') < 0 then
            name
        else
            let kept = StringBuilder(name.Length)

            for letter in name do
                if not (Char.IsAsciiDigit letter) then
                    kept.Append letter |> ignore
                elif kept.Length = 0 || kept[kept.Length - 1] <> '#' then
                    kept.Append '#' |> ignore

            kept.ToString()

    member _.Name = scope.Name

/// One scope, or several siblings that look the same; of these the first one's children stand for all.
and [<Sealed>] internal TreeLine(first: TreeEntry) =
    member _.First = first
    member val Last = first with get, set
    member val Count = 1 with get, set
    member val Oldest = first.Age with get, set
    member val Youngest = first.Age with get, set
    member val Left = first.Left with get, set

    member _.Kids: List<TreeLine> = first.Lines

    member this.Add(entry: TreeEntry) =
        this.Last <- entry
        this.Count <- this.Count + 1
        this.Oldest <- max this.Oldest entry.Age
        this.Youngest <- min this.Youngest entry.Age
        this.Left <- min this.Left entry.Left

/// Finds siblings that look the same: like name, state, reason, place, waits and permits, and the same below them.
[<Sealed>]
type internal TreeGroups() =
    /// Fewer equal ones are shown each.
    let least = 5

    let shapes =
        Dictionary<struct (string * string * string * string * struct (TreeState * bool * string)), int>()

    let belowKey (lines: List<TreeLine>) =
        if lines.Count = 0 then
            ""
        else
            String.Join(',', Seq.map (fun (line: TreeLine) -> $"{line.First.Shape}x{line.Count}") lines)

    let joined (parts: string array) =
        match parts.Length with
        | 0 -> ""
        | 1 -> parts[0]
        | _ -> String.Join('\n', parts)

    let group (kids: List<TreeEntry>) =
        let lines = List<TreeLine>()

        if kids.Count < least then
            for kid in kids do
                lines.Add(TreeLine kid)
        else
            let counts = Dictionary<int, int>()

            for kid in kids do
                match counts.TryGetValue kid.Shape with
                | true, count -> counts[kid.Shape] <- count + 1
                | _ -> counts[kid.Shape] <- 1

            let groups = Dictionary<int, TreeLine>()

            for kid in kids do
                if counts[kid.Shape] < least then
                    lines.Add(TreeLine kid)
                else
                    match groups.TryGetValue kid.Shape with
                    | true, line -> line.Add kid
                    | _ ->
                        let line = TreeLine kid
                        groups[kid.Shape] <- line
                        lines.Add line

        lines

    /// Groups an entry's children, which have their shapes, and gives it its own.
    member _.Close(entry: TreeEntry) =
        entry.Lines <- group entry.Kids

        let key =
            struct (entry.Pattern,
                    entry.Reason,
                    entry.Site,
                    joined entry.Waits,
                    struct (entry.State,
                            Double.IsFinite entry.Left,
                            belowKey entry.Lines + "|" + joined entry.Permits))

        match shapes.TryGetValue key with
        | true, shape -> entry.Shape <- shape
        | _ ->
            entry.Shape <- shapes.Count + 1
            shapes[key] <- entry.Shape
