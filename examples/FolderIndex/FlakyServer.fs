/// A small HTTP server that does not always do what it should.
module FolderIndex.FlakyServer

open System
open System.IO
open System.Net
open System.Net.Sockets
open System.Text
open System.Threading
open GoGoScope

/// How late a slow answer is.
let private late = TimeSpan.FromMilliseconds 200.

/// How long a client that came too often is to stay away. The protocol knows whole seconds only.
let private pause = 1

/// The item that the client asks for: `GET /7 HTTP/1.1`, and headers up to an empty line.
let private readItem (reader: StreamReader) : Scoped<int, 'E> = scope {
    let! first = fun (token: CancellationToken) -> reader.ReadLineAsync token
    let mutable more = true

    while more do
        let! header = fun (token: CancellationToken) -> reader.ReadLineAsync token
        more <- not (String.IsNullOrEmpty header)

    match first with
    | null -> return raise (EndOfStreamException "The client left without a word.")
    | first ->
        let path = first.Split ' ' |> Array.item 1
        return int (path.TrimStart '/')
}

let private write (stream: Stream) (status: string) (headers: string) (body: string) : Scoped<unit, 'E> =
    let answer =
        $"HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}"

    scope { do! fun (token: CancellationToken) -> stream.WriteAsync(Encoding.ASCII.GetBytes answer, token) }

let private answer (plan: FaultPlan) (client: TcpClient) : Scoped<unit, 'E> = scope {
    try
        use client = client
        let stream = client.GetStream()
        use reader = new StreamReader(stream, Encoding.ASCII)
        let! item = readItem reader

        match plan.Next item with
        | Fault.Nothing -> do! write stream "200 OK" "" $"item {item}"
        | Fault.Broken -> do! write stream "500 Internal Server Error" "" ""
        | Fault.Outage -> do! write stream "503 Service Unavailable" "" ""
        | Fault.TooMany -> do! write stream "429 Too Many Requests" $"Retry-After: {pause}\r\n" ""
        | Fault.Slow ->
            do! Scope.delay late
            do! write stream "200 OK" "" $"item {item}"
        | Fault.Hangs ->
            let! _ = fun (token: CancellationToken) -> reader.ReadLineAsync token // the client goes away
            ()
    with
    // the client has lost its patience
    | :? IOException ->
        ()
}

/// Answers on a port of this machine that the system chooses, until it is cancelled.
let serve (plan: FaultPlan) (ready: Ready<Uri>) : Scoped<unit, 'E> = scope {
    use listener = new TcpListener(IPAddress.Loopback, 0)
    listener.Start()
    ready.Signal(Uri $"http://{listener.LocalEndpoint}/") |> ignore

    while true do
        let! client = fun (token: CancellationToken) -> listener.AcceptTcpClientAsync token
        let! _ = fork (answer plan client)
        ()
}
