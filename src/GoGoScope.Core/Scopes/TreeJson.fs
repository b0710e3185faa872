namespace GoGoScope

open System
open System.Buffers
open System.Collections.Generic
open System.Text
open System.Text.Json
open GoGoScope.Missing

/// The tree as JSON, for programs. Its shape is kept: `version` grows when a field changes its meaning or goes.
///
/// The document: `version` (1), `time` (ISO 8601), `scopes` (how many there are), `root` (a node).
/// A node: `id` (a number that no other scope of the process has), `name`, `kind` (root, bound, fork, task, ..), `state`
/// (running, waiting, cleaning, ended), `reason` (why it was asked to stop, or null), `ageSeconds` (or null), `ageIsLeast` (it may
/// be older), `secondsLeft` (until the nearest deadline, or null), `site` (file:line, or ""), `waits` and `permits` (texts),
/// `limit` (how many tasks may run in it: `total`, `taken`, `waiting`, or null), `children` (nodes) and `groups`.
/// A group stands for siblings that look the same, with all below them: `count`, `first` and `last` (names), then the same fields as a
/// node from `kind` on but for `limit`, and `youngestSeconds`. Its children and groups are those of the first one.
module internal TreeJson =

    [<Struct>]
    type private Step =
        | Open of Opened: TreeLine
        | Groups of Of: TreeLine
        | Close

    let private state (entry: TreeEntry) =
        match entry.State with
        | TreeState.Ended -> "ended"
        | TreeState.CleaningUp -> "cleaning"
        | TreeState.Waiting -> "waiting"
        | _ -> "running"

    let private writeSeconds (json: Utf8JsonWriter) (name: string) (value: float) =
        if value >= 0. && Double.IsFinite value then
            json.WriteNumber(name, Math.Round(value, 3))
        else
            json.WriteNull name

    let private writeTexts (json: Utf8JsonWriter) (name: string) (texts: string array) =
        json.WriteStartArray name

        for text in texts do
            json.WriteStringValue text

        json.WriteEndArray()

    let private writeLimit (json: Utf8JsonWriter) (limit: ConcurrencyLimit) =
        if isMissing limit then
            json.WriteNull "limit"
        else
            json.WriteStartObject "limit"
            json.WriteNumber("total", limit.Total)
            json.WriteNumber("taken", limit.Taken)
            json.WriteNumber("waiting", limit.Waiting)
            json.WriteEndObject()

    let private writeFacts (json: Utf8JsonWriter) (line: TreeLine) =
        let entry = line.First

        if line.Count = 1 then
            json.WriteNumber("id", entry.Scope.Id)
            json.WriteString("name", entry.Name)
        else
            json.WriteNumber("count", line.Count)
            json.WriteString("first", entry.Name)
            json.WriteString("last", line.Last.Name)

        json.WriteString("kind", entry.Kind)
        json.WriteString("state", state entry)

        if entry.Reason = "" then
            json.WriteNull "reason"
        else
            json.WriteString("reason", entry.Reason)

        writeSeconds json "ageSeconds" line.Oldest
        json.WriteBoolean("ageIsLeast", entry.AgeIsLeast)

        if line.Count > 1 then
            writeSeconds json "youngestSeconds" line.Youngest

        writeSeconds json "secondsLeft" line.Left
        json.WriteString("site", entry.Site)
        writeTexts json "waits" entry.Waits
        writeTexts json "permits" entry.Permits

        if line.Count = 1 then
            writeLimit json entry.Limit

    let private push (steps: Stack<Step>) (line: TreeLine) (groups: bool) =
        for index in line.Kids.Count - 1 .. -1 .. 0 do
            if (line.Kids[index].Count > 1) = groups then
                steps.Push(Open line.Kids[index])

    let private writeLine (json: Utf8JsonWriter) (top: TreeLine) =
        let steps = Stack<Step>()
        steps.Push(Open top)

        while steps.Count > 0 do
            match steps.Pop() with
            | Open line ->
                json.WriteStartObject()
                writeFacts json line
                json.WriteStartArray "children"
                steps.Push(Groups line)
                push steps line false
            | Groups line ->
                json.WriteEndArray()
                json.WriteStartArray "groups"
                steps.Push Close
                push steps line true
            | Close ->
                json.WriteEndArray()
                json.WriteEndObject()

    let draw (view: TreeView) : string =
        let buffer = ArrayBufferWriter<byte>()
        use json = new Utf8JsonWriter(buffer, JsonWriterOptions(MaxDepth = Int32.MaxValue))
        json.WriteStartObject()
        json.WriteNumber("version", 1)
        json.WriteString("time", view.Time)
        json.WriteNumber("scopes", view.Scopes)
        json.WritePropertyName "root"
        writeLine json view.Top
        json.WriteEndObject()
        json.Flush()
        Encoding.UTF8.GetString buffer.WrittenSpan
