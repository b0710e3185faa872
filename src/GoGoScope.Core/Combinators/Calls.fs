namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// A call whose result is not there yet. A cancel of its caller withdraws it.
[<Sealed>]
type internal CallWait<'A, 'R, 'E>(context: WorkContext, argument: 'A) =
    inherit Waiter<Outcome<'R, 'E>>(context)
    override _.What = "a call that waits for its time"
    member _.Argument = argument

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.Wake(Error(ScopeError.cancelled reason))

    /// False: it has its result already.
    member this.Settle(outcome: Outcome<'R, 'E>) : bool =
        let mine = this.TryClaim()

        if mine then
            context.Unpark this
            this.Wake outcome

        mine

/// Calls of one function that are run in a scope, some of them later and some never. `'R` tells which.
[<AbstractClass>]
type internal Calls<'A, 'T, 'R, 'E>(owner: Scope, name: string, work: 'A -> Scoped<'T, 'E>) =
    let gate = obj ()
    // under the gate
    let mutable pending: CallWait<'A, 'R, 'E> = nothing
    let mutable closed: ScopeError<'E> voption = ValueNone

    [<DefaultValue(false)>]
    val mutable private timer: ITimer

    [<DefaultValue(false)>]
    val mutable private link: IDisposable

    member _.Gate = gate
    member _.Owner = owner

    member _.Pending
        with get () = pending
        and set value = pending <- value

    /// What a call that ran comes to.
    abstract Ran: 'T -> 'R

    /// The timer rings.
    abstract Ring: unit -> unit

    /// Decides about a call, in the order of the calls. What is to be done at once is said by the answer.
    abstract Take: wait: CallWait<'A, 'R, 'E> -> unit

    /// Sets the timer. Not under the gate.
    member this.Arm(due: TimeSpan) =
        if isMissing this.timer then
            let timer =
                owner.Clock.CreateTimer(
                    (fun _ -> owner.Dispatcher.Resume(Calls<'A, 'T, 'R, 'E>.Rings, this)),
                    null,
                    Timeout.InfiniteTimeSpan,
                    Timeout.InfiniteTimeSpan
                )

            if isThere (Interlocked.CompareExchange(&this.timer, timer, nothing)) then
                timer.Dispose()

        this.timer.Change(due, Timeout.InfiniteTimeSpan) |> ignore

        if closed.IsSome then
            this.timer.Dispose()

    static member val private Rings: Action<obj | null> =
        Action<obj | null>(fun calls ->
            match calls with
            | :? Calls<'A, 'T, 'R, 'E> as calls -> calls.Ring()
            | _ -> ())

    /// Runs the call as a task of the owner. Its caller is given the outcome; when it does not wait any more, a failure goes to
    /// the hook.
    member this.Run(wait: CallWait<'A, 'R, 'E>) =
        let give (outcome: Outcome<'T, 'E>) =
            if not (wait.Settle(Result.map this.Ran outcome)) then
                match outcome with
                | Error error when not (Explain.IsOwnStop(owner, error)) ->
                    owner.Unobserved(
                        $"a call of a {name} that nobody waits for",
                        ScopeError.asException error
                    )
                | _ -> ()

        if not wait.IsClaimed then
            let made =
                try
                    work wait.Argument
                with failure ->
                    fun _ -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.crashed failure))

            let handle = ContestStart.Named(owner, name, StartMode.Inline, made)

            if handle.IsCompleted then
                give (handle.Peek())
            else
                let node = handle.Node
                node.OnCompleted(Action<obj | null>(fun _ -> give node.Result), null)

    member private this.Close(error: ScopeError<'E>) =
        let waiting =
            lock gate (fun () ->
                let waiting = pending
                pending <- nothing

                if closed.IsNone then
                    closed <- ValueSome error

                waiting)

        if isThere this.timer then
            this.timer.Dispose()

        if isThere waiting then
            waiting.Settle(Error error) |> ignore

    /// Binds it to the owner: nothing waits for ever once the owner was told to stop, or has ended.
    member this.Open() =
        this.link <- Cancelling.OnCancel(owner, (fun reason -> this.Close(ScopeError.cancelled reason)))

        let step =
            Cleanup(fun _ ->
                this.Close(ScopeError.rejected (Rejection.ScopeEnded owner.Name))
                this.link.Dispose()
                ValueTask())

        if not (OnDispose.TryAdd(owner, step)) then
            step.Invoke CancellationToken.None |> ignore

    member this.Call(context: WorkContext, argument: 'A) : ValueTask<Outcome<'R, 'E>> =
        let wait = CallWait<'A, 'R, 'E>(context, argument)

        match lock gate (fun () -> closed) with
        | ValueSome error -> ValueTask<Outcome<'R, 'E>>(Error error)
        | ValueNone ->
            if context.Park wait then
                this.Take wait
            else
                match context.Reason with
                | null -> ()
                | reason -> wait.OnCancelled reason

            // it was closed while it came
            match lock gate (fun () -> closed) with
            | ValueSome error -> wait.Settle(Error error) |> ignore
            | ValueNone -> ()

            wait.AsValueTask()
