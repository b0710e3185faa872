namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope

/// The handle of a child that was started.
type Handle =
    | Typed of ScopeTask<int, Fault>
    | Untyped of ScopeTask<int, string>

/// What a running program has around it.
type World = {
    Journal: Journal
    Library: Library
    Program: Program
    Clock: TimeProvider
    Handles: ConcurrentDictionary<int, Handle>
    /// Tasks that no scope waits for.
    Foreign: ConcurrentBag<Task>
}

/// Looks at an outcome on its way, without a task and without a wait of its own.
[<Sealed>]
type internal Tap<'A, 'B>(inner: ValueTask<'A>, see: 'A -> 'B) =
    interface IValueTaskSource<'B> with
        member _.GetStatus _ =
            if inner.IsCompleted then
                ValueTaskSourceStatus.Succeeded
            else
                ValueTaskSourceStatus.Pending

        member _.GetResult _ = see (inner.GetAwaiter().GetResult())

        member _.OnCompleted(next, state, _, _) =
            inner.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(fun () -> next.Invoke state)

/// A wait that ends when the dispatcher comes to it.
[<Sealed>]
type internal Turn() as this =
    let mutable core = ManualResetValueTaskSourceCore<Result<unit, ScopeError<Fault>>>()
    member _.Wait = ValueTask<Result<unit, ScopeError<Fault>>>(this, 0s)
    member _.Come() = core.SetResult(Ok())

    interface IValueTaskSource<Result<unit, ScopeError<Fault>>> with
        member _.GetStatus token = core.GetStatus token
        member _.GetResult token = core.GetResult token

        member _.OnCompleted(next, state, token, flags) =
            core.OnCompleted(next, state, token, flags)

/// Something that is closed once.
[<Sealed>]
type internal Resource(world: World, id: int, close: unit -> ValueTask) =
    do world.Journal.Add(Opened id)

    interface IAsyncDisposable with
        member _.DisposeAsync() = world.Library.Release(id, close)

module internal Tap =
    let change (see: 'A -> 'B) (wait: ValueTask<'A>) : ValueTask<'B> =
        if wait.IsCompleted then
            ValueTask<'B>(see wait.Result)
        else
            ValueTask<'B>(Tap<'A, 'B>(wait, see), 0s)

    let causes (outcome: Result<'T, ScopeError<Fault>>) : Ended =
        match outcome with
        | Ok _ -> []
        | Error error -> ScopeError.causes error

    let outcome (see: Ended -> unit) (work: Scoped<'T, Fault>) : Scoped<'T, Fault> =
        fun scope ->
            work scope
            |> change (fun outcome ->
                see (causes outcome)
                outcome)

/// Time, turns and marks, as the programs use them.
module internal Pace =

    let span (milliseconds: int) =
        TimeSpan.FromMilliseconds(float milliseconds)

    /// Threads take real time: less of it.
    let scaled (world: World) (milliseconds: int) =
        if world.Program.Threads then
            span (milliseconds / 20)
        else
            span milliseconds

    let limit (world: World) (milliseconds: int) (id: int) =
        if world.Program.Threads then
            TimeSpan.FromTicks((Model.limit milliseconds id).Ticks / 10L)
        else
            Model.limit milliseconds id

    let grace (world: World) =
        if world.Program.Threads then
            span 3
        else
            span world.Program.Grace

    let turns (count: int) : Scoped<unit, Fault> = scope {
        for _ in 1..count do
            do!
                (fun (scope: Scope) ->
                    let turn = Turn()
                    scope.Dispatcher.Queue((fun _ -> turn.Come()), null)
                    turn.Wait)
    }

    let pause (world: World) (token: CancellationToken) (milliseconds: int) : Task =
        Task.Delay(scaled world milliseconds, world.Clock, token)

    let crash (world: World) (id: int) =
        world.Journal.Add(Raised id)
        raise (Boom(Model.mark id))
