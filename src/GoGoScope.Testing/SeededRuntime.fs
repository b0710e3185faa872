namespace GoGoScope.Testing

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// Nothing can run and no timer is set, but the program has not ended. The message holds the scope tree and the seed.
[<Sealed>]
type DeadlockException(seed: int, tree: string) =
    inherit Exception($"The program waits for ever (seed {seed}).\n{tree}")

    /// The seed of the run.
    member _.Seed = seed

/// Runs a program on one thread, with virtual time and a seeded choice of what runs next: the same seed gives the same
/// interleaving. Every wake-up and every start on the pool becomes a step; so does every continuation of a plain task that
/// keeps its context. When nothing can run, the clock jumps to its next timer. One run per instance.
[<Sealed>]
type SeededRuntime(seed: int) as this =
    inherit Dispatcher()

    let random = Random seed
    let clock = VirtualClock()
    let ready = List<struct (Action<obj | null> * (obj | null))>()
    let trace = List<int>()
    let mutable loopThread = -1

    // Pool code that no step waits for may still come back with one. A run that needs this is not repeatable.
    let comesBack () =
        lock ready (fun () -> ready.Count > 0 || Monitor.Wait(ready, TimeSpan.FromSeconds 5.))

    let context = {
        new SynchronizationContext() with
            override _.Post(callback, state) =
                this.Queue((fun state -> callback.Invoke state), state)

            override _.Send(callback, state) = callback.Invoke state
            override context.CreateCopy() = context
    }

    let add next state =
        lock ready (fun () ->
            ready.Add(struct (next, state))
            Monitor.PulseAll ready)

    let tryTake (step: byref<struct (Action<obj | null> * (obj | null))>) =
        let struct (found, taken) =
            lock ready (fun () ->
                if ready.Count = 0 then
                    struct (false, Unchecked.defaultof<_>)
                else
                    let index = random.Next ready.Count
                    trace.Add index
                    let taken = ready[index]
                    ready.RemoveAt index
                    struct (true, taken))

        step <- taken
        found

    /// The clock of the program.
    member _.Clock = clock

    /// The seed of the run.
    member _.Seed = seed

    /// Which of the steps that were ready was taken, at every step: equal for equal seeds.
    member _.Trace: IReadOnlyList<int> = trace

    /// Called with the number of each step, from 0, before it is taken; firing a timer counts as a step. For tests that
    /// do something at a chosen point of a run.
    member val BeforeStep = Action<int>(ignore) with get, set

    override _.Resume(next, state) = add next state
    override _.Queue(next, state) = add next state
    override _.NextSeed() = lock ready random.Next
    override _.UsesContext = true
    override _.IsInside = Environment.CurrentManagedThreadId = loopThread

    /// Options for a scope that lives in this runtime.
    member this.Options = {
        ScopeOptions.Default with
            Clock = clock
            Dispatcher = this
    }

    /// One step, or the next timer. False: nothing can run now.
    member private this.TryStep(number: byref<int>) : bool =
        let mutable step = Unchecked.defaultof<struct (Action<obj | null> * (obj | null))>
        this.BeforeStep.Invoke number
        number <- number + 1

        if tryTake &step then
            let struct (next, state) = step
            next.Invoke state
            true
        elif clock.JumpToNext() then
            clock.Advance TimeSpan.Zero // all that is due now competes
            true
        else
            false

    member private this.Inside(drive: unit -> unit) =
        let before = SynchronizationContext.Current
        loopThread <- Environment.CurrentManagedThreadId
        SynchronizationContext.SetSynchronizationContext context

        try
            drive ()
        finally
            loopThread <- -1
            SynchronizationContext.SetSynchronizationContext before

    /// Drives what is left, after a run, until nothing can run any more.
    member this.Drain() : unit =
        this.Inside(fun () ->
            let mutable number = 0

            while this.TryStep &number do
                ())

    /// Drives everything until `finished` says so. Throws `DeadlockException` when nothing can run any more.
    member this.RunUntil(finished: Func<bool>, tree: Func<string>) : unit =
        this.Inside(fun () ->
            let mutable number = 0

            while not (finished.Invoke()) do
                if not (this.TryStep &number) && not (comesBack ()) then
                    raise (DeadlockException(seed, tree.Invoke())))

    /// Runs the work in a root scope of this runtime and gives its outcome.
    member this.Run(options: ScopeOptions, work: Scoped<'T, 'E>) : Result<'T, ScopeError<'E>> =
        let root: (Scope | null) ref = ref null

        let options = {
            options with
                Clock = clock
                Dispatcher = this
        }

        let pending: Task<Result<'T, ScopeError<'E>>> ref = ref Unchecked.defaultof<_>

        let start =
            Action<obj | null>(fun _ ->
                pending.Value <-
                    (Scope.runWith options CancellationToken.None (fun scope ->
                        root.Value <- scope
                        work scope))
                        .AsTask())

        this.Queue(start, null)

        let tree () =
            match root.Value with
            | null -> ""
            | root -> Scope.debugTree root

        this.RunUntil(
            (fun () -> not (obj.ReferenceEquals(pending.Value, null)) && pending.Value.IsCompleted),
            tree
        )

        pending.Value.Result

    /// Runs the work in a root scope with default options.
    member this.Run(work: Scoped<'T, 'E>) = this.Run(ScopeOptions.Default, work)
