using System.Net;
using System.Net.Sockets;
using System.Text;
using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>A small HTTP server that does not always do what it should.</summary>
public sealed class FlakyServer(FaultPlan plan)
{
    /// <summary>How long a client that came too often is to stay away. The protocol knows whole seconds only.</summary>
    private const int Pause = 1;

    /// <summary>How late a slow answer is.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(200);

    /// <summary>Answers on a port of this machine that the system chooses, until it is cancelled.</summary>
    public async Task ServeAsync(Scope scope, Ready<Uri> ready)
    {
        var listener = scope.Use(new TcpListener(IPAddress.Loopback, 0)); // closed after the last answer
        listener.Start();
        ready.Signal(new($"http://{listener.LocalEndpoint}/"));

        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(scope);
            _ = scope.Fork(child => AnswerAsync(child, client));
        }
    }

    private async Task AnswerAsync(Scope scope, TcpClient accepted)
    {
        try
        {
            using var client = accepted;
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var item = await ReadItemAsync(reader, scope);

            switch (plan.Next(item))
            {
                case Fault.Broken:
                    await WriteAsync(stream, scope, "500 Internal Server Error");
                    break;
                case Fault.Outage:
                    await WriteAsync(stream, scope, "503 Service Unavailable");
                    break;
                case Fault.TooMany:
                    await WriteAsync(stream, scope, "429 Too Many Requests", $"Retry-After: {Pause}\r\n");
                    break;
                case Fault.Hangs:
                    await reader.ReadLineAsync(scope); // the client goes away
                    break;
                case Fault.Slow:
                    (await scope.DelayAsync(Late)).ThrowIfFailed();
                    goto default;
                default:
                    await WriteAsync(stream, scope, "200 OK", body: $"item {item}");
                    break;
            }
        }
        catch (IOException)
        {
            // the client has lost its patience
        }
    }

    /// <summary>The item that the client asks for: <c>GET /7 HTTP/1.1</c>, and headers up to an empty line.</summary>
    private static async Task<int> ReadItemAsync(StreamReader reader, Scope scope)
    {
        var first = await reader.ReadLineAsync(scope) ?? throw new EndOfStreamException("The client left without a word.");

        while (!string.IsNullOrEmpty(await reader.ReadLineAsync(scope)))
        {
        }

        return int.Parse(first.Split(' ')[1].TrimStart('/'));
    }

    private static ValueTask WriteAsync(Stream stream, Scope scope, string status, string headers = "", string body = "") =>
        stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"),
            scope);
}
