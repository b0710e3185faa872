namespace GoGoScope

#nowarn "3513" // resumable code: this file is the template of the state machine

open System
open System.Collections.Generic
open System.Runtime.CompilerServices
open System.Threading.Tasks
open Microsoft.FSharp.Core.CompilerServices
open Microsoft.FSharp.Core.CompilerServices.StateMachineHelpers
open GoGoScope.CompilerServices

/// Turns a block into a state machine. One `Bind`, one `MergeSources`; `ScopeSources.fs` says what may stand right of `let!`.
type ScopeBuilderBase internal () =

    [<DefaultValue>]
    member inline _.Zero() : ScopeCode<'Top, 'E, unit> = ResumableCode.Zero()

    member inline _.Return(value: 'T) : ScopeCode<'T, 'E, 'T> =
        ScopeCode<'T, 'E, 'T>(fun sm ->
            sm.Data.Outcome <- Ok value
            true)

    member inline _.Combine
        (first: ScopeCode<'Top, 'E, unit>, rest: ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> =
        ResumableCode.Combine(first, ScopeCode<'Top, 'E, 'T>(fun sm -> sm.Data.Failed || rest.Invoke(&sm)))

    static member BindDynamic
        (sm: byref<ScopeMachine<'Top, 'E>>, work: Scoped<'A, 'E>, next: 'A -> ScopeCode<'Top, 'E, 'T>)
        : bool =
        if Machine.IsStopped(&sm.Data) then
            true
        else
            let wait = work (Machine.Lend(&sm.Data))

            let mutable awaiter =
                wait.ConfigureAwait(Machine.UsesContext(&sm.Data)).GetAwaiter()

            let resume =
                ScopeResumption<'Top, 'E>(fun sm ->
                    Machine.Forget(&sm.Data)

                    match awaiter.GetResult() with
                    | Ok value -> (next value).Invoke(&sm)
                    | Error error ->
                        Machine.Fail(&sm.Data, error)
                        true)

            if awaiter.IsCompleted then
                resume.Invoke(&sm)
            else
                Machine.Remember(wait, &sm.Data)
                sm.ResumptionDynamicInfo.ResumptionData <- (awaiter :> ICriticalNotifyCompletion)
                sm.ResumptionDynamicInfo.ResumptionFunc <- resume
                false

    member inline _.Bind
        ([<InlineIfLambda>] work: Scoped<'A, 'E>, next: 'A -> ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> =
        ScopeCode<'Top, 'E, 'T>(fun sm ->
            if __useResumableCode then
                if Machine.IsStopped(&sm.Data) then
                    true
                else
                    // no variable outlives the wait, so that a block does not grow with its binds
                    let __stack_wait = work (Machine.Lend(&sm.Data))
                    let mutable __stack_done = true
                    let mutable __stack_ready = __stack_wait.IsCompleted

                    if not __stack_ready then
                        let __stack_yield = ResumableCode.Yield().Invoke(&sm)
                        __stack_done <- __stack_yield

                    if __stack_done then
                        // after a resumption both are as the method began, and that is "not ready"
                        let __stack_outcome =
                            if __stack_ready then
                                __stack_wait.Result
                            else
                                Machine.Result<'A, 'Top, 'E>(&sm.Data)

                        match __stack_outcome with
                        | Ok value -> (next value).Invoke(&sm)
                        | Error error ->
                            Machine.Fail(&sm.Data, error)
                            true
                    else
                        Machine.Wait(__stack_wait, &sm, &sm.Data)
                        false
            else
                ScopeBuilderBase.BindDynamic(&sm, work, next))

    member inline this.ReturnFrom([<InlineIfLambda>] work: Scoped<'T, 'E>) : ScopeCode<'T, 'E, 'T> =
        this.Bind(work, fun value -> this.Return value)

    static member WhileDynamic
        (sm: byref<ScopeMachine<'Top, 'E>>, guard: unit -> bool, body: ScopeCode<'Top, 'E, unit>)
        : bool =
        let mutable go = true

        ResumableCode.WhileDynamic(
            &sm,
            (fun () -> go && guard ()),
            ResumableCode.Combine(
                body,
                ScopeCode<'Top, 'E, unit>(fun sm ->
                    go <- not sm.Data.Failed
                    true)
            )
        )

    // Not ResumableCode.While: its guard cannot see `Failed`, and a captured flag is a reference cell per loop.
    member inline _.While
        ([<InlineIfLambda>] guard: unit -> bool, body: ScopeCode<'Top, 'E, unit>)
        : ScopeCode<'Top, 'E, unit> =
        ScopeCode<'Top, 'E, unit>(fun sm ->
            if __useResumableCode then
                let mutable __stack_go = true

                while __stack_go && not sm.Data.Failed && guard () do
                    let __stack_body = body.Invoke(&sm)
                    __stack_go <- __stack_body

                __stack_go
            else
                ScopeBuilderBase.WhileDynamic(&sm, guard, body))

    member inline _.TryWith
        (body: ScopeCode<'Top, 'E, 'T>, [<InlineIfLambda>] handler: exn -> ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> =
        ResumableCode.Combine(
            ResumableCode.TryWith(
                ScopeCode<'Top, 'E, unit>(fun sm -> body.Invoke(&sm)),
                fun failure ->
                    ScopeCode<'Top, 'E, unit>(fun sm ->
                        Machine.Catch(&sm.Data, failure)
                        true)
            ),
            ScopeCode<'Top, 'E, 'T>(fun sm ->
                match Machine.TakeCrash(&sm.Data) with
                | null -> true
                | failure -> (handler failure).Invoke(&sm))
        )

    /// What the compensation throws goes beside the block's own outcome, never over it.
    member inline _.TryFinally
        (body: ScopeCode<'Top, 'E, 'T>, [<InlineIfLambda>] compensation: unit -> unit)
        : ScopeCode<'Top, 'E, 'T> =
        ResumableCode.TryFinally(
            body,
            ResumableCode<_, _>(fun sm ->
                try
                    compensation ()
                with failure ->
                    Machine.CleanupFailed(sm.Data.Scope, failure)

                true)
        )

    static member CleanupDynamic(sm: byref<ScopeMachine<'Top, 'E>>, pending: ValueTask) : bool =
        let mutable awaiter =
            pending.ConfigureAwait(Machine.UsesContext(&sm.Data)).GetAwaiter()

        if awaiter.IsCompleted then
            Machine.EndCleanup(sm.Data.Scope, &awaiter)
            true
        else
            sm.ResumptionDynamicInfo.ResumptionData <- (awaiter :> ICriticalNotifyCompletion)

            sm.ResumptionDynamicInfo.ResumptionFunc <-
                ScopeResumption<'Top, 'E>(fun sm ->
                    let mutable awaiter = awaiter
                    Machine.EndCleanup(sm.Data.Scope, &awaiter)
                    true)

            false

    /// Waits for a step of a cleanup: no cancel check, and what it throws goes beside the block's own outcome.
    member inline _.Cleanup([<InlineIfLambda>] step: Scope -> ValueTask) : ScopeCode<'Top, 'E, unit> =
        ScopeCode<'Top, 'E, unit>(fun sm ->
            if __useResumableCode then
                let mutable __stack_done = true

                let mutable awaiter =
                    (step sm.Data.Scope).ConfigureAwait(Machine.UsesContext(&sm.Data)).GetAwaiter()

                if not awaiter.IsCompleted then
                    let __stack_yield = ResumableCode.Yield().Invoke(&sm)
                    __stack_done <- __stack_yield

                if __stack_done then
                    Machine.EndCleanup(sm.Data.Scope, &awaiter)
                    true
                else
                    Machine.Await(&awaiter, &sm, &sm.Data)
                    false
            else
                ScopeBuilderBase.CleanupDynamic(&sm, step sm.Data.Scope))

    /// `use`: joins the children started since it opened, then releases. They are cancelled first unless the block came
    /// to its end. The steps are combined without a look at `Failed`: a cleanup must not stop at a failed block.
    member inline this.UseWith
        (body: ScopeCode<'Top, 'E, 'T>, [<InlineIfLambda>] release: unit -> ValueTask)
        : ScopeCode<'Top, 'E, 'T> =
        ScopeCode<'Top, 'E, 'T>(fun sm ->
            let mark = Machine.Mark sm.Data.Scope
            let mutable good = false

            (ResumableCode.TryFinallyAsync(
                // a step of its own: on the dynamic path nothing after `Invoke` runs once the body has waited
                ResumableCode.Combine(
                    ScopeCode<'Top, 'E, unit>(fun sm -> body.Invoke(&sm)),
                    ScopeCode<'Top, 'E, 'T>(fun sm ->
                        good <- not sm.Data.Failed
                        true)
                ),
                ResumableCode.Combine(
                    this.Cleanup(fun scope -> Machine.JoinSince(scope, mark, not good)),
                    this.Cleanup(fun scope ->
                        try
                            release ()
                        with failure ->
                            Machine.CleanupFailed(scope, failure)
                            ValueTask())
                )
            ))
                .Invoke(&sm))

    member inline this.Using
        (resource: 'R, [<InlineIfLambda>] body: 'R -> ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> when 'R :> IAsyncDisposable =
        this.UseWith(
            ScopeCode<'Top, 'E, 'T>(fun sm -> (body resource).Invoke(&sm)),
            fun () ->
                if isNull (box resource) then
                    ValueTask()
                else
                    resource.DisposeAsync()
        )

    member inline _.MergeSources(left: Scoped<'A, 'E>, right: Scoped<'B, 'E>) : Scoped<struct ('A * 'B), 'E> =
        Merge.Pair(left, right)

    static member RunDynamic(code: ScopeCode<'T, 'E, 'T>) : Scoped<'T, 'E> =
        Block<'T, 'E>.AsScoped(DynamicBlock<'T, 'E> code)

    // `if __useResumableCode ..` is the whole body: with a call around it, a forked block would be no resumable code.
    member inline _.Run(code: ScopeCode<'T, 'E, 'T>) : Scoped<'T, 'E> =
        if __useResumableCode then
            __stateMachine<ScopeData<'T, 'E>, Scoped<'T, 'E>>
                (MoveNextMethodImpl<_>(fun sm ->
                    __resumeAt sm.ResumptionPoint
                    let mutable __stack_exn: exn | null = null
                    let mutable __stack_end = false

                    try
                        let __stack_fin = code.Invoke(&sm)

                        if __stack_fin then
                            __stack_end <- true
                    with failure ->
                        __stack_exn <- failure

                    // outside the `try`: what the end of a scope wakes must not end it twice
                    match __stack_exn with
                    | null ->
                        if __stack_end then
                            Machine.Complete(&sm.Data)
                    | failure -> Machine.Crash(&sm.Data, failure)))
                (SetStateMachineMethodImpl<_>(fun _ _ -> ()))
                (AfterCode<_, _>(fun sm ->
                    // the compiler puts its generated struct wherever this text says ScopeMachine
                    let block = StaticBlock<ScopeMachine<'T, 'E>, 'T, 'E>()
                    block.Initial <- sm
                    Block<'T, 'E>.AsScoped block))
        else
            ScopeBuilderBase.RunDynamic code
