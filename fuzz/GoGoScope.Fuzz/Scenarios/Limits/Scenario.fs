namespace GoGoScope.Fuzz.Limits

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing

/// How many tasks run below one limited scope, those in tasks not counted.
[<Sealed>]
type private Gauge(limit: int) =
    let mutable now = 0
    let mutable most = 0
    member _.Limit = limit
    member _.Most = Volatile.Read &most

    member _.Enter() =
        let seen = Interlocked.Increment &now
        let mutable known = Volatile.Read &most

        while seen > known && Interlocked.CompareExchange(&most, seen, known) <> known do
            known <- Volatile.Read &most

    member _.Leave() = Interlocked.Decrement &now |> ignore

/// The scenario `limits`: never more tasks than a scope allows, whatever is nested in what, and nobody waits for ever.
module Scenario =

    type private World = {
        Library: Library
        Tally: Tally
        Gauges: ConcurrentBag<Gauge>
        Problems: ConcurrentQueue<string>
        Started: ConcurrentDictionary<int, bool>
    }

    let private ms (count: int) = TimeSpan.FromMilliseconds(float count)

    let rec private play (world: World) (uncovered: Gauge list) (crowd: Crowd list) : Scoped<unit, string> =
        scope {
            let handles = List<ScopeTask<int, string>>()

            for one in crowd do
                do! start world uncovered handles one
        }

    /// Each limited scope that no task above stands for counts this task as long as anything of it runs.
    and private body (world: World) (uncovered: Gauge list) (crowd: Crowd) : Scoped<int, string> =
        match crowd with
        | Job(id, _, pause, kind, inner) ->
            let work: Scoped<int, string> = scope {
                if not (world.Started.TryAdd(id, true)) then
                    world.Problems.Enqueue $"task {id} ran twice"

                for gauge in uncovered do
                    gauge.Enter()

                do!
                    Scope.onDispose (fun () ->
                        for gauge in uncovered do
                            gauge.Leave())

                do! Scope.delay (ms pause)
                do! play world [] inner

                if kind = Start.Broken then
                    return! Scoped.fail $"task {id}"
                else
                    return id
            }

            world.Library.Work(id, work)
        | _ -> failwith "only a task has a body"

    and private start
        (world: World)
        (uncovered: Gauge list)
        (handles: List<ScopeTask<int, string>>)
        (crowd: Crowd)
        : Scoped<unit, string> =
        match crowd with
        | Job(id, priority, pause, kind, _) -> scope {
            let options = {
                TaskOptions.Default with
                    Name = $"t{id}"
                    Priority = world.Library.Priority priority
                    Start =
                        match kind with
                        | Start.Lazy -> StartMode.Lazy
                        | Start.Pool -> StartMode.Pool
                        | _ -> StartMode.Inline
            }

            let work = body world uncovered crowd
            world.Tally.Add("tasks started", 1)

            match kind with
            | Start.Value
            | Start.Stopped
            | Start.Broken ->
                let! handle = Scope.taskWith (options, work)

                if kind = Start.Stopped then
                    do! Scope.delay (ms (pause / 2))
                    handle.Cancel "not needed"
                    let! outcome = ScopeTask.result handle

                    match outcome with
                    | Error { Cause = Cause.Cancelled _ } when not (world.Started.ContainsKey id) ->
                        world.Tally.Add("left the line", 1)
                    | _ -> ()
                elif kind = Start.Broken then
                    let! _ = ScopeTask.result handle
                    world.Tally.Add("failed with a permit", 1)
                else
                    handles.Add handle
            | _ ->
                let! handle = Scope.forkWith (options, work)

                if kind = Start.Lazy then
                    let! _ = ScopeTask.result handle
                    ()
                else
                    handles.Add handle
          }
        | Room(_, limit, inner) -> scope {
            let! here = Scope.current

            let limit = if limit = 0 then Int32.MaxValue else limit
            let gauge = Gauge limit
            world.Gauges.Add gauge

            let options = {
                ScopeOptions.Default with
                    Parent = here
                    Concurrency =
                        if limit = Int32.MaxValue then
                            limit
                        else
                            world.Library.Limit limit
            }

            let! _ =
                fun (_: CancellationToken) -> task {
                    let! outcome =
                        Scope.runWith options CancellationToken.None (play world (gauge :: uncovered) inner)

                    match outcome with
                    | Ok()
                    | Error { Cause = Cause.Cancelled _ } -> ()
                    | Error error -> world.Problems.Enqueue $"a room ended with {error}"
                }

            ()
          }
        | Both(left, right) -> scope {
            let quiet crowd = scope {
                let! _ = Scoped.result (body world uncovered crowd)
                return 0
            }

            let operand crowd =
                match crowd with
                // an operand is a task itself, so what it starts is covered
                | Job(id, priority, pause, _, inner) ->
                    body world uncovered (Job(id, priority, pause, Start.Fork, inner))
                | other -> quiet other

            let! _ = operand left
            and! _ = operand right
            world.Tally.Add("operands", 2)
          }
        | Block inner -> scope { do! Scoped.timeout (TimeSpan.FromHours 1.) (play world uncovered inner) }

    /// Tasks that wait for one permit get it by their priority, equals in their order.
    let private line (library: Library) (seed: int) (runtime: SeededRuntime) : string list =
        let random = Random seed
        let priorities = Array.init 8 (fun _ -> random.Next 3)
        let order = List<int>()

        let work: Scoped<unit, string> = scope {
            let! _ =
                fork (
                    scope {
                        do! Scope.delay (ms 10)
                        return -1
                    }
                )

            for index in 0..7 do
                let options = {
                    TaskOptions.Default with
                        Priority = library.Priority priorities[index]
                }

                let! _ =
                    Scope.forkWith (
                        options,
                        scope {
                            order.Add index
                            do! Scope.delay (ms 1)
                        }
                    )

                ()
        }

        let outcome =
            runtime.Run(
                {
                    ScopeOptions.Default with
                        Concurrency = 1
                },
                work
            )

        let expected = [ 0..7 ] |> List.sortBy (fun index -> -priorities[index])

        [
            if outcome.IsError then
                $"the line ended with {outcome}"

            if List.ofSeq order <> expected then
                $"the line was served as %A{List.ofSeq order} and not as %A{expected}"
        ]

    let private round (library: Library) (order: Order) (seed: int) (tally: Tally) : Round =
        let crowd = Crowd.make seed

        let world = {
            Library = library
            Tally = tally
            Gauges = ConcurrentBag()
            Problems = ConcurrentQueue()
            Started = ConcurrentDictionary()
        }

        let onThreads = order.OnThreads || seed % 4 = 3
        let outer = 1 + seed % 3
        let gauge = Gauge outer
        world.Gauges.Add gauge

        let options = {
            ScopeOptions.Default with
                Concurrency = library.Limit outer
                Timeout = TimeSpan.FromMinutes 30.
        }

        let work = play world [ gauge ] crowd

        let outcome =
            if onThreads then
                tally.Add("crowds on threads", 1)

                let start () =
                    (Scope.runWith options CancellationToken.None work).AsTask()

                let run =
                    Task.Run<Result<unit, ScopeError<string>>>(
                        Func<Task<Result<unit, ScopeError<string>>>> start
                    )

                if run.Wait(TimeSpan.FromSeconds 20.) then
                    Some run.Result
                else
                    None
            else
                tally.Add("crowds on one thread", 1)

                try
                    Some((SeededRuntime seed).Run(options, work))
                with :? DeadlockException as stuck ->
                    world.Problems.Enqueue stuck.Message
                    None

        {
            Story = List.collect (Crowd.print "") crowd
            Problems = [
                match outcome with
                | Some(Ok()) -> ()
                | Some other -> $"the crowd ended with {other}"
                | None -> "the crowd never ended"

                for gauge in world.Gauges do
                    if gauge.Limit < Int32.MaxValue then
                        if gauge.Most > gauge.Limit then
                            $"{gauge.Most} tasks ran at once where {gauge.Limit} may"
                        elif gauge.Most = gauge.Limit then
                            tally.Add("limits reached", 1)

                yield! world.Problems

                if not onThreads then
                    tally.Add("lines in order", 1)
                    yield! line library seed (SeededRuntime seed)
            ]
        }

    let scenario: GoGoScope.Fuzz.Scenario =
        Rounds.scenario
            "limits"
            [
                "crowds on one thread"
                "crowds on threads"
                "tasks started"
                "operands"
                "left the line"
                "failed with a permit"
                "limits reached"
                "lines in order"
            ]
            Sabotage.all
            round
