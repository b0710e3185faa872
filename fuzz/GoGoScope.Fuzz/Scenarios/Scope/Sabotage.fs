namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// The library as the programs call it. A sabotage replaces one of the calls by one with a bug, from outside.
type Library() =
    abstract Fork:
        id: int * options: TaskOptions voption * work: Scoped<int, Fault> ->
            Scoped<ScopeTask<int, Fault>, Fault>

    default _.Fork(_, options, work) =
        match options with
        | ValueNone -> fork work
        | ValueSome options -> Scope.forkWith (options, work)

    abstract Task:
        options: TaskOptions voption * work: Scoped<int, 'Other> -> Scoped<ScopeTask<int, 'Other>, Fault>

    default _.Task(options, work) =
        match options with
        | ValueNone -> Scope.task work
        | ValueSome options -> Scope.taskWith (options, work)

    abstract OnDispose: body: int * cleanup: (CancellationToken -> Task) -> Scoped<unit, Fault>
    default _.OnDispose(_, cleanup: CancellationToken -> Task) = Scope.onDispose cleanup

    abstract Timeout: after: TimeSpan * work: Scoped<int, Fault> -> Scoped<int, Fault>
    default _.Timeout(after, work) = Scoped.timeout after work

    /// Wraps the release of a resource.
    abstract Release: id: int * release: (unit -> ValueTask) -> ValueTask
    default _.Release(_, release) = release ()

    /// Called inside the block of a `use`, after its last step.
    abstract LastStep: resource: IAsyncDisposable -> ValueTask
    default _.LastStep _ = ValueTask()

/// The planted bugs, by name.
module Sabotage =
    let private honest = Library()

    /// Every third fork runs in another root, and nobody waits for it.
    let private leakChild () = {
        new Library() with
            override _.Fork(id, options, work) =
                if id % 3 <> 0 then
                    honest.Fork(id, options, work)
                else
                    fun scope ->
                        let root = {
                            ScopeOptions.Default with
                                Clock = scope.Clock
                                Dispatcher = scope.Dispatcher
                        }

                        (Scope.runWith root CancellationToken.None work).AsTask() |> ignore
                        honest.Fork (id, ValueNone, Scoped.value id) scope
    }

    /// Of every two cleanups of a scope, the one added first runs first.
    let private lifo () =
        let held = ConcurrentDictionary<int, (CancellationToken -> Task) ref>()

        {
            new Library() with
                override _.OnDispose(body, cleanup) =
                    match held.TryRemove body with
                    | true, earlier ->
                        let first = earlier.Value
                        earlier.Value <- cleanup
                        honest.OnDispose(body, first)
                    | _ ->
                        let cell = ref cleanup
                        held[body] <- cell
                        honest.OnDispose(body, (fun token -> cell.Value token))
        }

    /// A failing child says that it ended well.
    let private lostError () = {
        new Library() with
            override _.Fork(id, options, work) =
                honest.Fork(
                    id,
                    options,
                    Scoped.result work
                    |> Scoped.map (function
                        | Ok value -> value
                        | Error _ -> id)
                )
    }

    /// A resource is closed when the block has come to its end, and not when the children have.
    let private closeEarly () =
        let closed = ConcurrentDictionary<int, bool>()

        {
            new Library() with
                override _.LastStep resource = resource.DisposeAsync()

                override _.Release(id, release) =
                    if closed.TryAdd(id, true) then release () else ValueTask()
        }

    let private doubleClose () = {
        new Library() with
            override _.Release(_, release) =
                ValueTask(
                    task {
                        do! release ()
                        do! release ()
                    }
                )
    }

    /// A limit of twice the time.
    let private lateTimeout () = {
        new Library() with
            override _.Timeout(after, work) =
                fun scope -> Scoped.timeout (after + after) work scope
    }

    /// Children that do not hear that they are to stop.
    let private deafChild () = {
        new Library() with
            override _.Fork(id, options, work) =
                honest.Fork(id, options, scope { return! Scope.shielded (TimeSpan.FromHours 1.) work })
    }

    let all: (string * (unit -> Library)) list = [
        "leak-child", leakChild
        "lifo", lifo
        "lost-error", lostError
        "close-early", closeEarly
        "double-close", doubleClose
        "late-timeout", lateTimeout
        "deaf-child", deafChild
    ]
