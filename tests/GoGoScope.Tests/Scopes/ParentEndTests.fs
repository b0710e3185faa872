/// A parent that ends under a thousand children, in every phase of their lives.
module GoGoScope.Tests.Scopes.ParentEndTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count

/// A thousand children in every phase of their lives.
let private crowd (stage: Stage) (running: int ref) (ran: int ref) : Scoped<unit, string> = scope {
    let! parent = Scope.current

    /// Counted while it runs.
    let alive (work: Scoped<unit, string>) : Scoped<unit, string> = scope {
        do! stage.Watched()
        // registered first: a cancel may come before any bind, and then nothing is counted
        do! Scope.onDispose (fun () -> Interlocked.Decrement running |> ignore)
        Interlocked.Increment running |> ignore
        Interlocked.Increment ran |> ignore
        do! work
    }

    let with' start = {
        TaskOptions.Default with
            Start = start
    }

    for index in 0..999 do
        match index % 8 with
        | 0 ->
            let! _ = Scope.forkWith (with' StartMode.Lazy, alive (Step.delay 10.))
            ()
        | 1 ->
            let! _ = Scope.forkWith (with' StartMode.Pool, alive (Step.delay 10.))
            ()
        | 2 ->
            let! _ = fork (alive (Step.delay 10.))
            ()
        | 3 ->
            let! _ = fork (alive (fork (alive (Step.delay 10.)) |> Scoped.map ignore))
            ()
        | 4 ->
            let stopping = scope {
                use! _ = Scope.ensure (ms 100.) (Step.delay 10.)
                do! Step.forever
            }

            let! child = Scope.task (alive stopping)
            child.Cancel "one"

            let! _ =
                Scope.task (ScopeTask.result child |> Scoped.map ignore: Scoped<unit, string>)

            ()
        | 5 ->
            let cleaning =
                Scope.onDispose (fun (_: CancellationToken) -> Task.Delay(ms 10., parent.Clock))

            let! _ = fork (alive cleaning)
            ()
        | 6 ->
            let! _ = Scope.daemon (alive Step.forever)
            ()
        | _ ->
            let! _ = fork (alive (Scoped.value ()))
            ()
}

[<Fact>]
let ``a parent that ends under a thousand children in every phase leaves nothing`` () =
    Story.run (fun () -> task {
        let ways: (string * (ScopeOptions -> ScopeOptions) * Scoped<unit, string>) list = [
            "body", id, Scoped.value ()
            "cancel remaining",
            (fun options -> {
                options with
                    OnExit = OnExit.CancelRemaining
            }),
            Scoped.value ()
            "failure", id, Scoped.fail "body"
            "crash", id, Step.throw 3. (FormatException "body")
            "cancel", id, Scope.cancel "enough"
            "timeout", (fun options -> { options with Timeout = ms 5. }), Step.forever
            "child", id, (fork (Step.fail 5. "child") |> Scoped.map ignore)
        ]

        for way, change, ending in ways do
            for seed in 1..2 do
                let stage = Stage.Seeded seed
                let running = ref 0
                let ran = ref 0

                let! _ =
                    stage.RunWith
                        (change stage.Options)
                        (scope {
                            do! stage.Watched()
                            do! crowd stage running ran
                            do! ending
                        })

                Assert.True((running.Value = 0), $"{way}: {running.Value} still run")
                Assert.True(ran.Value > 500, $"{way}: {ran.Value} ran")
                Assert.Empty stage.Unobserved
                stage.NoLeaks()
    })

[<Fact>]
let ``a scope that is disposed under a thousand children leaves nothing`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 1
        let stage = Stage runtime.Clock
        let running = ref 0
        let ran = ref 0
        let server = Scope.Open { runtime.Options with Name = "server" }
        Scope.forkIn (server, crowd stage running ran) |> ignore
        let filling = (crowd stage running ran server).AsTask()
        runtime.RunUntil((fun () -> filling.IsCompleted), (fun () -> ""))
        let ending = server.DisposeAsync().AsTask()
        runtime.RunUntil((fun () -> ending.IsCompleted), (fun () -> Scope.debugTree server))
        Assert.Equal(0, running.Value)
        Assert.True(ran.Value > 1000)
        stage.Watch server
        stage.NoLeaks()
    })

[<Fact>]
let ``on threads a parent that ends under a thousand children leaves nothing`` () =
    Story.run (fun () -> task {
        for round in 1..30 do
            let stage = Stage()
            let running = ref 0
            let ran = ref 0
            use stop = new CancellationTokenSource()

            let pending =
                Scope.runWith
                    {
                        stage.Options with
                            Clock = TimeProvider.System
                    }
                    stop.Token
                    (scope {
                        do! stage.Watched()
                        do! crowd stage running ran

                        if round % 3 = 0 then
                            return! (Error "body": Result<unit, string>)
                    })

            if round % 3 = 1 then
                stop.Cancel()

            let! _ = Story.wait pending
            Assert.Equal(0, running.Value)
            stage.NoLeaks()
    })
