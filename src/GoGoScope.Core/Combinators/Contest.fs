namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Several pieces of work in one group, whose ends decide what the group comes to: the typed half of the group. Each is
/// started at most once. The group ends when all that was started has ended, the losers' releases included; a loser's
/// failure and a loser's resource are never dropped.
[<AbstractClass>]
type internal Contest<'T, 'E, 'R>(group: Scope, pace: Pace, works: Scoped<'T, 'E> array) =
    inherit Node<'R, 'E>(group)

    let turns = Turns(works.Length, pace.Limit)
    let flow = ExecutionContext.Capture()
    let mutable timer: ITimer = nothing // by the one who starts

    member _.Turns = turns

    /// Guards what the judge keeps.
    member _.Gate: obj = turns

    /// What number `index` is called.
    member _.Title(index: int) = $"{pace.Noun}-{index + 1}"

    /// One has ended before the decision. Whoever overrides it calls `Decide` at most once, and `Done` for each that ended.
    abstract Hear: index: int * outcome: Outcome<'T, 'E> -> unit

    /// What went wrong in one that has ended after the decision.
    abstract AddLate: index: int * causes: Cause<'E> list -> unit

    /// What it all came to. Nothing runs any more.
    abstract Compose: unit -> Outcome<'R, 'E>

    /// Whether a value is one of those that won.
    abstract IsKept: value: obj -> bool

    /// An end that only obeys says nothing about the work.
    member _.IsStop(error: ScopeError<'E>) = Explain.IsOwnStop(group, error)

    /// The causes of an error, without the stop that it may begin with.
    member _.CausesOf(error: ScopeError<'E>) : Cause<'E> list =
        if ScopeError.isCancelled error && group.IsCancelled then
            List.ofSeq error.Others
        else
            ScopeError.causes error

    /// A failure that the result has no room for.
    member this.Report(index: int, causes: Cause<'E> list) =
        group.Environment.Unobserved(
            this.Title index,
            "work that failed where another one was enough",
            ScopeError.asException {
                Cause = causes.Head
                Others = Array.ofList causes.Tail
            }
        )

    // ---- starting ----

    member private this.Start(index: int) =
        let work = works[index]

        let handle =
            if pace.OnPool then
                ContestStart.Named(group, this.Title index, StartMode.Pool, work)
            else
                ContestStart.Inline(group, work)

        if handle.IsCompleted then
            this.Ended(index, handle.Peek())
        else
            this.Follow(index, handle.Node)

    /// Waits for one that runs.
    member private this.Follow(index: int, node: Node<'T, 'E>) =
        node.OnCompleted(Entrant<'T, 'E, 'R>.Over, Entrant<'T, 'E, 'R>(this, index, node))

    /// The next start is due when the stagger has passed since this one.
    member private this.Rearm() =
        if pace.Stagger > TimeSpan.Zero && turns.HasMore then
            try
                if isThere timer then
                    timer.Change(pace.Stagger, Timeout.InfiniteTimeSpan) |> ignore
                else
                    timer <-
                        group.Clock.CreateTimer(
                            (fun _ -> group.Dispatcher.Resume(Contest<'T, 'E, 'R>.Tick, this)),
                            null,
                            pace.Stagger,
                            Timeout.InfiniteTimeSpan
                        )
            with failure -> // a clock that throws: then the next one starts when this one fails
                this.Scope.Unobserved("the timer of a stagger", failure)

    static member val private Tick: Action<obj | null> =
        Action<obj | null>(fun contest ->
            match contest with
            | :? Contest<'T, 'E, 'R> as contest -> contest.Pump 1
            | _ -> ())

    member private this.StartAll() =
        let mutable index = turns.Take group.IsCancelled

        while index >= 0 do
            this.Start index
            this.Rearm()
            index <- turns.Take group.IsCancelled

        if turns.TryFinish group.IsCancelled then
            this.Finished()

    member private this.Pump(count: int) =
        if turns.Want count then
            match flow with
            | null -> this.StartAll()
            | flow -> ExecutionContext.Run(flow, (fun _ -> this.StartAll()), null)

    member private _.AtOnce = if pace.Stagger = TimeSpan.Zero then Int32.MaxValue else 1

    /// Starts the first, or as many as the limit allows.
    member this.Begin() =
        if turns.Want this.AtOnce then
            this.StartAll()

    /// Begins with the first one started already.
    member this.BeginAfter(first: ScopeTask<'T, 'E>) =
        turns.StartsAfterFirst(this.AtOnce - 1)

        if first.IsCompleted then
            this.Ended(0, first.Peek())
        else
            this.Follow(0, first.Node)

        this.Rearm()
        this.StartAll()

    // ---- ending ----

    /// One has ended, on whichever thread.
    member this.Ended(index: int, outcome: Outcome<'T, 'E>) =
        if turns.IsDecided then
            this.Lost(index, outcome)
        else
            this.Hear(index, outcome)

    /// One that nobody needs any more: what it opened is closed, what it failed with is kept.
    member this.Lost(index: int, outcome: Outcome<'T, 'E>) =
        match outcome with
        | Error error ->
            match this.CausesOf error with
            | [] -> ()
            | causes -> this.AddLate(index, causes)

            this.Done()
        | Ok value -> this.Release(index, value)

    /// Closes what a loser opened; null when that is done already. Never faults.
    member this.Close(index: int, value: obj | null) : Task | null =
        let failed (failure: exn) =
            group.Environment.Unobserved(this.Title index, "the release of a value that lost", failure)

        let closeLate (resource: IAsyncDisposable) : Task = task {
            try
                do! resource.DisposeAsync().ConfigureAwait group.Dispatcher.UsesContext
            with failure ->
                failed failure
        }

        match value with
        | :? IAsyncDisposable as resource -> closeLate resource
        | :? IDisposable as resource ->
            try
                resource.Dispose()
            with failure ->
                failed failure

            null
        | _ -> null

    member private this.Release(index: int, value: 'T) =
        let value = box value

        match
            (if isNull value || this.IsKept(nonNull value) then
                 null
             else
                 this.Close(index, value))
        with
        | null -> this.Done()
        | closing when closing.IsCompleted -> this.Done()
        | closing ->
            closing
                .ConfigureAwait(group.Dispatcher.UsesContext)
                .GetAwaiter()
                .UnsafeOnCompleted(Action this.Done)

    /// One has ended and was heard: the next may start.
    member this.Done() =
        match turns.Leave group.IsCancelled with
        | AfterEnd.StartMore -> this.Pump 1
        | AfterEnd.Finish -> this.Finished()
        | _ -> ()

    member private this.Finished() =
        if isThere timer then
            timer.Dispose()

        // what the contest comes to is said by `Good`: the group itself may have been told to stop by the decision
        this.BodyEnded(Ok Unchecked.defaultof<'R>)

    override this.Good _ = this.Compose()

    /// What a contest without a decision comes to when it was told to stop: by its own deadline, which keeps the failures
    /// so far, or from above, where a stop has no room for them.
    member this.Stopped(failures: Failures<'E>) : Outcome<'R, 'E> =
        let extra = group.Extra

        let late =
            isThere extra
            && isThere extra.DeadlineReason
            && obj.ReferenceEquals(group.Stop, extra.DeadlineReason)

        match group.StopReason with
        | CancelReason.DeadlinePassed budget when late ->
            Error {
                Cause = Cause.TimedOut budget
                Others = Array.ofList failures.All
            }
        | _ ->
            failures.Each(fun index causes -> this.Report(index, causes))
            Explain.Stopped group

/// One that runs.
and [<Sealed>] internal Entrant<'T, 'E, 'R>(contest: Contest<'T, 'E, 'R>, index: int, node: Node<'T, 'E>) =
    static member val Over: Action<obj | null> =
        Action<obj | null>(fun entrant ->
            match entrant with
            | :? Entrant<'T, 'E, 'R> as entrant -> entrant.Ended()
            | _ -> ())

    member private this.Ended() = contest.Ended(index, node.Result)
