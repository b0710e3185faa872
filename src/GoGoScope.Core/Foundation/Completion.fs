namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks.Sources

/// Remembers where a caller wants to go on: only for callers that ask for their context (`await` in a UI thread).
[<Sealed>]
type internal ContextHop
    (
        next: Action<obj | null>,
        state: obj | null,
        flow: ExecutionContext | null,
        target: SynchronizationContext | null
    ) =

    member private _.Invoke() =
        match flow with
        | null -> next.Invoke state
        | flow -> ExecutionContext.Run(flow, (fun _ -> next.Invoke state), null)

    static member val Go =
        Action<obj | null>(fun hop ->
            match hop with
            | :? ContextHop as hop -> hop.Land()
            | _ -> ())

    member private this.Land() =
        match target with
        | null -> this.Invoke()
        | target -> target.Post((fun _ -> this.Invoke()), null)

    /// The continuation to keep: the caller's own, or one that hops to where the caller wants to be.
    static member Wrap
        (next: byref<Action<obj | null>>, state: byref<obj | null>, flags: ValueTaskSourceOnCompletedFlags)
        =
        let target =
            if flags.HasFlag ValueTaskSourceOnCompletedFlags.UseSchedulingContext then
                SynchronizationContext.Current
            else
                null

        let flow =
            if flags.HasFlag ValueTaskSourceOnCompletedFlags.FlowExecutionContext then
                ExecutionContext.Capture()
            else
                null

        if not (isNull target && isNull flow) then
            state <- ContextHop(next, state, flow, target)
            next <- ContextHop.Go

/// A result and the callers that wait for it: any number of them, without an allocation for the first.
/// A field of its owner, which is the `IValueTaskSource`.
[<Struct; NoComparison; NoEquality>]
type internal CompletionCore<'R> =
    [<DefaultValue(false)>]
    val mutable Result: 'R

    [<DefaultValue(false)>]
    val mutable private next: Action<obj | null>

    [<DefaultValue(false)>]
    val mutable private state: obj | null

    // 0 open, 1 held for a few instructions, 2 done
    [<DefaultValue(false)>]
    val mutable private phase: int

    static let every =
        Action<obj | null>(fun waiters ->
            match waiters with
            | :? List<struct (Action<obj | null> * (obj | null))> as waiters ->
                for struct (next, state) in waiters do
                    next.Invoke state
            | _ -> ())

    member this.IsDone = Volatile.Read(&this.phase) = 2

    /// How many continuations it keeps. For tests.
    member this.Waiters =
        match this.state with
        | :? List<struct (Action<obj | null> * (obj | null))> as waiters when
            obj.ReferenceEquals(this.next, every)
            ->
            waiters.Count
        | _ -> if obj.ReferenceEquals(this.next, null) then 0 else 1

    /// False: it is done already, and the caller goes on by itself.
    member private this.Hold() =
        let mutable spin = SpinWait()
        let mutable seen = Interlocked.CompareExchange(&this.phase, 1, 0)

        while seen = 1 do
            spin.SpinOnce -1
            seen <- Interlocked.CompareExchange(&this.phase, 1, 0)

        seen = 0

    /// Keeps a continuation, or runs it when the result is there already.
    member this.OnCompleted
        (next: Action<obj | null>, state: obj | null, flags: ValueTaskSourceOnCompletedFlags)
        : unit =
        let mutable next = next
        let mutable state = state

        if flags <> ValueTaskSourceOnCompletedFlags.None then
            ContextHop.Wrap(&next, &state, flags)

        if this.Hold() then
            if obj.ReferenceEquals(this.next, null) then
                this.next <- next
                this.state <- state
            elif obj.ReferenceEquals(this.next, every) then
                match this.state with
                | :? List<struct (Action<obj | null> * (obj | null))> as waiters ->
                    waiters.Add(struct (next, state))
                | _ -> ()
            else
                let waiters = List [ struct (this.next, this.state); struct (next, state) ]
                this.next <- every
                this.state <- waiters

            Volatile.Write(&this.phase, 0)
        else
            next.Invoke state

    /// Gives up a continuation that was kept with this state, and has not run.
    member this.Forget(state: obj) : unit =
        if this.Hold() then
            if obj.ReferenceEquals(this.state, state) then
                this.next <- Unchecked.defaultof<_>
                this.state <- null
            elif obj.ReferenceEquals(this.next, every) then
                match this.state with
                | :? List<struct (Action<obj | null> * (obj | null))> as waiters ->
                    let place =
                        waiters.FindLastIndex(fun (struct (_, other)) -> obj.ReferenceEquals(other, state))

                    if place >= 0 then
                        waiters.RemoveAt place
                | _ -> ()

            Volatile.Write(&this.phase, 0)

    /// Sets the result. Answers whom to wake, outside every lock. To be called once.
    member this.Finish(result: 'R, next: byref<Action<obj | null>>, state: byref<obj | null>) : bool =
        this.Result <- result
        this.Hold() |> ignore
        next <- this.next
        state <- this.state
        this.next <- Unchecked.defaultof<_>
        this.state <- null
        Volatile.Write(&this.phase, 2)
        not (obj.ReferenceEquals(next, null))
