namespace GoGoScope.CompilerServices

#nowarn "3513" // resumable code

open System
open System.ComponentModel
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open Microsoft.FSharp.Core.CompilerServices
open GoGoScope
open GoGoScope.Missing

/// What a `scope { }` block carries through its waits.
[<Struct; NoComparison; NoEquality; EditorBrowsable(EditorBrowsableState.Never)>]
type ScopeData<'T, 'E> =
    /// What it came to so far.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Outcome: Outcome<'T, 'E>

    /// The scope it runs in.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Scope: Scope

    /// Where it lives once it has waited.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Box: Node<'T, 'E>

    /// What it waits for: a source, or a task.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Pending: obj

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Token: int16

    /// The wait is a task.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal IsTask: bool

    /// An error short-circuits the rest of the block.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Failed: bool

    /// It is the body of its scope, and not a block bound in somebody else's.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal IsBody: bool

type ScopeMachine<'T, 'E> = ResumableStateMachine<ScopeData<'T, 'E>>
type ScopeResumption<'T, 'E> = ResumptionFunc<ScopeData<'T, 'E>>
type ScopeDynamicInfo<'T, 'E> = ResumptionDynamicInfo<ScopeData<'T, 'E>>
type ScopeCode<'Top, 'E, 'T> = ResumableCode<ScopeData<'Top, 'E>, 'T>

/// The home of a block that has waited: the machine, and in one object the node of the child whose body it is.
[<Sealed>]
type internal MachineNode<'SM, 'T, 'E
    when 'SM: struct and 'SM :> IAsyncStateMachine and 'SM :> IResumableStateMachine<ScopeData<'T, 'E>>>
    (scope: Scope) =
    inherit Node<'T, 'E>(scope)

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Machine: 'SM

    /// The caller's execution context at the last wait.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable Flow: ExecutionContext

    static member val private InFlow =
        ContextCallback(fun node ->
            match node with
            | :? MachineNode<'SM, 'T, 'E> as node -> node.Machine.MoveNext()
            | _ -> ())

    static member val private Enter =
        Action<obj | null>(fun node ->
            match node with
            | :? MachineNode<'SM, 'T, 'E> as node -> node.Run()
            | _ -> ())

    /// What a source calls when the wait is over.
    static member val Step =
        Action<obj | null>(fun node ->
            match node with
            | :? MachineNode<'SM, 'T, 'E> as node -> node.Resume()
            | _ -> ())

    member private this.Run() =
        if isMissing this.Flow then
            this.Machine.MoveNext()
        else
            ExecutionContext.Run(this.Flow, MachineNode<'SM, 'T, 'E>.InFlow, this)

    override this.Pending = this.Machine.Data.Pending

    interface IPassesOn with
        member this.Inner = this.Pending

    member this.Resume() =
        if scope.Dispatcher.IsInside then
            this.Run()
        else
            scope.Dispatcher.Resume(MachineNode<'SM, 'T, 'E>.Enter, this)

/// The steps of a block that the builder's inlined code calls.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Machine =

    static member Fail(data: byref<ScopeData<'T, 'E>>, error: ScopeError<'E>) =
        data.Outcome <- Error error
        data.Failed <- true

    /// Level-triggered: asked before each bind.
    static member IsStopped(data: byref<ScopeData<'T, 'E>>) : bool =
        if data.Scope.IsCancelled then
            Machine.Fail(&data, ScopeError.cancelled data.Scope.StopReason)
            true
        else
            false

    /// Whether waits come back through the synchronization context.
    static member UsesContext(data: byref<ScopeData<'T, 'E>>) : bool = data.Scope.Environment.UsesContext

    /// Guilty until proven innocent: every step that gets the scope may keep it, unless the step itself says that it did
    /// not. A scope that nobody kept serves the next child; one that somebody may have kept never does.
    static member Lend(data: byref<ScopeData<'T, 'E>>) : Scope =
        let scope = data.Scope
        scope.Lent <- scope.Lent + 1
        scope

    /// The last step. A block that never waited leaves its outcome in `data`.
    static member Complete(data: byref<ScopeData<'T, 'E>>) =
        if isThere data.Box then
            if data.IsBody then
                (Launch.NodeOf<'T, 'E> data.Scope).BodyEnded data.Outcome
            else
                data.Box.Deliver data.Outcome

    static member Crash(data: byref<ScopeData<'T, 'E>>, failure: exn) =
        data.Outcome <- Error(Explain.Failure(data.Scope, failure))
        Machine.Complete(&data)

    /// The home of the block: at its first wait it moves from the stack to it, and a child joins its parent's list.
    static member private Home<'SM, 'T, 'E
        when 'SM: struct and 'SM :> IAsyncStateMachine and 'SM :> IResumableStateMachine<ScopeData<'T, 'E>>>
        (machine: byref<'SM>, data: byref<ScopeData<'T, 'E>>)
        : MachineNode<'SM, 'T, 'E> =
        let mutable home: MachineNode<'SM, 'T, 'E> = nothing

        if isMissing data.Box then
            let scope = data.Scope
            home <- MachineNode<'SM, 'T, 'E> scope
            data.Box <- home

            if data.IsBody then
                if isMissing scope.Node then
                    scope.Node <- home
                elif isThere scope.Extra then
                    scope.Extra.Body <- home

                scope.Attach()

            home.Machine <- machine
        else
            home <- nonNull (Unsafe.As<MachineNode<'SM, 'T, 'E>> data.Box)

        match ExecutionContext.Capture() with
        | null -> home.Flow <- nothing
        | flow -> home.Flow <- flow

        home

    /// Suspends until an awaiter calls back.
    static member Await<'A, 'SM, 'T, 'E
        when 'A :> ICriticalNotifyCompletion
        and 'SM: struct
        and 'SM :> IAsyncStateMachine
        and 'SM :> IResumableStateMachine<ScopeData<'T, 'E>>>
        (awaiter: byref<'A>, machine: byref<'SM>, data: byref<ScopeData<'T, 'E>>)
        : unit =
        let home = Machine.Home(&machine, &data)
        awaiter.UnsafeOnCompleted(fun () -> home.Resume())

    /// Suspends until the wait is over. What it waits for is kept in `data`, so a bind needs no room of its own.
    static member Wait<'A, 'SM, 'T, 'E
        when 'SM: struct and 'SM :> IAsyncStateMachine and 'SM :> IResumableStateMachine<ScopeData<'T, 'E>>>
        (wait: ValueTask<Outcome<'A, 'E>>, machine: byref<'SM>, data: byref<ScopeData<'T, 'E>>)
        : unit =
        let mutable wait = wait

        let fields =
            Unsafe.As<ValueTask<Outcome<'A, 'E>>, ValueTaskFields<Outcome<'A, 'E>>> &wait

        match (if ValueTaskFields.Known then fields.Source else null) with
        | :? IValueTaskSource<Outcome<'A, 'E>> as source ->
            let token = fields.Token
            data.Pending <- source
            data.Token <- token
            data.IsTask <- false
            let home = Machine.Home(&machine, &data)

            let flags =
                if Machine.UsesContext(&data) then
                    ValueTaskSourceOnCompletedFlags.UseSchedulingContext
                else
                    ValueTaskSourceOnCompletedFlags.None

            source.OnCompleted(MachineNode<'SM, 'T, 'E>.Step, home, token, flags)
        | _ ->
            let task = wait.AsTask()
            data.Pending <- task
            data.IsTask <- true
            let home = Machine.Home(&machine, &data)

            task
                .ConfigureAwait(Machine.UsesContext(&data))
                .GetAwaiter()
                .UnsafeOnCompleted(fun () -> home.Resume())

    /// For pictures of the tree: what a block on the dynamic path waits for.
    static member Remember(wait: ValueTask<Outcome<'A, 'E>>, data: byref<ScopeData<'T, 'E>>) : unit =
        let mutable wait = wait

        let fields =
            Unsafe.As<ValueTask<Outcome<'A, 'E>>, ValueTaskFields<Outcome<'A, 'E>>> &wait

        match (if ValueTaskFields.Known then fields.Source else null) with
        | null -> ()
        | source -> data.Pending <- source

    /// That wait is over.
    static member Forget(data: byref<ScopeData<'T, 'E>>) : unit = data.Pending <- nothing

    /// What the wait that is over came to.
    static member Result<'A, 'T, 'E>(data: byref<ScopeData<'T, 'E>>) : Outcome<'A, 'E> =
        let pending = data.Pending
        data.Pending <- nothing

        if data.IsTask then
            (nonNull (Unsafe.As<Task<Outcome<'A, 'E>>> pending)).GetAwaiter().GetResult()
        else
            (nonNull (Unsafe.As<IValueTaskSource<Outcome<'A, 'E>>> pending)).GetResult data.Token

    /// An exception on its way to a handler reads like one that arrived as a value.
    static member Catch(data: byref<ScopeData<'T, 'E>>, failure: exn) =
        Machine.Fail(&data, Explain.Failure(data.Scope, failure))

    /// `try/with` sees crashes, thrown or arrived as a value, and nothing else. Null: nothing to handle.
    static member TakeCrash(data: byref<ScopeData<'T, 'E>>) : exn | null =
        match data.Outcome with
        | Error({ Cause = Cause.Crashed failure } as error) when data.Failed ->
            data.Failed <- false
            data.Outcome <- Unchecked.defaultof<_> // a block that ends without a value writes none

            for other in error.Others do
                data.Scope.Unobserved($"{other}, beside a crash that a try/with handled", failure)

            failure
        | _ -> null

    /// A release or a compensation threw: the scope fails with it, beside whatever else it comes to.
    static member CleanupFailed(scope: Scope, failure: exn) : unit = scope.Rare.AddCleanupFailure failure

    /// Reads the end of a step of a cleanup.
    static member EndCleanup
        (scope: Scope, awaiter: byref<ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter>)
        : unit =
        try
            awaiter.GetResult()
        with failure ->
            Machine.CleanupFailed(scope, failure)

    /// Where a `use` starts: children attached later have a larger number.
    static member Mark(scope: Scope) : int = scope.NewestSeq

    /// The end of a `use`: waits for the children started in it, after a cancel if its block failed.
    static member JoinSince(scope: Scope, mark: int, failed: bool) : ValueTask =
        if not (scope.HasLiveSince mark) then
            ValueTask()
        else
            let reason: CancelReason | null =
                if failed then CancelReason.ScopeExited scope.Name else null

            if isThere scope.Extra && scope.Extra.HasDaemons then
                scope.JoinAndStop(mark, reason)
            else
                scope.Join(ValueSome mark, reason)
