module GoGoScope.Tests.Scopes.ScopeTreeTests

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
let ``a line tells name, state, time left, place, age and wait`` () =
    Story.run (fun () -> task {
        let clock, root = opened ()

        Scope.forkIn (
            root,
            {
                TaskOptions.named "short" with
                    Timeout = TimeSpan.FromSeconds 30.
            },
            sleeps
        )
        |> ignore

        clock.Advance(TimeSpan.FromSeconds 2.5)
        let line = (linesOf root)[1]
        Assert.StartsWith("└─ short [running, 27.5 s left] at ", line)
        Assert.Contains("ScopeTreeTests.fs:", line)
        Assert.EndsWith(", 2.5 s old, waits for a delay of 00:01:00", line)
        Assert.Equal("root [running], 2.5 s old", (linesOf root)[0])
        do! root.DisposeAsync()
    })

[<Fact>]
let ``every state has its words`` () =
    Story.run (fun () -> task {
        let _, root = opened ()
        let stage = TaskCompletionSource()

        let cleans: Scoped<unit, string> = scope {
            do! Scope.onDispose (fun (_: CancellationToken) -> stage.Task)
        }

        let parent: Scoped<unit, string> = scope {
            let! _ = fork sleeps
            return ()
        }

        let _ = start root "parent" parent
        let _ = start root "cleans" cleans

        let stubborn = start root "stubborn" (Step.stubborn 9.: Scoped<unit, string>)
        stubborn.Cancel "enough"

        Assert.Equal<string array>(
            [|
                "root [running]"
                "├─ parent [waiting for its children]"
                "│  └─ fork-1 [running], waits for a delay of 00:01:00"
                "├─ cleans [cleaning up]"
                "└─ stubborn [stopping: enough], waits for a task"
            |],
            cuts root
        )

        let states = [
            for node in (json root).GetProperty("root").GetProperty("children").EnumerateArray() ->
                text "state" node, text "reason" node
        ]

        Assert.Equal<(string * string) list>([ "waiting", ""; "cleaning", ""; "running", "enough" ], states)
        stage.SetResult()
    })

[<Fact>]
let ``an ended scope is one line`` () =
    Story.run (fun () -> task {
        let _, root = opened ()
        do! root.DisposeAsync()
        Assert.Equal("root [ended]\n", Scope.debugTree root)
        Assert.Equal("ended", text "state" ((json root).GetProperty "root"))
        Assert.Equal("graph TD\n    n1[\"root<br/>ended\"]\n", Scope.debugTreeAs TreeFormat.Mermaid root)
    })

[<Fact>]
let ``every wait says what for`` () =
    Story.run (fun () -> task {
        let _, root = opened ()
        let foreign = TaskCompletionSource<int>()
        let child = start root "child" sleeps

        let resource =
            AsyncResource<int>((fun _ -> foreign.Task), (fun _ _ -> Task.CompletedTask))

        let other = Scope.Open()
        let theirs = Scope.forkIn (other, TaskOptions.named "theirs", sleeps)

        let waits (name: string) (work: Scoped<unit, string>) = start root name work |> ignore
        waits "task" (scope { let! _ = foreign.Task in return () })
        waits "owned" (scope { let! _ = fun (_: CancellationToken) -> foreign.Task in return () })
        waits "foreign child" (scope { let! () = theirs in return () })
        waits "first" (scope { let! _ = Scope.acquire resource in return () })
        waits "second" (scope { let! _ = Scope.acquire resource in return () })
        waits "nested" (scope { do! scope { do! Scope.delay (TimeSpan.FromSeconds 1.) } })
        waits "mapped" (Scoped.map ignore sleeps)

        waits
            "parent"
            (scope {
                let! own = Scope.task sleeps
                let! () = own
                return ()
            })

        waits
            "both"
            (scope {
                let! () = sleeps
                and! () = sleeps
                return ()
            })

        let lines = cuts root |> Array.filter (fun line -> not (line.Contains "│"))

        Assert.Equal<string list>(
            [
                "root [running]"
                "child [running], waits for a delay of 00:01:00"
                "task [running], waits for a task"
                "owned [running], waits for a task"
                "foreign child [running], waits for theirs of another scope"
                "first [running], waits for a task"
                "second [running], waits for a resource that another acquires"
                "nested [running], waits for a delay of 00:00:01"
                "mapped [running], waits for a delay of 00:01:00"
                "parent [running], waits for task-1"
            ],
            List.ofArray lines |> List.take 10 |> List.map _.TrimStart('├', '└', '─', ' ')
        )

        Assert.Contains("waits for bound-1", lines |> Array.find _.Contains("both"))
        let join: ValueTask<Result<unit, ScopeError<string>>> = Scope.join root
        Assert.Equal("root [running], waits for the end of its children", (cuts root)[0])
        foreign.SetResult 1
        do! root.DisposeAsync()
        let! _ = Story.wait join
        do! other.DisposeAsync()
        Assert.False(child.Token.IsCancellationRequested && not child.IsCompleted)
    })

[<Fact>]
let ``several waits of one scope stand in the order of parking, equal ones once`` () =
    Story.run (fun () -> task {
        let _, root = opened ()

        let work: Scoped<unit, string> =
            fun scope ->
                for seconds in [ 1.; 2.; 1. ] do
                    Delay.For<string>(scope, TimeSpan.FromSeconds seconds) |> ignore

                scope |> Scope.onCancel ignore |> ignore // a callback is no wait
                sleeps scope

        let _ = start root "many" work

        Assert.EndsWith(
            "waits for a delay of 00:00:01 x 2 and a delay of 00:00:02 and a delay of 00:01:00",
            (cuts root)[1]
        )

        do! root.DisposeAsync()
    })

[<Fact>]
let ``a child without options has the age that earlier pictures tell`` () =
    Story.run (fun () -> task {
        let clock, root = opened ()
        let _ = Scope.forkIn (root, sleeps)
        clock.Advance(TimeSpan.FromSeconds 5.)
        Assert.DoesNotContain("old", (cuts root)[1])
        let _ = Scope.forkIn (root, sleeps)
        clock.Advance(TimeSpan.FromSeconds 3.)
        Assert.Contains("at least 3 s old", (cuts root)[1])
        Assert.DoesNotContain("old", (cuts root)[2])
        clock.Advance(TimeSpan.FromSeconds 1.)
        Assert.Contains("at least 4 s old", (cuts root)[1])
        Assert.Contains("at least 1 s old", (cuts root)[2])
        let first = (json root).GetProperty("root").GetProperty("children")[0]
        Assert.Equal(4., first.GetProperty("ageSeconds").GetDouble())
        Assert.True(first.GetProperty("ageIsLeast").GetBoolean())
        do! root.DisposeAsync()
    })

[<Fact>]
let ``pictures without end leave a bounded mark, and the oldest age stays`` () =
    Story.run (fun () -> task {
        let clock, root = opened ()

        for _ in 1..200 do
            Scope.forkIn (root, sleeps) |> ignore
            Scope.debugTree root |> ignore
            clock.Advance(TimeSpan.FromMilliseconds 100.)

        Assert.InRange((nonNull root.Extra.Looks).All.Length, 1, 16)
        // of 20 s that went by since the first child was seen
        Assert.Contains("the oldest at least 20 s old", (cuts root)[1])
        do! root.DisposeAsync()
    })

[<Fact>]
let ``a format that is none of the three, and no scope at all, are refused`` () =
    let _, root = opened ()

    Assert.Throws<ArgumentOutOfRangeException>(fun () -> Scope.debugTreeAs (enum 9) root |> ignore)
    |> ignore

    Assert.Throws<ArgumentNullException>(fun () -> Scope.debugTree Unchecked.defaultof<Scope> |> ignore)
    |> ignore

[<Fact>]
let ``permits are told: how many are taken, who holds one, who waits`` () =
    Story.run (fun () -> task {
        let root =
            Scope.Open {
                ScopeOptions.Default with
                    Name = "root"
                    Concurrency = 1
            }

        let _ = start root "first" sleeps
        let _ = start root "second" sleeps
        let age = Text.RegularExpressions.Regex @", [\d.]+ s old"

        Assert.Equal<string array>(
            [|
                "root [running, 1 of 1 permits taken, 1 waiting]"
                "├─ first [running, holds a permit of root], waits for a delay of 00:01:00"
                "└─ second [running], waits for a permit of 'root'"
            |],
            [| for line in cuts root -> age.Replace(line, "") |]
        )

        let limit = (json root).GetProperty("root").GetProperty "limit"
        Assert.Equal("""{"total":1,"taken":1,"waiting":1}""", limit.GetRawText())
        do! root.DisposeAsync()
    })

[<Fact>]
let ``a scope that waits for its daemons is shown with them`` () =
    Story.run (fun () -> task {
        let clock, root = opened ()

        let work: Scoped<unit, string> = scope {
            let! _ = Scope.daemonWith (TaskOptions.named "helper", Step.stubborn 9.)
            return ()
        }

        let child = start root "served" work

        Assert.Equal<string array>(
            [|
                "root [running]"
                "└─ served [cleaning up]"
                "   └─ helper [stopping: the scope 'served' exited], waits for a task"
            |],
            cuts root
        )

        clock.Advance(TimeSpan.FromMilliseconds 9.)
        let! outcome = (ScopeTask.toTask child).WaitAsync Story.patience
        Expect.ok () outcome
        do! root.DisposeAsync()
    })
