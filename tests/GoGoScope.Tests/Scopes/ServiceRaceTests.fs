/// Services under cancels at every point, and on many threads.
module GoGoScope.Tests.Scopes.ServiceRaceTests

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// What a factory made and what was released of it.
type private Counts() =
    let mutable made = 0
    let mutable released = 0
    member _.Made = made
    member _.Released = released
    member _.Make() = Interlocked.Increment &made

    member _.Release() =
        Interlocked.Increment &released |> ignore

/// Takes three steps; obeys the token or does not.
let private slowly (counts: Counts) (obeys: bool) : Scoped<Db, string> =
    if obeys then
        scope {
            do! Step.pause
            do! Step.pause
            return { Url = $"{counts.Make()}" }
        }
    else
        scope {
            let! clock = fun (here: Scope) -> ValueTask<_>(Ok here.Clock)

            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(Step.milliseconds 1., clock)
                    do! Task.Delay(Step.milliseconds 1., clock)
                    return { Url = $"{counts.Make()}" }
                }
        }

[<Fact>]
let ``wherever a cancel hits a factory, nothing is shown, and what was made is released once`` () =
    Story.run (fun () -> task {
        let mutable cutBefore = 0
        let mutable cutAfter = 0

        for obeys in [ true; false ] do
            for at in 0..14 do
                for seed in 1..10 do
                    let runtime = SeededRuntime seed
                    let counts = Counts()
                    let shown = ref false
                    let root: Scope array = Array.zeroCreate 1

                    runtime.BeforeStep <-
                        Action<int>(fun step ->
                            if step = at && not (obj.ReferenceEquals(root[0], null)) then
                                root[0].Cancel "now")

                    let outcome =
                        runtime.Run(
                            scope {
                                let! here = Scope.current
                                root[0] <- here

                                do!
                                    Scope.onDispose (fun () ->
                                        shown.Value <- ScopeServices.Has<Db>(here, "") || shown.Value)

                                let! db = Scope.provide (slowly counts obeys, (fun _ -> counts.Release()))
                                let! same = Scope.service<Db>()
                                Assert.Same(db, same)
                                do! Step.pause
                                return ()
                            }
                        )

                    Assert.Equal(counts.Made, counts.Released)
                    Assert.False shown.Value

                    match outcome with
                    | Ok() -> Assert.Equal(1, counts.Made)
                    | Error { Cause = Cause.Cancelled _ } when counts.Made = 0 -> cutBefore <- cutBefore + 1
                    | Error { Cause = Cause.Cancelled _ } -> cutAfter <- cutAfter + 1
                    | other -> Assert.Fail $"%A{other}"

        Assert.True(cutBefore > 0, "no cancel came before the making")
        Assert.True(cutAfter > 0, "no cancel came after the making")
    })

[<Fact>]
let ``a scope that is disposed while a factory runs waits for it, and releases what it made`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let counts = Counts()
        let opened = Scope.Open stage.Options

        let making =
            (Scope.provide (slowly counts false, (fun _ -> counts.Release())) opened).AsTask()

        let ending = opened.DisposeAsync().AsTask()
        Assert.False ending.IsCompleted
        let! outcome = stage.Finish making
        do! ending.WaitAsync Story.patience
        Expect.cancelled (CancelReason.ScopeExited "root") outcome
        Assert.Equal(1, counts.Made)
        Assert.Equal(1, counts.Released)
        stage.Watch opened
        stage.NoLeaks()
    })

[<Fact>]
let ``what is provided and disposed on two threads at once is released once or never made`` () =
    Story.run (fun () -> task {
        let mutable given = 0
        let mutable refused = 0

        for _ in 1..300 do
            let counts = Counts()
            let opened = Scope.Open()
            use both = new Barrier(2)

            let making =
                Task.Factory.StartNew(
                    (fun () ->
                        both.SignalAndWait Story.patience |> ignore

                        let make: Scoped<Db, string> =
                            fun _ -> ValueTask<_>(Ok { Url = $"{counts.Make()}" })

                        (Scope.provide (make, (fun _ -> counts.Release())) opened).AsTask()),
                    TaskCreationOptions.LongRunning
                )

            both.SignalAndWait Story.patience |> ignore
            do! Story.ended (opened.DisposeAsync())
            let! pending = making.WaitAsync Story.patience
            let! outcome = pending.WaitAsync Story.patience
            Assert.Equal(counts.Made, counts.Released)
            Assert.False(ScopeServices.Has<Db>(opened, ""))

            match outcome with
            | Ok _ -> given <- given + 1
            | Error {
                        Cause = Cause.Cancelled _ | Cause.Rejected(Rejection.ScopeEnded _)
                    } -> refused <- refused + 1
            | other -> Assert.Fail $"%A{other}"

        Assert.True(refused > 0, "no dispose came first")
    })

[<Fact>]
let ``many threads provide, replace and look up in one tree: nothing is lost, all is released once, newest first``
    ()
    =
    Story.run (fun () -> task {
        let ended = ConcurrentQueue<int>()
        let registered = ConcurrentQueue<int>()
        let count = 400
        let workers = 4

        let! outcome =
            Story.wait (
                Scope.run (
                    scope {
                        let! root = Scope.current

                        let! _ =
                            Scope.provide (
                                Scoped.value (ref 0),
                                (fun (service: int ref) -> ended.Enqueue service.Value)
                            )

                        return!
                            Parallel.all [
                                for worker in 1..workers ->
                                    scope {
                                        let! _ = Scope.provide (Scoped.value worker)
                                        let mutable newest = 0

                                        for turn in 1..count do
                                            let number = worker * 1000 + turn
                                            let service = ref number

                                            let register =
                                                if turn % 2 = 0 then
                                                    Scope.provide (
                                                        Scoped.value service,
                                                        (fun (service: int ref) ->
                                                            ended.Enqueue service.Value)
                                                    )
                                                else
                                                    Scope.replace (
                                                        Scoped.value service,
                                                        (fun (service: int ref) ->
                                                            ended.Enqueue service.Value)
                                                    )

                                            let! _ = (fun (_: Scope) -> register root)
                                            registered.Enqueue number
                                            let! found = Scope.service<int ref>()
                                            // this worker's own ones come in order; those of others may come between
                                            if found.Value / 1000 = worker then
                                                Assert.True(found.Value >= number)
                                                newest <- max newest found.Value

                                            let! own = Scope.service<int>()
                                            Assert.Equal(worker, own)

                                        return newest
                                    }
                            ]
                    }
                )
            )

        Assert.True((outcome: Result<int array, ScopeError<string>>).IsOk, $"%A{outcome}")
        Assert.Equal(workers * count, registered.Count)
        let ended = List.ofSeq ended
        Assert.Equal(workers * count + 1, ended.Length)
        Assert.Equal(0, List.last ended)

        // each worker's services were registered in its order
        for worker in 1..workers do
            let own = ended |> List.filter (fun number -> number / 1000 = worker)
            Assert.Equal<int>([ for turn in count .. -1 .. 1 -> worker * 1000 + turn ], own)
    })

[<Fact>]
let ``a service is not seen before its release is registered`` () =
    Story.run (fun () -> task {
        let opened = Scope.Open()
        let cleanups = DisposeStack()
        opened.Rare.Cleanups <- cleanups
        use held = new ManualResetEventSlim()
        use free = new ManualResetEventSlim()

        // somebody is about to register a cleanup, and holds the list until it is told to go on
        let holder =
            Thread(fun () ->
                let isSealed () =
                    held.Set()
                    free.Wait Story.patience |> ignore
                    true

                cleanups.TryPush(isSealed, (fun _ -> ValueTask())) |> ignore)

        holder.Start()
        Assert.True(held.Wait Story.patience)

        let made: Result<Db, ScopeError<string>> array = Array.zeroCreate 1

        let provider =
            Thread(fun () -> made[0] <- (Scope.provide (db "a", ignore) opened).Result)

        provider.Start()

        do!
            Story.until "the provider waits" (fun () ->
                provider.ThreadState.HasFlag ThreadState.WaitSleepJoin)

        let seenBefore = ScopeServices.Has<Db>(opened, "")
        free.Set()
        Assert.True(holder.Join Story.patience)
        Assert.True(provider.Join Story.patience)
        Assert.False seenBefore
        Assert.True made[0].IsOk
        Assert.True(ScopeServices.Has<Db>(opened, ""))
        do! Story.ended (opened.DisposeAsync())
    })

[<Fact>]
let ``a thousand children find a service in their parent while it ends`` () =
    Story.run (fun () -> task {
        for seed in 1..5 do
            let runtime = SeededRuntime seed
            let released = ref false

            let outcome =
                runtime.Run(
                    scope {
                        let! _ = Scope.provide (db "a", (fun _ -> released.Value <- true))

                        for _ in 1..1000 do
                            let! _ =
                                fork (
                                    scope {
                                        do! Step.pause
                                        let! found = Scope.service<Db>()
                                        Assert.Equal("a", found.Url)
                                        Assert.False released.Value
                                    }
                                )

                            ()
                    }
                )

            Expect.ok () (outcome: Result<unit, ScopeError<string>>)
            Assert.True released.Value
    })
