namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks

/// What is known of a key.
[<RequireQualifiedAccess; Struct; NoComparison; NoEquality>]
type internal KeyState<'T, 'E> =
    /// Work under the key has succeeded.
    | Done of Value: 'T
    /// Work under the key runs; its outcome comes, or none when it was cancelled.
    | Busy of Outcome: Task<Result<'T, ScopeError<'E>> voption>
    /// The key was free, and is the caller's now.
    | Reserved of Mine: TaskCompletionSource<Result<'T, ScopeError<'E>> voption>

/// The place of a key: work that runs, or a value that is kept.
[<Sealed; AllowNullLiteral>]
type internal KeyEntry<'T, 'E>() =
    member val Flight =
        Unchecked.defaultof<TaskCompletionSource<Result<'T, ScopeError<'E>> voption>> with get, set

    member val IsDone = false with get, set
    member val Value = Unchecked.defaultof<'T> with get, set
    member val Expires = 0L with get, set

/// Remembers by key what work came to, so that the same request does its work once: while it runs, others wait for it; when
/// it has succeeded, its value is kept for a time. In this process and in memory. Safe from any thread.
[<Sealed>]
type IdempotencyKeys<'Key, 'T, 'E when 'Key: equality and 'Key: not null>
    (keep: TimeSpan, clock: TimeProvider | null) =
    do Checks.duration (nameof keep) keep

    let gate = Lock()
    let entries = Dictionary<'Key, KeyEntry<'T, 'E>>()
    let ending = Queue<struct ('Key * KeyEntry<'T, 'E>)>()
    let mutable shared = SharedClock()

    /// Under the gate. All are kept equally long, so they end in the order in which they came.
    let forget (now: int64) =
        let mutable going = true

        while going && ending.Count > 0 do
            let struct (key, entry) = ending.Peek()

            if entry.Expires > now then
                going <- false
            else
                ending.Dequeue() |> ignore

                match entries.TryGetValue key with
                | true, current when obj.ReferenceEquals(current, entry) -> entries.Remove key |> ignore
                | _ -> ()

    /// Values are kept for `keep`, from zero to about 49 days, by the clock of the first scope that uses it.
    new(keep: TimeSpan) = IdempotencyKeys(keep, null)

    /// How long values are kept.
    member _.Keep = keep

    /// Keys that are known: those under which work runs, and those whose value is kept.
    member _.Count: int =
        let ticks = shared.Seen

        if Missing.isMissing ticks then
            0
        else
            let now = ticks.Now
            gate.Enter()

            try
                forget now
                entries.Count
            finally
                gate.Exit()

    /// Forgets a value that is kept; work that runs is not touched. False: there was none.
    member _.Forget(key: 'Key) : bool =
        gate.Enter()

        try
            match entries.TryGetValue key with
            | true, entry when entry.IsDone -> entries.Remove key
            | _ -> false
        finally
            gate.Exit()

    /// A value that is kept.
    member internal _.TryGet(context: WorkContext, key: 'Key, value: byref<'T>) : bool =
        let now = shared.Of(clock, context.Clock).Now
        gate.Enter()

        try
            forget now

            match entries.TryGetValue key with
            | true, entry when entry.IsDone ->
                value <- entry.Value
                true
            | _ -> false
        finally
            gate.Exit()

    member internal _.Reserve(context: WorkContext, key: 'Key) : KeyState<'T, 'E> =
        let now = shared.Of(clock, context.Clock).Now
        gate.Enter()

        try
            forget now

            match entries.TryGetValue key with
            | true, entry when entry.IsDone -> KeyState.Done entry.Value
            | true, entry -> KeyState.Busy entry.Flight.Task
            | _ ->
                let mine =
                    TaskCompletionSource<_>(TaskCreationOptions.RunContinuationsAsynchronously)

                entries[key] <- KeyEntry<'T, 'E>(Flight = mine)
                KeyState.Reserved mine
        finally
            gate.Exit()

    /// The work under a reserved key has ended. A failure frees the key; those who waited are given it as well, but not a
    /// cancellation, which concerns only the one who was cancelled.
    member internal _.Complete
        (
            context: WorkContext,
            key: 'Key,
            mine: TaskCompletionSource<Result<'T, ScopeError<'E>> voption>,
            outcome: Result<'T, ScopeError<'E>>
        ) : unit =
        let ticks = shared.Of(clock, context.Clock)
        let now = ticks.Now

        let settle () =
            match outcome with
            | Ok value when keep > TimeSpan.Zero ->
                match entries.TryGetValue key with
                | true, entry ->
                    entry.Flight <- Unchecked.defaultof<_>
                    entry.IsDone <- true
                    entry.Value <- value
                    entry.Expires <- now + ticks.OfSpan keep
                    ending.Enqueue(struct (key, entry))
                | _ -> () // a key that has changed meanwhile is not found again
            | _ -> entries.Remove key |> ignore

        // a key's own equality may throw: nobody is left waiting, for the gate or for the outcome
        try
            gate.Enter()

            try
                settle ()
            finally
                gate.Exit()
        finally
            match outcome with
            | Error error when ScopeError.isCancelled error -> mine.SetResult ValueNone
            | outcome -> mine.SetResult(ValueSome outcome)
