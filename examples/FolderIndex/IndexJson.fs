/// The index as JSON, one entry per line. The same folder gives the same bytes.
module FolderIndex.IndexJson

open System
open System.Buffers
open System.IO
open System.Text
open System.Text.Encodings.Web
open System.Text.Json
open System.Threading

let private readable =
    JsonWriterOptions(Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)

let private writeTotals (json: Utf8JsonWriter) (totals: Totals) =
    json.WriteStartObject()
    json.WriteNumber("files", totals.Files)
    json.WriteNumber("bytes", totals.Bytes)
    json.WriteNumber("lines", totals.Lines)
    json.WriteNumber("words", totals.Words)
    json.WriteNumber("notText", totals.NotText)
    json.WriteNumber("links", totals.Links)
    json.WriteNumber("special", totals.Special)
    json.WriteNumber("errors", totals.Errors)
    json.WriteEndObject()

let private writeFinding (json: Utf8JsonWriter) (finding: Finding) =
    match finding with
    | Finding.File content ->
        json.WriteString("kind", (if content.Text.IsSome then "text" else "not text"))
        json.WriteNumber("bytes", content.Bytes)

        match content.Text with
        | ValueSome counts ->
            json.WriteNumber("lines", counts.Lines)
            json.WriteNumber("words", counts.Words)
        | ValueNone -> ()

        json.WriteString("sha256", Convert.ToHexStringLower content.Hash)
    | Finding.Link target ->
        json.WriteString("kind", "link")
        json.WriteString("target", target)
    | Finding.Special -> json.WriteString("kind", "special")
    | Finding.Problem error ->
        json.WriteString("kind", "error")
        json.WriteString("error", error.Kind)

        match error.Detail with
        | ValueSome detail -> json.WriteString("detail", detail)
        | ValueNone -> ()

let private writeEntry (json: Utf8JsonWriter) (entry: Entry) =
    json.WriteStartObject()
    json.WriteString("path", entry.Path)
    writeFinding json entry.Finding
    json.WriteEndObject()

/// Writes the index to the stream, piece by piece, until the token fires.
let write (index: Inventory) (stream: Stream) (token: CancellationToken) = task {
    let buffer = ArrayBufferWriter<byte>()
    use json = new Utf8JsonWriter(buffer, readable)

    let raw (text: string) =
        buffer.Write(ReadOnlySpan(Encoding.UTF8.GetBytes text))

    let value (write: Utf8JsonWriter -> unit) =
        json.Reset()
        write json
        json.Flush()

    raw "{\n\"totals\": "
    value (fun json -> writeTotals json index.Totals)
    raw ",\n\"entries\": ["

    for number in 0 .. index.Entries.Length - 1 do
        raw (if number = 0 then "\n" else ",\n")
        value (fun json -> writeEntry json index.Entries[number])

        if buffer.WrittenCount > 64 * 1024 then
            do! stream.WriteAsync(buffer.WrittenMemory, token)
            buffer.ResetWrittenCount()

    raw "\n]\n}\n"
    do! stream.WriteAsync(buffer.WrittenMemory, token)
}
