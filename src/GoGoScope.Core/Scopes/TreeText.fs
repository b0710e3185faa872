namespace GoGoScope

open System
open System.Collections.Generic
open System.Globalization
open System.Text
open GoGoScope.Missing

/// What pictures of a tree say of one line, and how names are written so that they cannot break it.
module internal TreeWords =

    let seconds (value: float) =
        value.ToString("0.###", CultureInfo.InvariantCulture)

    let state (entry: TreeEntry) =
        match entry.State with
        | TreeState.Ended -> "ended"
        | TreeState.CleaningUp when entry.Reason <> "" -> $"cleaning up: {entry.Reason}"
        | TreeState.CleaningUp -> "cleaning up"
        | _ when entry.Reason <> "" -> $"stopping: {entry.Reason}"
        | TreeState.Waiting -> "waiting for its children"
        | _ -> "running"

    let name (line: TreeLine) =
        if line.Count = 1 then
            line.First.Name
        else
            let count = line.Count.ToString("N0", CultureInfo.InvariantCulture)
            $"{line.First.Name} .. {line.Last.Name} x {count}"

    /// Empty: not known, or too little to tell.
    let age (line: TreeLine) =
        let youngest = seconds (max 0. line.Youngest)
        let oldest = seconds (max 0. line.Oldest)

        if oldest = "0" then
            ""
        elif line.First.AgeIsLeast && line.Count > 1 then
            $"the oldest at least {oldest} s old"
        elif line.First.AgeIsLeast then
            $"at least {oldest} s old"
        elif youngest = oldest then
            $"{oldest} s old"
        else
            $"{youngest} to {oldest} s old"

    /// The state, and what else stands in brackets.
    let brackets (line: TreeLine) =
        let left =
            if Double.IsFinite line.Left then
                $", {seconds line.Left} s left"
            else
                ""

        let permits =
            if line.First.Permits.Length = 0 then
                ""
            else
                $""", holds {String.Join(", ", line.First.Permits)}"""

        let limit =
            let limit = line.First.Limit

            if isMissing limit || line.Count > 1 then
                ""
            else
                $", {limit.Taken} of {limit.Total} permits taken, {limit.Waiting} waiting"

        $"{state line.First}{left}{permits}{limit}"

    let waits (line: TreeLine) =
        if line.First.Waits.Length = 0 then
            ""
        else
            $"""waits for {String.Join(" and ", line.First.Waits)}"""

    /// Whether a character may stand as it is: no control, no line end, no half of a pair.
    let private isPlain (text: string) index =
        match Char.GetUnicodeCategory text[index] with
        | UnicodeCategory.Control
        | UnicodeCategory.LineSeparator
        | UnicodeCategory.ParagraphSeparator -> false
        | UnicodeCategory.Surrogate ->
            (Char.IsHighSurrogate text[index]
             && index + 1 < text.Length
             && Char.IsLowSurrogate text[index + 1])
            || (Char.IsLowSurrogate text[index]
                && index > 0
                && Char.IsHighSurrogate text[index - 1])
        | _ -> true

    /// Writes each character with `special`, if it has something to say, and as it is otherwise.
    let private append
        (into: StringBuilder)
        (special: char -> string)
        (broken: char -> string)
        (text: string)
        =
        for index in 0 .. text.Length - 1 do
            let letter = text[index]

            match (if isPlain text index then special letter else broken letter) with
            | "" -> into.Append letter |> ignore
            | other -> into.Append other |> ignore

    /// On one line, whatever it holds.
    let appendPlain (into: StringBuilder) (text: string) =
        append into (fun _ -> "") (fun letter -> $"\\u{int letter:X4}") text

    /// As the text of a Mermaid node, between quotes: what has a meaning there or in HTML is written as its number.
    let appendMermaid (into: StringBuilder) (text: string) =
        let number (letter: char) = $"#{int letter};"

        append
            into
            (fun letter ->
                if "#&<>\"'`[](){}|\\;%@*_~".Contains letter then
                    number letter
                else
                    "")
            (fun letter -> if Char.IsSurrogate letter then "\uFFFD" else " ")
            text

/// The tree as lines.
module internal TreeText =

    let private appendLine (into: StringBuilder) (line: TreeLine) =
        TreeWords.appendPlain into (TreeWords.name line)
        into.Append " [" |> ignore
        TreeWords.appendPlain into (TreeWords.brackets line)
        into.Append ']' |> ignore

        if line.First.Site <> "" then
            into.Append " at " |> ignore
            TreeWords.appendPlain into line.First.Site

        for more in [ TreeWords.age line; TreeWords.waits line ] do
            if more <> "" then
                into.Append ", " |> ignore
                TreeWords.appendPlain into more

        into.Append '\n' |> ignore

    /// One line for each live scope or group, children below their parent in start order.
    let draw (view: TreeView) : string =
        let picture = StringBuilder()
        let left = Stack<struct (TreeLine * string * string)>()
        left.Push(struct (view.Top, "", ""))

        while left.Count > 0 do
            let struct (line, branch, indent) = left.Pop()
            picture.Append branch |> ignore
            appendLine picture line
            let kids = line.Kids

            // past this depth the lines would be mostly indent
            let deep = indent.Length > 120

            for index in kids.Count - 1 .. -1 .. 0 do
                let last = index = kids.Count - 1

                left.Push(
                    struct (kids[index],
                            indent + (if last then "└─ " else "├─ "),
                            (if deep then
                                 indent
                             else
                                 indent + (if last then "   " else "│  ")))
                )

        picture.ToString()

/// The tree as a Mermaid flow chart.
module internal TreeMermaid =

    let private appendNode (into: StringBuilder) (number: int) (line: TreeLine) =
        into.Append("    n").Append(number).Append("[\"") |> ignore
        TreeWords.appendMermaid into (TreeWords.name line)

        for more in
            [
                TreeWords.brackets line
                TreeWords.age line
                TreeWords.waits line
                line.First.Site
            ] do
            if more <> "" then
                into.Append "<br/>" |> ignore
                TreeWords.appendMermaid into more

        into.Append "\"]\n" |> ignore

    /// Nodes are numbered, so equal names stay apart.
    let draw (view: TreeView) : string =
        let picture = StringBuilder "graph TD\n"
        let left = Stack<struct (TreeLine * int)>()
        left.Push(struct (view.Top, 0))
        let mutable number = 0

        while left.Count > 0 do
            let struct (line, above) = left.Pop()
            number <- number + 1
            appendNode picture number line

            if above > 0 then
                picture.Append("    n").Append(above).Append(" --> n").Append(number).Append('\n')
                |> ignore

            for index in line.Kids.Count - 1 .. -1 .. 0 do
                left.Push(struct (line.Kids[index], number))

        picture.ToString()
