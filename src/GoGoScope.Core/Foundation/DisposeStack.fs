namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks

/// One step of a cleanup. Its token fires when it takes longer than its bound.
type internal Cleanup = Func<CancellationToken, ValueTask>

/// What must be closed, last first. Once sealed it takes nothing more.
[<Sealed>]
type internal DisposeStack() =
    let steps = Stack<Cleanup>()

    /// False: `sealed'` held already, and the step was not kept: the caller closes what it opened.
    member _.TryPush(isSealed: Func<bool>, step: Cleanup) =
        lock steps (fun () ->
            if isSealed.Invoke() then
                false
            else
                steps.Push step
                true)

    member _.TryPop(step: byref<Cleanup>) : bool =
        let struct (found, last) =
            lock steps (fun () ->
                match steps.TryPop() with
                | true, last -> struct (true, last)
                | _ -> struct (false, Unchecked.defaultof<Cleanup>))

        step <- last
        found

    member _.Count = lock steps (fun () -> steps.Count)

/// The time that one step of a cleanup has. Past it the step's token fires and the lateness is recorded; the step is
/// still waited for, because what it closes is still open.
[<Sealed>]
type internal CleanupBound(clock: TimeProvider, bound: TimeSpan, failed: Action<exn>, passed: Action) =
    let source = new CancellationTokenSource()
    let mutable state = 0 // 0 running, 1 late, 2 ended
    let mutable timer: ITimer | null = null

    member _.Token = source.Token
    member _.HasPassed = Volatile.Read(&state) = 1

    member private _.Ring() =
        // recorded under the lock: whoever stops this then sees the record
        let late =
            lock source (fun () ->
                if state = 0 then
                    state <- 1
                    failed.Invoke(TimeoutException $"A cleanup took longer than its bound of {bound}.")
                    true
                else
                    false)

        if late then
            passed.Invoke()

            try
                source.Cancel()
            with failure ->
                failed.Invoke failure

    member this.Start() =
        if bound <> Timeout.InfiniteTimeSpan then
            try
                timer <- clock.CreateTimer((fun _ -> this.Ring()), null, bound, Timeout.InfiniteTimeSpan)
            with failure -> // without a timer the step has no bound, but is waited for all the same
                failed.Invoke failure

    /// After this a late ring changes nothing.
    member _.Stop() =
        lock source (fun () ->
            if state = 0 then
                state <- 2)

        match timer with
        | null -> ()
        | timer -> timer.Dispose()

/// Runs the steps of a stack one after the other, whatever fails, and says when all are done.
[<Sealed>]
type internal CleanupRun
    (
        steps: DisposeStack,
        clock: TimeProvider,
        dispatcher: Dispatcher,
        bound: TimeSpan,
        failed: Action<exn>,
        late: Action,
        ended: Action
    ) =
    let mutable pending = ValueTask()
    let mutable current = Unchecked.defaultof<CleanupBound>

    let observe () =
        current.Stop()

        try
            pending.GetAwaiter().GetResult()
        with
        | :? OperationCanceledException when current.HasPassed -> () // its lateness is recorded already
        | failure -> failed.Invoke failure

    static let next =
        Action<obj | null>(fun run ->
            match run with
            | :? CleanupRun as run -> run.Continue()
            | _ -> ())

    member private this.Continue() =
        observe ()
        this.Run()

    /// Returns when all steps are done or the first one has to be waited for.
    member this.Run() =
        let mutable step = Unchecked.defaultof<Cleanup>
        let mutable going = true

        while going do
            if steps.TryPop &step then
                current <- CleanupBound(clock, bound, failed, late)
                current.Start() // a step that blocks at once has a bound too

                try
                    pending <- step.Invoke current.Token
                with failure ->
                    pending <- ValueTask()
                    failed.Invoke failure

                if pending.IsCompleted then
                    observe ()
                else
                    going <- false

                    pending
                        .ConfigureAwait(dispatcher.UsesContext)
                        .GetAwaiter()
                        .UnsafeOnCompleted(fun () -> dispatcher.Resume(next, this))
            else
                going <- false
                ended.Invoke()
