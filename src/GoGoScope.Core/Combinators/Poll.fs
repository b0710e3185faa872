namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// What a poll does just now.
[<NoComparison>]
type PollStatus = {
    /// Whether it goes on: started, not stopped, and its scope not asked to stop.
    Running: bool
    /// How often the work has been run to its end.
    PollCount: int64
    /// Until the next run; zero while one goes on, or when it is stopped.
    TimeUntilNext: TimeSpan
    /// When the last run began; null before the first.
    LastPollTime: Nullable<DateTimeOffset>
}

/// How a poll goes, as the kernel sees it.
[<NoComparison; NoEquality>]
type internal PollPace<'E> = {
    Interval: TimeSpan
    Immediate: bool
    OnError: ScopeError<'E> -> unit
    Name: string
}

/// Work that is run again and again, a time after its last run has ended. Start and stop it as often as you like, from any
/// thread: one run at a time goes on, whatever you do.
[<Sealed>]
type Poll internal (scope: Scope, interval: TimeSpan, immediate: bool, name: string, run: Scope -> Task<bool>)
    =
    let gate = obj ()
    // under the gate
    let mutable loop: Task = Task.CompletedTask
    let mutable current: ScopeTask<unit, Never> voption = ValueNone
    let mutable count = 0L
    let mutable last = Nullable<DateTimeOffset>()
    let mutable nextAt = 0L // the clock's timestamp; 0 while none is due

    let pause (child: Scope) : Task = task {
        let due =
            scope.Clock.GetTimestamp()
            + int64 (interval.TotalSeconds * float scope.Clock.TimestampFrequency)

        lock gate (fun () -> nextAt <- due)

        // without an interval, work that never waits would keep the thread of whoever started it
        if interval = TimeSpan.Zero then
            let later = TaskCompletionSource()
            scope.Dispatcher.Queue((fun _ -> later.SetResult()), null)
            do! later.Task.ConfigureAwait scope.Dispatcher.UsesContext

        let! _ =
            (Delay.For<Never>(child, interval)).ConfigureAwait scope.Dispatcher.UsesContext

        lock gate (fun () -> nextAt <- 0L)
    }

    let once (child: Scope) : Task = task {
        lock gate (fun () -> last <- Nullable(scope.Clock.GetUtcNow()))
        let! whole = (run child).ConfigureAwait scope.Dispatcher.UsesContext

        if whole then
            lock gate (fun () -> count <- count + 1L)
    }

    /// A loop begins when the one before it has ended, also the run that it did not interrupt.
    let goOn (door: Task) (before: Task) (child: Scope) : Task<Outcome<unit, Never>> = task {
        do! door.ConfigureAwait scope.Dispatcher.UsesContext
        do! before.ConfigureAwait scope.Dispatcher.UsesContext
        let mutable waits = not immediate

        while not child.IsCancelled do
            if waits then
                do! (pause child).ConfigureAwait scope.Dispatcher.UsesContext

            waits <- true

            if not child.IsCancelled then
                do! (once child).ConfigureAwait scope.Dispatcher.UsesContext

        return Ok()
    }

    let isRunning () =
        match current with
        | ValueSome child -> not child.IsCompleted && not (child.Node.Scope.IsCancelled)
        | ValueNone -> false

    /// Goes on polling. Nothing changes when it does, or when its scope has ended.
    member _.Start() : unit =
        let door = TaskCompletionSource() // its code runs outside the gate

        let options = { TaskOptions.Default with Name = name }

        lock gate (fun () ->
            if not (isRunning ()) then
                let before = loop

                let child =
                    TaskStart.Daemon(
                        scope,
                        options,
                        (fun child -> ValueTask<Outcome<unit, Never>>(goOn door.Task before child)),
                        "",
                        0
                    )

                current <- ValueSome child
                // one that was stopped before it began has not waited for the one before it
                loop <- Task.WhenAll(before, child.AsValueTask().AsTask()))

        door.SetResult()

    /// Stops polling: a run that goes on is asked to stop. Nothing changes when it is stopped.
    member _.Stop() : unit =
        let running =
            lock gate (fun () ->
                let running = current
                current <- ValueNone
                running)

        match running with
        | ValueSome child -> child.Cancel "the poll was stopped"
        | ValueNone -> ()

    /// What it does just now.
    member _.Status: PollStatus =
        lock gate (fun () ->
            let running = isRunning ()

            {
                Running = running
                PollCount = count
                TimeUntilNext =
                    if running && nextAt > 0L then
                        max TimeSpan.Zero (scope.Clock.GetElapsedTime(scope.Clock.GetTimestamp(), nextAt))
                    else
                        TimeSpan.Zero
                LastPollTime = last
            })

/// Makes polls.
[<AbstractClass; Sealed>]
type internal PollKernel =

    static member Make(scope: Scope, pace: PollPace<'E>, work: Scoped<'T, 'E>) : Poll =
        let run (child: Scope) : Task<bool> = task {
            let! outcome = (Start.Bound(child, work)).ConfigureAwait scope.Dispatcher.UsesContext

            match outcome with
            | Error error when Explain.IsOwnStop(child, error) -> return false
            | Ok _ -> return true
            | Error error ->
                try
                    pace.OnError error
                with failure ->
                    child.Unobserved("the handler OnError of a poll", failure)

                return true
        }

        Poll(scope, pace.Interval, pace.Immediate, pace.Name, run)

/// Asking again and again.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Poll =

    /// How often it asks. Start from `Poll.defaults` and change what you need with `with`.
    [<NoComparison; NoEquality>]
    type Options<'E> = {
        /// From the end of one run to the start of the next. From zero to about 49 days. Default: 5 s.
        Interval: TimeSpan
        /// Whether the first run begins at the start; otherwise it begins an interval later. Default: true.
        Immediate: bool
        /// Called with what a run failed with; the poll goes on. Not called for a run that was stopped. What it throws goes to the
        /// `OnUnobserved` hook. Default: null, which is that hook.
        OnError: Action<ScopeError<'E>> | null
        /// What it is called in the tree. Default: "poll".
        Name: string
    }

    /// Every 5 seconds, at once, errors to the `OnUnobserved` hook.
    let defaults<'E> : Options<'E> = {
        Interval = TimeSpan.FromSeconds 5.
        Immediate = true
        OnError = null
        Name = "poll"
    }

    /// A poll of the current scope, not started yet: call its `Start`. Its runs are those of a daemon: when everything else in
    /// the scope has ended, it is stopped.
    let make (options: Options<'E>) (work: Scoped<unit, 'E>) : Scoped<Poll, 'F> =
        Checks.notNull (nameof options) (box options)
        Checks.duration (nameof options.Interval) options.Interval
        Checks.notNull (nameof options.Name) options.Name
        Checks.notNull (nameof work) (box work)

        fun scope ->
            let pace: PollPace<'E> = {
                Interval = options.Interval
                Immediate = options.Immediate
                Name = options.Name
                OnError =
                    match options.OnError with
                    | null -> fun error -> scope.Unobserved("a run of a poll", ScopeError.asException error)
                    | handler -> handler.Invoke
            }

            ValueTask<Result<Poll, ScopeError<'F>>>(Ok(PollKernel.Make(scope, pace, work)))

    /// Polls from now on, with options, until the scope ends or it is stopped.
    let startWith (options: Options<'E>) (work: Scoped<unit, 'E>) : Scoped<Poll, 'F> =
        let made: Scoped<Poll, 'F> = make options work

        fun scope ->
            Await.Changed(
                scope,
                made scope,
                Result.map (fun poll ->
                    poll.Start()
                    poll)
            )

    /// Runs the work at once, and again 5 seconds after each run has ended, until the scope ends or it is stopped. Errors go to
    /// the `OnUnobserved` hook.
    let start (work: Scoped<unit, 'E>) : Scoped<Poll, 'F> = startWith defaults work
