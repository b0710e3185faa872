using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace FolderIndex.CSharp;

/// <summary>The index as JSON, one entry per line. The same folder gives the same bytes.</summary>
public static class IndexJson
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the index to the stream, piece by piece, until the token fires.</summary>
    public static async Task WriteAsync(Inventory index, Stream stream, CancellationToken token)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer, Readable);

        buffer.Write("{\n\"totals\": "u8);
        WriteTotals(json, index.Totals);
        buffer.Write(",\n\"entries\": ["u8);
        var separator = "\n";

        foreach (var entry in index.Entries)
        {
            buffer.Write(Encoding.UTF8.GetBytes(separator));
            separator = ",\n";
            WriteEntry(json, entry);

            if (buffer.WrittenCount > 64 * 1024)
            {
                await stream.WriteAsync(buffer.WrittenMemory, token);
                buffer.ResetWrittenCount();
            }
        }

        buffer.Write("\n]\n}\n"u8);
        await stream.WriteAsync(buffer.WrittenMemory, token);
    }

    private static void WriteTotals(Utf8JsonWriter json, Totals totals)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteNumber("files", totals.Files);
        json.WriteNumber("bytes", totals.Bytes);
        json.WriteNumber("lines", totals.Lines);
        json.WriteNumber("words", totals.Words);
        json.WriteNumber("notText", totals.NotText);
        json.WriteNumber("links", totals.Links);
        json.WriteNumber("special", totals.Special);
        json.WriteNumber("errors", totals.Errors);
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteEntry(Utf8JsonWriter json, Entry entry)
    {
        json.Reset();
        json.WriteStartObject();
        json.WriteString("path", entry.Path);
        WriteFinding(json, entry.Finding);
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        switch (finding)
        {
            case Finding.File { Content: var content }:
                json.WriteString("kind", content.Text is null ? "not text" : "text");
                json.WriteNumber("bytes", content.Bytes);

                if (content.Text is { } counts)
                {
                    json.WriteNumber("lines", counts.Lines);
                    json.WriteNumber("words", counts.Words);
                }

                json.WriteString("sha256", Convert.ToHexStringLower(content.Hash));
                break;
            case Finding.Link { Target: var target }:
                json.WriteString("kind", "link");
                json.WriteString("target", target);
                break;
            case Finding.Special:
                json.WriteString("kind", "special");
                break;
            case Finding.Problem { Error: var error }:
                json.WriteString("kind", "error");
                json.WriteString("error", error.Kind);

                if (error.Detail is { } detail)
                    json.WriteString("detail", detail);

                break;
        }
    }
}
