/// Pictures of a tree that changes while they are taken.
module GoGoScope.Tests.Scopes.ScopeTreeStressTests

open System
open System.Runtime.CompilerServices
open System.Text.Json
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// Takes all three pictures, and fails if one of them is torn: every scope in it is below its parent, once.
let private look (scope: Scope) =
    let options = JsonDocumentOptions(MaxDepth = 100_000)

    let json =
        JsonDocument.Parse(Scope.debugTreeAs TreeFormat.Json scope, options).RootElement

    let rec countOf (node: JsonElement) : int =
        let each =
            match node.TryGetProperty "count" with
            | true, count -> count.GetInt32()
            | _ -> 1

        let below =
            Seq.append
                (node.GetProperty("children").EnumerateArray())
                (node.GetProperty("groups").EnumerateArray())
            |> Seq.sumBy countOf

        each * (1 + below)

    let scopes = json.GetProperty("scopes").GetInt32()
    Assert.Equal(scopes, countOf (json.GetProperty "root"))
    Assert.StartsWith("graph TD\n    n1[", Scope.debugTreeAs TreeFormat.Mermaid scope)
    Assert.EndsWith("\n", Scope.debugTree scope)
    scopes

/// Comes and goes: below it a child or two, a wait, now and then a cancel or a failure that somebody looks at.
let private visitor (number: int) : Scoped<unit, string> = scope {
    let! inner =
        Scope.taskWith (
            TaskOptions.named $"inner {number}",
            scope {
                do! Step.pause
                let! _ = fork (Step.pause: Scoped<unit, string>)
                do! Step.delay 1.

                if number % 7 = 0 then
                    return! Error "no"
            }
        )

    if number % 5 = 0 then
        ScopeTask.cancel "enough" inner

    do! Scope.onDispose (fun () -> ())
    let! _ = ScopeTask.result inner
    return ()
}

let private visitors count : Scoped<unit, string> = scope {
    for number in 1..count do
        let! _ = fork (visitor number)

        if number % 10 = 0 then
            do! Step.pause
}

[<Fact>]
let ``pictures are whole while 1,000 tasks come and go on all threads`` () =
    Story.run (fun () -> task {
        use stop = new CancellationTokenSource()
        let root = Scope.Open()
        let mutable pictures = 0
        let mutable most = 0

        let looking =
            Task.Run(fun () ->
                while not stop.IsCancellationRequested do
                    most <- max most (look root)
                    pictures <- pictures + 1)

        let mutable rounds = 0

        // on a busy machine a whole crowd may come and go between two pictures
        while rounds = 0 || (Volatile.Read &most <= 1 && rounds < 1_000) do
            rounds <- rounds + 1
            let all = Scope.forkIn (root, visitors 1_000)
            let! outcome = (ScopeTask.toTask all).WaitAsync Story.patience
            Expect.ok () outcome

        stop.Cancel()
        do! looking.WaitAsync Story.patience
        Assert.True(pictures > 0 && most > 1, $"{pictures} pictures of {most} scopes at most")
        Assert.Equal(1, look root)
        do! root.DisposeAsync()
    })

[<Fact>]
let ``those who stay are in every picture, whoever comes and goes around them`` () =
    Story.run (fun () -> task {
        let root = Scope.Open()

        for _ in 1..100 do
            Scope.forkIn (root, (Step.forever: Scoped<unit, string>)) |> ignore

        let guests () =
            Task.Run(fun () ->
                for _ in 1..10_000 do
                    Scope.forkIn (root, (Step.pause: Scoped<unit, string>)) |> ignore)

        let all = Task.WhenAll(guests (), guests ())
        let mutable least = Int32.MaxValue
        let mutable most = 0

        while not all.IsCompleted do
            let seen = (TreeScan().Read root).Scopes
            least <- min least seen
            most <- max most seen

        do! all.WaitAsync Story.patience
        Assert.True(least >= 101, $"a picture of {least} scopes")
        Assert.True(most > 101, "nobody came")
        do! root.DisposeAsync()
    })

[<Fact>]
let ``a scope's children are read under its gate`` () =
    Story.run (fun () -> task {
        let root = Scope.Open()

        let parent: Scoped<unit, string> = scope {
            let! _ = fork (Step.forever: Scoped<unit, string>)
            return ()
        }

        let _ = Scope.forkIn (root, parent)
        let held = root.Children()[0]
        let looking = ref false
        held.Enter()

        let picture =
            Task.Run(fun () ->
                Volatile.Write(&looking.contents, true)
                (TreeScan().Read root).Scopes)

        do! Story.until "somebody looks" (fun () -> looking.Value)

        for _ in 1..5_000 do
            do! Task.Yield()

        let early = picture.IsCompleted
        held.Exit()
        let! scopes = picture.WaitAsync Story.patience
        Assert.False(early, "the picture did not wait")
        Assert.Equal(3, scopes)
        do! root.DisposeAsync()
    })

[<Fact>]
let ``pictures are whole at every step of a seeded run`` () =
    Story.run (fun () -> task {
        let mutable most = 0

        for seed in 1..30 do
            let runtime = SeededRuntime seed

            let work: Scoped<unit, string> = scope {
                let! here = Scope.current
                let! guests = fork (visitors 20)

                let! looks =
                    fork (
                        scope {
                            for _ in 1..40 do
                                most <- max most (look here)
                                do! Step.pause
                        }
                    )

                let! () = guests
                let! () = looks
                return ()
            }

            Expect.ok () (runtime.Run work)

        Assert.True(most > 5, $"{most} scopes at most")
    })

/// A child that was in a picture and has ended since. Apart, so that no local of the test keeps it.
[<MethodImpl(MethodImplOptions.NoInlining)>]
let private pictured (clock: VirtualClock) (root: Scope) : WeakReference =
    let child = Scope.forkIn (root, (Step.delay 1.: Scoped<unit, string>))
    Assert.Equal(2, look root)
    let weak = WeakReference(root.Children()[0])
    clock.Advance(TimeSpan.FromMilliseconds 2.)
    Assert.True child.IsCompleted
    weak

[<Fact>]
let ``a picture keeps no scope alive`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()

        let root =
            Scope.Open {
                ScopeOptions.Default with
                    Clock = clock
            }

        let weak = List.init 10 (fun _ -> pictured clock root)

        // the last one may still stand in a register or on the stack
        do!
            Story.until "the scopes are gone" (fun () ->
                GC.Collect()
                weak |> List.filter _.IsAlive |> List.length <= 1)

        Assert.Equal(1, look root)
        do! root.DisposeAsync()
    })
