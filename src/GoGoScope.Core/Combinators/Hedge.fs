namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A call with attempts beside each other. The gate guards what is decided; nothing foreign runs under it.
[<Sealed>]
type internal HedgeWait<'T, 'E>(scope: Scope, options: HedgeOptions<'E>, work: Scoped<'T, 'E>) =
    inherit PolicyWait<'T, 'E>(scope)
    let gate = Lock()
    let running = List<ScopeTask<'T, 'E>>()
    let causes = List<Cause<'E>>()
    let losers = List<'T>()
    let mutable started = 1
    let mutable live = 1
    let mutable decision: Outcome<'T, 'E> voption = ValueNone
    let mutable winner = ""
    let mutable timer: ITimer = nothing

    let nameOf (attempt: int) = $"attempt-{attempt}"

    /// Under the gate: whether the caller is to start one more. It is counted already.
    let takeNext () =
        if
            decision.IsNone
            && started < options.MaxAttempts
            && (match options.Budget with
                | null -> true
                | budget -> budget.TryTake())
        then
            started <- started + 1
            live <- live + 1
            true
        else
            false

    /// Under the gate.
    let decide (attempt: int) (outcome: Outcome<'T, 'E>) =
        decision <- ValueSome outcome
        winner <- nameOf attempt

    let stopTimer () =
        let timer = Interlocked.Exchange(&timer, nothing)

        if isThere timer then
            timer.Dispose()

    /// Values that nobody gets are closed before the call ends.
    member private this.Close() : Task = task {
        for value in losers do
            try
                match box value with
                | :? IAsyncDisposable as value ->
                    do! value.DisposeAsync().ConfigureAwait scope.Dispatcher.UsesContext
                | :? IDisposable as value -> value.Dispose()
                | _ -> ()
            with failure ->
                scope.Unobserved("closing the value of a hedged attempt that lost", failure)
    }

    member private _.Lost(error: ScopeError<'E>) =
        scope.Unobserved("a hedged attempt that lost", ScopeError.asException error)

    member private this.Finish() =
        stopTimer ()

        let outcome =
            match decision with
            | ValueNone ->
                Error {
                    Cause = causes[0]
                    Others = causes.GetRange(1, causes.Count - 1).ToArray()
                }
            | ValueSome(Error error) when not (ScopeError.isCancelled error) ->
                Error {
                    error with
                        Others = [| yield! error.Others; yield! causes |]
                }
            | ValueSome outcome ->
                for cause in causes do
                    this.Lost(ScopeError.ofCause cause)

                outcome

        if losers.Count = 0 then
            this.Wake outcome
        else
            let closing = this.Close()

            if closing.IsCompleted then
                this.Wake outcome
            else
                this.After(
                    ValueTask<bool>(
                        task {
                            do! closing
                            return true
                        }
                    ),
                    fun () -> this.Wake outcome
                )

    /// The decision has fallen: the others are told, outside the gate.
    member private this.StopOthers() =
        stopTimer ()
        gate.Enter()
        let others = running.ToArray()
        let name = winner
        gate.Exit()

        for other in others do
            other.Node.Scope.Cancel(CancelReason.RaceLost name)

    member private this.Judge(error: ScopeError<'E>) : Result<bool, exn> =
        match error.Cause with
        | Cause.Cancelled _ -> Ok false
        | cause -> Try.run (fun () -> options.While cause)

    /// A value or an error that came after the decision.
    member private this.Late(outcome: Outcome<'T, 'E>) =
        match outcome, decision with
        | Ok value, ValueSome(Ok won) when obj.ReferenceEquals(box value, box won) -> ()
        | Ok value, _ when (box value :? IAsyncDisposable || box value :? IDisposable) -> losers.Add value
        | _ -> ()

    member private this.Ended(attempt: int, outcome: Outcome<'T, 'E>) : unit =
        let goesOn =
            match outcome with
            | Ok _ -> Ok false
            | Error error -> this.Judge error

        gate.Enter()
        live <- live - 1
        let late = decision.IsSome
        let mutable next = false

        if late then
            this.Late outcome
        else
            match outcome, goesOn with
            | Error error, Ok true ->
                causes.Add error.Cause
                causes.AddRange error.Others
                next <- takeNext ()
            | Error error, Error failure ->
                decide
                    attempt
                    (Error {
                        Cause = Cause.Crashed failure
                        Others = [| error.Cause; yield! error.Others |]
                    })
            | _ -> decide attempt outcome

        let decided = not late && decision.IsSome
        let number = started
        let over = live = 0
        gate.Exit()

        match outcome with
        | Error error when late && not (ScopeError.isCancelled error) -> this.Lost error
        | _ -> ()

        if decided then
            this.StopOthers()

        if next then
            this.Launch number
        elif over then
            this.Finish()

    member private this.Watch(attempt: int, child: ScopeTask<'T, 'E>) =
        gate.Enter()
        running.Add child
        let decided = decision.IsSome
        gate.Exit()

        // it was counted before the decision and started after it
        if decided then
            child.Node.Scope.Cancel(CancelReason.RaceLost winner)

        let wait = child.AsValueTask()
        this.After(wait, (fun () -> this.Ended(attempt, wait.Result)))

    /// Starts an attempt that is counted already.
    member private this.Launch(attempt: int) : unit =
        let child =
            try
                Ok(Attempt.Child(scope, work))
            with failure ->
                Error failure

        match child with
        | Ok child when child.IsValue -> this.Ended(attempt, Ok child.Value)
        | Ok child ->
            this.Watch(attempt, child)
            this.SetTimer()
        | Error failure -> this.Ended(attempt, Error(Explain.Failure(scope, failure)))

    /// From now until the next attempt.
    member private this.SetTimer() : unit =
        gate.Enter()
        let more = decision.IsNone && started < options.MaxAttempts
        let armed = started
        gate.Exit()

        if more then
            if options.Delay = TimeSpan.Zero then
                this.Next armed
            else
                let fresh =
                    scope.Clock.CreateTimer(
                        (fun _ -> scope.Dispatcher.Queue((fun _ -> this.Next armed), null)),
                        null,
                        options.Delay,
                        Timeout.InfiniteTimeSpan
                    )

                let before = Interlocked.Exchange(&timer, fresh)

                if isThere before then
                    before.Dispose()

                gate.Enter()
                let late = decision.IsSome || live = 0
                let passed = started <> armed
                gate.Exit()

                if late then
                    stopTimer ()
                elif passed then
                    // one more was started meanwhile, and this timer took the place of its own
                    this.SetTimer()

    /// The time of an attempt is over; another may have been started since.
    member private this.Next(armed: int) : unit =
        gate.Enter()
        let next = live > 0 && started = armed && takeNext ()
        let number = started
        gate.Exit()

        if next then
            this.Launch number

    member this.Start(first: ScopeTask<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        this.Watch(1, first)
        this.SetTimer()
        this.AsValueTask()

/// Making slow calls again beside themselves.
[<AbstractClass; Sealed>]
type internal HedgeKernel =

    static member Run<'T, 'E>
        (scope: Scope, options: HedgeOptions<'E>, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        match options.Budget with
        | null -> ()
        | budget -> budget.Called()

        let first = Attempt.Child(scope, work)
        let wait = first.AsValueTask()

        if options.MaxAttempts = 1 || (wait.IsCompleted && wait.Result.IsOk) then
            wait
        else
            HedgeWait<'T, 'E>(scope, options, work).Start first

[<Sealed>]
type internal HedgePolicy<'T, 'E>(options: HedgeOptions<'E>, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()
    override _.Invoke scope = HedgeKernel.Run(scope, options, work)

/// Making slow calls again beside themselves: for work that may safely be done twice. The first value wins; the other
/// attempts are told that they lost, and have ended when the call does. A value that nobody gets is closed if it is
/// `IAsyncDisposable` or `IDisposable`; the errors of the others go to the hook for unobserved errors.
/// When all attempts fail, the first failure is the cause and the later ones stand in `Others`.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Hedge =

    /// Starts another attempt as the options say.
    let withOptions (options: HedgeOptions<'E>) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof options) options
        Checks.notNull (nameof work) (box work)
        options.Check()
        HedgePolicy<'T, 'E>(options, work).AsScoped

    /// Starts one more attempt when the first has not ended after this time. From zero to about 49 days.
    let after (delay: TimeSpan) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.duration (nameof delay) delay

        withOptions
            {
                HedgeOptions<'E>.Default with
                    Delay = delay
            }
            work
