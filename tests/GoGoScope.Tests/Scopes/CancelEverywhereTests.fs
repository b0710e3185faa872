/// A cancel at every step of a program that uses everything: nothing is left afterwards.
module GoGoScope.Tests.Scopes.CancelEverywhereTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private yielding: CancellationToken -> Task =
    fun _ -> task { do! Task.Yield() } :> Task

/// What is open now, and must be zero at the end.
type private Balance() =
    let mutable openNow = 0
    let mutable opened = 0
    member _.OpenNow = Volatile.Read &openNow
    member _.Opened = Volatile.Read &opened

    member _.Open() =
        Interlocked.Increment &openNow |> ignore
        Interlocked.Increment &opened |> ignore

    member _.Close() =
        Interlocked.Decrement &openNow |> ignore

    member this.Resource(stage: Stage) =
        this.Open()

        {
            new IAsyncDisposable with
                member _.DisposeAsync() =
                    ValueTask(
                        task {
                            do! Task.Delay(Step.milliseconds 1., stage.Clock)
                            this.Close()
                        }
                        :> Task
                    )
        }

let private withStart start = {
    TaskOptions.Default with
        Start = start
        Timeout = Step.milliseconds 900.
}

let private leaf (stage: Stage) (balance: Balance) (wait: float) : Scoped<int, string> = scope {
    do! stage.Watched()
    use _ = balance.Resource stage
    do! Step.delay wait
    do! yielding
    do! fun (token: CancellationToken) -> Task.Delay(Step.milliseconds wait, stage.Clock, token)
    return 1
}

/// Everything that can suspend: fork, task, pool, lazy, `and!`, delay, owned and foreign waits, `use`, cleanups, resources,
/// timeouts, shields, parallel work, a nested run.
let private program (stage: Stage) (balance: Balance) : Scoped<int, string> =
    let resource =
        AsyncResource<int>(
            (fun _ -> task {
                do! Task.Yield()
                balance.Open()
                return 1
            }),
            (fun _ _ -> task {
                do! Task.Yield()
                balance.Close()
            })
        )

    scope {
        do! stage.Watched()
        balance.Open()

        do!
            Scope.onDispose (fun (_: CancellationToken) ->
                task {
                    do! Task.Delay(Step.milliseconds 2., stage.Clock)
                    balance.Close()
                }
                :> Task)

        let! forked = fork (leaf stage balance 3.)
        let! asked = Scope.task (leaf stage balance 2.)
        let! pooled = Scope.forkWith (withStart StartMode.Pool, leaf stage balance 1.)
        let! later = Scope.taskWith (withStart StartMode.Lazy, leaf stage balance 1.)
        let! _ = Scope.acquire resource
        let! a = leaf stage balance 1.
        and! b = leaf stage balance 2.
        and! c = Scoped.timeout (Step.milliseconds 50.) (leaf stage balance 1.)
        use _ = balance.Resource stage
        let! d = later
        let! e = Scope.shielded (Step.milliseconds 30.) (leaf stage balance 1.)
        let! f = Parallel.all [ leaf stage balance 1.; leaf stage balance 2. ]
        let! here = Scope.current

        let! g =
            Scope.runWith
                {
                    ScopeOptions.Default with
                        Parent = here
                }
                CancellationToken.None
                (leaf stage balance 1.)
            |> fun nested -> fun (_: Scope) -> nested

        let! h = asked
        let! i = pooled
        let! j = forked
        return a + b + c + d + e + f.Length + g + h + i + j
    }

type Canceller =
    | Token = 0
    | Root = 1
    | Nobody = 2

let private play seed canceller atStep =
    let runtime = SeededRuntime seed
    let stage = Stage runtime.Clock
    let balance = Balance()
    use source = new CancellationTokenSource()
    let root: (Scope | null) ref = ref null
    let mutable steps = 0
    let mutable hits = 0

    runtime.BeforeStep <-
        Action<int>(fun number ->
            steps <- number

            if number = atStep then
                match root.Value with
                | _ when canceller = Canceller.Token ->
                    hits <- 1
                    source.Cancel()
                | null -> ()
                | root ->
                    hits <- 1
                    root.Cancel "everywhere")

    let options = {
        stage.Options with
            CancellationToken = source.Token
    }

    let work = program stage balance

    let outcome =
        runtime.Run(
            options,
            fun here ->
                root.Value <- here
                work here
        )

    Assert.Equal(0, balance.OpenNow)
    Assert.Empty stage.Unobserved
    Assert.Empty stage.Stuck
    stage.NoLeaks()
    struct (outcome, steps, hits, balance.Opened)

[<Theory>]
[<InlineData(Canceller.Token, 1)>]
[<InlineData(Canceller.Token, 2)>]
[<InlineData(Canceller.Root, 3)>]
[<InlineData(Canceller.Root, 4)>]
let ``a cancel at any step ends the program, and nothing is left`` (canceller: Canceller) (seed: int) =
    Story.run (fun () -> task {
        let struct (whole, steps, _, opened) = play seed Canceller.Nobody -1
        Expect.ok 11 whole
        Assert.True(steps > 60, $"only {steps} steps")
        Assert.Equal(14, opened)

        let reason =
            if canceller = Canceller.Token then
                CancelReason.TokenFired "options"
            else
                CancelReason.Requested "everywhere"

        let mutable cut = 0
        let mutable missed = 0

        for step in 0..steps do
            let struct (outcome, _, hits, _) = play seed canceller step

            match outcome with
            | Ok value ->
                Assert.Equal(11, value) // too late to matter
                missed <- missed + 1
            | Error _ ->
                Expect.cancelled reason outcome
                Assert.Equal(1, hits)
                cut <- cut + 1

        Assert.True(cut > 50, $"{cut} cancels took effect")
        Assert.True(missed < 15, $"{missed} cancels came too late")
    })

[<Fact>]
let ``a cancel at any moment of virtual time ends the program, and nothing is left`` () =
    Story.run (fun () -> task {
        for moment in 0..30 do
            let stage = Stage()
            let balance = Balance()

            use source =
                new CancellationTokenSource(Step.milliseconds (float moment), stage.Clock)

            let options = {
                stage.Options with
                    CancellationToken = source.Token
            }

            // without a pool start: all of it runs on the thread that moves the clock
            let! _ =
                stage.RunWith
                    options
                    (scope {
                        do! stage.Watched()
                        let! forked = fork (leaf stage balance 3.)
                        use _ = balance.Resource stage
                        let! asked = Scope.task (leaf stage balance 8.)
                        let! _ = ScopeTask.result asked
                        let! value = forked
                        return value
                    })

            do! Story.until "everything is closed" (fun () -> balance.OpenNow = 0)
            Assert.Empty stage.Unobserved
            source.Dispose()
            stage.NoLeaks()
    })
