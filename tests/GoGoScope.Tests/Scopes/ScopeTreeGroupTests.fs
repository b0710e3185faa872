/// Siblings that look the same, on one line.
module GoGoScope.Tests.Scopes.ScopeTreeGroupTests

open System
open System.Text.Json
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// An opened scope named "root" on a clock that stands still.
let private opened () =
    let clock = VirtualClock()

    let root =
        Scope.Open {
            ScopeOptions.Default with
                Name = "root"
                Clock = clock
        }

    clock, root

let private sleeps: Scoped<unit, string> = scope { do! Scope.delay (TimeSpan.FromSeconds 60.) }

let private linesOf (scope: Scope) =
    (Scope.debugTree scope).TrimEnd('\n').Split '\n'

/// A line without the place.
let private cut (line: string) =
    Text.RegularExpressions.Regex.Replace(line, @" at [^,]*\.fs:\d+", "")

let private cuts scope = Array.map cut (linesOf scope)

let private json (scope: Scope) =
    let options = JsonDocumentOptions(MaxDepth = 100_000)
    JsonDocument.Parse(Scope.debugTreeAs TreeFormat.Json scope, options).RootElement

let private text (name: string) (element: JsonElement) =
    match element.GetProperty(name).GetString() with
    | null -> ""
    | text -> text

let private start (parent: Scope) (name: string) (work: Scoped<'T, string>) =
    Scope.forkIn (parent, TaskOptions.named name, work)

[<Fact>]
let ``equal siblings share a line with all below them`` () =
    Story.run (fun () -> task {
        let _, root = opened ()

        let session: Scoped<unit, string> = scope {
            let! _ = Scope.forkWith (TaskOptions.named "reader", sleeps)
            let! _ = Scope.forkWith (TaskOptions.named "writer", sleeps)
            return ()
        }

        for number in 1..1_500 do
            let _ = start root $"session {number}" session

            if number = 700 then
                let _ = start root "odd" sleeps
                ()

        Assert.Equal<string array>(
            [|
                "root [running]"
                "├─ session 1 .. session 1500 x 1,500 [waiting for its children]"
                "│  ├─ reader [running], waits for a delay of 00:01:00"
                "│  └─ writer [running], waits for a delay of 00:01:00"
                "└─ odd [running], waits for a delay of 00:01:00"
            |],
            cuts root
        )

        let top = json root
        Assert.Equal(1 + 3 * 1_500 + 1, top.GetProperty("scopes").GetInt32())
        let group = top.GetProperty("root").GetProperty("groups")[0]
        Assert.Equal(1_500, group.GetProperty("count").GetInt32())
        Assert.Equal("session 1", text "first" group)
        Assert.Equal("session 1500", text "last" group)
        Assert.Equal(2, group.GetProperty("children").GetArrayLength())
        do! root.DisposeAsync()
    })

[<Fact>]
let ``siblings that differ in one thing are shown apart`` () =
    Story.run (fun () -> task {
        let _, root = opened ()
        let seven: Scoped<unit, string> = scope { do! Scope.delay (TimeSpan.FromSeconds 7.) }
        let stubborn: Scoped<unit, string> = Step.stubborn 9.
        let five (run: int -> unit) = List.iter run [ 1..5 ]
        let plain = TaskOptions.Default
        let run (options: TaskOptions) (work: Scoped<unit, string>) = Scope.forkIn (root, options, work) // one place for all
        five (fun _ -> run plain sleeps |> ignore)
        five (fun _ -> run plain seven |> ignore)
        five (fun number -> run (TaskOptions.named $"named {number}") sleeps |> ignore)
        five (fun _ -> Scope.taskIn (root, plain, sleeps) |> ignore)

        let timed = {
            plain with
                Timeout = TimeSpan.FromSeconds 9.
        }

        five (fun _ -> run timed sleeps |> ignore)
        five (fun _ -> (run plain stubborn).Cancel "no")
        Assert.Equal(7, (linesOf root).Length)
        Assert.All((cuts root)[1..], (fun line -> Assert.Contains(" x 5 ", line)))
        let _ = run (TaskOptions.named "named 6") sleeps
        Assert.Contains(" x 6 ", (cuts root)[3])
    })

[<Fact>]
let ``four equal siblings are shown each`` () =
    Story.run (fun () -> task {
        let _, root = opened ()

        for _ in 1..4 do
            Scope.forkIn (root, sleeps) |> ignore

        Assert.Equal(5, (linesOf root).Length)
        do! root.DisposeAsync()
    })
