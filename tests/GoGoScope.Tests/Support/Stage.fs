namespace GoGoScope.Tests

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open Microsoft.Extensions.Logging
open Xunit

/// What a logger was told, as level and text.
type Journal() =
    let lines = ConcurrentQueue<struct (LogLevel * string)>()
    member _.Lines = List.ofSeq lines

    interface ILogger with
        member _.BeginScope _ = null
        member _.IsEnabled _ = true

        member _.Log(level, _, state, failure, format) =
            lines.Enqueue(struct (level, format.Invoke(state, failure)))

/// The thread pool, with a count of what is on its way there: virtual time must not pass a step that is only late.
[<Sealed>]
type PatientDispatcher() =
    inherit Dispatcher()
    let mutable running = 0

    let counted (run: unit -> unit) =
        Interlocked.Increment &running |> ignore

        PoolDispatcher.Shared.Queue(
            (fun _ ->
                try
                    run ()
                finally
                    Interlocked.Decrement &running |> ignore),
            null
        )

    /// What was queued and has not ended.
    member _.Running = Volatile.Read &running

    override _.Resume(next, state) =
        PoolDispatcher.Shared.Resume(next, state)

    override _.Queue(next, state) = counted (fun () -> next.Invoke state)
    override _.IsInside = true

/// A virtual clock, and options that tell everything that happens on it. With the default dispatcher a program that
/// waits for nothing but this clock runs on the thread that moves it: what happens is decided.
[<Sealed>]
type Stage private (clock: VirtualClock, runtime: SeededRuntime | null) =
    let unobserved = ConcurrentQueue<UnobservedError>()
    let stuck = ConcurrentQueue<StuckChild>()
    let told = ConcurrentQueue<string>()
    let seen = ConcurrentBag<Scope>()
    let journal = Journal()
    let dispatcher = PatientDispatcher()

    let options = {
        ScopeOptions.Default with
            Name = "root"
            Clock = clock
            Dispatcher =
                match runtime with
                | null -> dispatcher :> Dispatcher
                | runtime -> runtime
            Logger = journal
            Hooks = {
                ScopeHooks.None with
                    OnUnobserved = Action<UnobservedError> unobserved.Enqueue
                    OnStuck = Action<StuckChild> stuck.Enqueue
            }
    }

    new(clock: VirtualClock) = Stage(clock, null)
    new() = Stage(VirtualClock())

    /// A stage for code that goes on on other threads by itself: there it is kept on one thread, in an order that the seed decides.
    static member Seeded(seed: int) =
        let runtime = SeededRuntime seed
        Stage(runtime.Clock, runtime)

    member _.Clock = clock

    /// A root with the name "root" on the clock; hooks and the log are recorded.
    member _.Options = options

    member _.Unobserved = List.ofSeq unobserved
    member _.Stuck = List.ofSeq stuck
    member _.Journal = journal

    /// Notes that something happened, and when.
    member _.Tell(what: string) =
        told.Enqueue $"{clock.Elapsed.TotalMilliseconds} {what}"

    /// What was told, with its time in milliseconds.
    member _.Told = List.ofSeq told

    /// Remembers a scope for `NoLeaks`.
    member _.Watch(scope: Scope) = seen.Add scope

    /// Notes the scope in which the block runs, for `NoLeaks`.
    member this.Watched<'E>() : Scoped<unit, 'E> =
        fun scope ->
            this.Watch scope
            ValueTask<_>(Ok())

    /// Starts the work in a root.
    member _.StartWith (options: ScopeOptions) (work: Scoped<'T, 'E>) : Task<Result<'T, ScopeError<'E>>> =
        (Scope.runWith options CancellationToken.None work).AsTask()

    member this.Start(work: Scoped<'T, 'E>) = this.StartWith options work

    /// Moves the clock from timer to timer until the work has ended. Work that is on its way on another thread is given
    /// the time to come back.
    member _.Finish(pending: Task<'T>) : Task<'T> = task {
        use late = new CancellationTokenSource(Story.patience)

        while not pending.IsCompleted && not late.IsCancellationRequested do
            // work that blocks its thread until the clock moves is not waited for beyond a moment
            let mutable left = 50_000

            while left > 0 && dispatcher.Running > 0 && not pending.IsCompleted do
                left <- left - 1
                do! Task.Yield()

            let next = clock.UntilNext
            // a bound or a grace is far away: it must not pass while a step that is due is only late
            let far = next >= TimeSpan.FromSeconds 5.

            for _ in 1 .. (if far then 200_000 else 20) do
                if not pending.IsCompleted then
                    do! Task.Yield()

            // whatever came up meanwhile gets its own time
            if not pending.IsCompleted && clock.UntilNext = next then
                clock.JumpToNext() |> ignore

        return! pending.WaitAsync TimeSpan.Zero
    }

    /// Runs the work in a root to its end.
    member this.RunWith (options: ScopeOptions) (work: Scoped<'T, 'E>) : Task<Result<'T, ScopeError<'E>>> =
        match runtime with
        | null -> this.Finish(this.StartWith options work)
        | runtime -> Task.FromResult(runtime.Run(options, work))

    member this.Run(work: Scoped<'T, 'E>) = this.RunWith options work

    /// Nothing is left of the watched scopes: no timers, registrations, children, parked waits, joins or cleanups.
    member _.NoLeaks() : unit =
        Assert.Equal(0, clock.PendingTimers)

        for scope in seen do
            Assert.True(scope.Ended, $"{scope.Name} has not ended")
            Assert.False(scope.Count.HasChildren, $"{scope.Name} counts children")
            Assert.Empty(scope.Children())
            Assert.True(scope.Parked.IsEmpty, $"{scope.Name} has parked waits")

            if not (obj.ReferenceEquals(scope.Extra, null)) then
                Assert.Equal(0, scope.Extra.Held)
                Assert.True(obj.ReferenceEquals(scope.Extra.Joins, null), $"{scope.Name} has joins")

                if not (obj.ReferenceEquals(scope.Extra.Cleanups, null)) then
                    Assert.Equal(0, scope.Extra.Cleanups.Count)

/// Steps of work that tests are made of.
[<RequireQualifiedAccess>]
module Step =

    let milliseconds (count: float) = TimeSpan.FromMilliseconds count

    /// Waits on the scope's clock.
    let delay (count: float) : Scoped<unit, 'E> = Scope.delay (milliseconds count)

    /// Gives a value after a time.
    let give (count: float) (value: 'T) : Scoped<'T, 'E> = scope {
        do! delay count
        return value
    }

    /// Fails with an error after a time.
    let fail (count: float) (error: 'E) : Scoped<unit, 'E> = scope {
        do! delay count
        return! (Error error: Result<unit, 'E>)
    }

    /// Throws after a time.
    let throw (count: float) (failure: exn) : Scoped<unit, 'E> = scope {
        do! delay count
        return raise failure
    }

    /// Waits for ever; only a cancel ends it.
    let forever<'E> : Scoped<unit, 'E> = Scope.delay Checks.longest

    /// Lets everything else that can run go first, or not: under a seeded runtime the seed decides.
    let pause<'E> : Scoped<unit, 'E> = scope {
        let! turn =
            Scope.taskWith (
                {
                    TaskOptions.Default with
                        Start = StartMode.Pool
                },
                Scoped.value ()
            )

        do! turn
    }

    /// Waits to its end for a task that knows no scope, as code outside a block does, and gives its result as it is.
    let await (pending: Task<'T>) : Scoped<'T, 'E> =
        fun scope -> CompilerServices.Lift.Task(scope, pending, false)

    /// Does not hear a cancel: ends after a time, come what may.
    let stubborn (count: float) : Scoped<unit, 'E> = scope {
        let! clock = fun (scope: Scope) -> ValueTask<_>(Ok scope.Clock)
        return! fun (_: CancellationToken) -> Task.Delay(milliseconds count, clock)
    }
