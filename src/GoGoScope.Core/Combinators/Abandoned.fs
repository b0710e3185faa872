namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Work that was left behind by `Scope.abandonable`, in this process.
[<AbstractClass; Sealed>]
type Abandoned private () =
    static let mutable running = 0
    static let mutable total = 0L

    /// How many pieces of abandoned work still run.
    static member Running = Volatile.Read &running

    /// How many were abandoned since the process began.
    static member Total = Volatile.Read &total

    static member internal Enter() =
        Interlocked.Increment &running |> ignore
        Interlocked.Increment &total |> ignore

    static member internal Leave() =
        Interlocked.Decrement &running |> ignore

/// The wait for work that knows no cancellation: it ends with the work or with the scope's cancel, whichever is first. Work
/// that loses is counted, and what it comes to is reported.
[<Sealed>]
type internal AbandonWait<'T, 'E>(scope: Scope, onAbandon: Action) =
    inherit Waiter<Outcome<'T, 'E>>(scope)
    let environment = scope.Environment
    let name = scope.Name

    let dispose (value: 'T) : ValueTask =
        match box value with
        | :? IDisposable as value ->
            value.Dispose()
            ValueTask()
        | :? IAsyncDisposable as value -> value.DisposeAsync()
        | _ -> ValueTask()

    /// Nobody is given this outcome any more.
    let late (work: Task<'T>) : Task = task {
        environment.LateEnd(name, "work")

        if work.IsCompletedSuccessfully then
            try
                do! (dispose work.Result).ConfigureAwait false
            with failure ->
                environment.Unobserved(name, "the release of what abandoned work gave", failure)
        else
            match work.Exception with
            | null -> ()
            | failure ->
                environment.Unobserved(
                    name,
                    "work that failed after it was abandoned",
                    failure.InnerExceptions[0]
                )

        Abandoned.Leave()
    }

    // 0 in the queue, 1 begun, 2 never to begin
    [<DefaultValue(false)>]
    val mutable private phase: int

    override _.What = "abandonable work"

    override this.OnCancelled reason =
        if this.TryClaim() then
            if Interlocked.CompareExchange(&this.phase, 2, 0) = 1 then
                Abandoned.Enter()

                match Try.run onAbandon.Invoke with
                | Ok() -> ()
                | Error failure -> scope.Unobserved("the action on abandoning work", failure)

            this.Wake(Error(ScopeError.cancelled reason))

    member private this.Ended(task: Task<'T>) =
        if this.TryClaim() then
            scope.Unpark this

            this.Wake(
                if task.IsCompletedSuccessfully then
                    Ok task.Result
                else
                    Error(Explain.Task(scope, task))
            )
        else
            late task |> ignore

    member private this.Begin(work: Func<CancellationToken, Task<'T>>, token: CancellationToken) =
        if Interlocked.CompareExchange(&this.phase, 1, 0) = 0 then
            this.Call(work, token)

    member private this.Call(work: Func<CancellationToken, Task<'T>>, token: CancellationToken) =
        let task =
            match Try.run (fun () -> work.Invoke token) with
            | Ok task when isThere task -> task
            | Ok _ ->
                Task.FromException<'T>(InvalidOperationException "The work returned null instead of a task.")
            | Error failure -> Task.FromException<'T> failure

        if task.IsCompleted then
            this.Ended task
        else
            task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(fun () -> this.Ended task)

    /// Starts the work on the pool, in the execution context of the caller.
    member this.Run(work: Func<CancellationToken, Task<'T>>) : ValueTask<Outcome<'T, 'E>> =
        let token = scope.Token

        if scope.Park this then
            let begin' = ContextCallback(fun _ -> this.Begin(work, token))

            let start: obj | null -> unit =
                match ExecutionContext.Capture() with
                | null -> begin'.Invoke
                | flow -> fun state -> ExecutionContext.Run(flow, begin', state)

            match Try.run (fun () -> scope.Dispatcher.Queue(start, null)) with
            | Error failure when this.TryClaim() ->
                scope.Unpark this
                this.Wake(Error(ScopeError.crashed failure))
            | _ -> ()
        else
            this.TryClaim() |> ignore
            this.Wake(Error(ScopeError.cancelled scope.StopReason))

        this.AsValueTask()
