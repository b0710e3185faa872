// What runs now, what it waits for, and since when: as text, as a Mermaid chart, as JSON for a page.
// Run it: dotnet fsi examples/11-tree.fsx (after: dotnet fsi build.fsx build)
#r "../artifacts/bin/GoGoScope.Core/release/Microsoft.Extensions.Logging.Abstractions.dll"
#r "../artifacts/bin/GoGoScope.Core/release/GoGoScope.dll"

open System
open System.Text.Json
open System.Text.RegularExpressions
open GoGoScope

let seconds (count: float) = TimeSpan.FromSeconds count

let worker: Scoped<unit, string> = scope { do! Scope.delay (seconds 60.) }

let report: Scoped<unit, string> = scope {
    let! worker = fork worker
    return! worker
}

let server =
    Scope.Open {
        ScopeOptions.Default with
            Name = "server"
    }

let named (name: string) = TaskOptions.named name

let _ =
    Scope.forkIn (
        server,
        {
            named "report" with
                Timeout = seconds 30.
        },
        report
    )

for number in 1..1000 do
    Scope.forkIn (server, named $"request {number}", worker) |> ignore

// What changes from run to run: how old things are, how much time is left, where this script stands.
let steady (text: string) =
    let text =
        Regex.Replace(text, @"(, |<br/>)[a-z ]*[\d.]+( to [\d.]+)? s (old|left)", "")

    Regex.Replace(text, @"( at |<br/>)[^<\n]*11-tree\.fsx:(\d+)", "$1line $2")

printfn $"{steady (Scope.debugTree server)}"
printfn $"{steady (Scope.debugTreeAs TreeFormat.Mermaid server)}"

// The shape of the JSON is kept, so programs may rely on it.
let json = JsonDocument.Parse(Scope.debugTreeAs TreeFormat.Json server).RootElement
let group = json.GetProperty("root").GetProperty("groups")[0]

printfn
    $"""{json.GetProperty "scopes"} scopes, {group.GetProperty "count"} of them from {group.GetProperty "first"}"""

printfn
    $"""to {group.GetProperty "last"}, each {group.GetProperty "state"} and waiting for {group.GetProperty("waits")[0]}"""

server.DisposeAsync().AsTask().Wait()
printf $"{Scope.debugTree server |> steady}"

(* prints
server [running]
├─ report [running] at line 29, waits for fork-1
│  └─ fork-1 [running] at line 16, waits for a delay of 00:01:00
└─ request 1 .. request 1000 x 1,000 [running] at line 39, waits for a delay of 00:01:00

graph TD
    n1["server<br/>running"]
    n2["report<br/>running<br/>waits for fork-1<br/>line 29"]
    n1 --> n2
    n3["fork-1<br/>running<br/>waits for a delay of 00:01:00<br/>line 16"]
    n2 --> n3
    n4["request 1 .. request 1000 x 1,000<br/>running<br/>waits for a delay of 00:01:00<br/>line 39"]
    n1 --> n4

1003 scopes, 1000 of them from request 1
to request 1000, each running and waiting for a delay of 00:01:00
server [ended]
*)
