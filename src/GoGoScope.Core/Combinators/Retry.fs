namespace GoGoScope

open System
open System.Threading.Tasks

/// A call whose first attempt has not ended at once, or has failed.
[<Sealed>]
type internal RetryWait<'T, 'E>(scope: Scope, options: RetryOptions<'E>, work: Scoped<'T, 'E>) =
    inherit PolicyWait<'T, 'E>(scope)

    let mutable rules = Unchecked.defaultof<RetryRules<'E>>
    let mutable attempt = Unchecked.defaultof<ValueTask<Outcome<'T, 'E>>>
    let mutable pause = Unchecked.defaultof<ValueTask<Outcome<unit, 'E>>>

    member private this.Again() : bool =
        attempt <- Attempt.Start(scope, options.AttemptTimeout, work)
        this.Attempted()

    /// The pause is over, or was cut short.
    member private this.Paused() : bool =
        if not pause.IsCompleted then
            this.After(pause, fun () -> this.Resume this.Paused)
            false
        else
            match pause.Result with
            | Ok() -> true
            | Error error ->
                match options.Budget with
                | null -> ()
                | budget -> budget.GiveBack()

                this.Wake(Error error)
                false

    member private this.Failed(error: ScopeError<'E>) : bool =
        if Missing.isMissing rules then
            rules <- RetryRules<'E> options

        match rules.Next(error, scope.Remaining) with
        | GiveUp error ->
            this.Wake(Error error)
            false
        | Repeat delay ->
            rules.Tell(error, delay, scope)
            pause <- Delay.For<'E>(scope, delay)
            this.Paused()

    /// True: it is to be repeated now. False: it has ended, or goes on later.
    member private this.Attempted() : bool =
        if not attempt.IsCompleted then
            this.After(attempt, fun () -> this.Resume this.Attempted)
            false
        else
            match attempt.Result with
            | Ok _ as outcome ->
                RetryKernel.Succeeded options
                this.Wake outcome
                false
            | Error error -> this.Failed error

    // attempts that fail at once go round here, and not down the stack
    member private this.Resume(step: unit -> bool) : unit =
        let mutable going =
            try
                step ()
            with failure ->
                this.Wake(Error(Explain.Failure(scope, failure)))
                false

        while going do
            going <-
                try
                    this.Again()
                with failure ->
                    this.Wake(Error(Explain.Failure(scope, failure)))
                    false

    member this.Start(first: ValueTask<Outcome<'T, 'E>>) : ValueTask<Outcome<'T, 'E>> =
        attempt <- first
        this.Resume this.Attempted
        this.AsValueTask()

/// Doing work again when it fails.
and [<AbstractClass; Sealed>] internal RetryKernel =

    static member Succeeded<'E>(options: RetryOptions<'E>) : unit =
        match options.Budget with
        | null -> ()
        | budget -> budget.Succeeded()

    static member Run<'T, 'E>
        (scope: Scope, options: RetryOptions<'E>, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        let first = Attempt.Start(scope, options.AttemptTimeout, work)

        if first.IsCompleted && first.Result.IsOk then
            RetryKernel.Succeeded options
            first
        else
            RetryWait<'T, 'E>(scope, options, work).Start first

    static member Policy<'T, 'E>(options: RetryOptions<'E>, work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof options) options
        Checks.notNull (nameof work) (box work)
        options.Check()
        RetryPolicy<'T, 'E>(options, work).AsScoped

and [<Sealed>] internal RetryPolicy<'T, 'E>(options: RetryOptions<'E>, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()
    override _.Invoke scope = RetryKernel.Run(scope, options, work)

/// Doing work again when it fails. Each attempt has a scope of its own and has ended, with all that it started, before the
/// next one begins, also when it does not hear that it should stop. What it ends with when no attempt succeeds is the last
/// attempt's error; the causes of the attempts before it stand in `Others`, the oldest first, at most 15. A cancellation is
/// never repeated, and a wait that would pass the nearest deadline is not begun: the last error is given at once.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Retry =

    /// Repeats the work as the options say.
    let withOptions (options: RetryOptions<'E>) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        RetryKernel.Policy(options, work)

    /// Repeats the work at once, at most `count` times after the first attempt. Zero or more.
    let times (count: int) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        withOptions
            {
                RetryOptions<'E>.Default with
                    MaxRetries = ValueSome count
            }
            work

    /// Repeats the work by a schedule: as often as that says where it is bounded by `Schedule.upTo`, at most 3 times otherwise.
    let withSchedule (schedule: Schedule<'E>) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        withOptions
            {
                RetryOptions<'E>.Default with
                    Schedule = schedule
            }
            work
