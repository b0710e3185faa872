namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope.Missing

/// A body as the kernel starts it: a struct type parameter, so that neither face pays an adapter.
type internal IBody<'T, 'E> =
    /// Runs the body in `scope` up to its first wait. True: it has ended, and `outcome` holds how. False: the scope has
    /// a node now, which the body will end. Never throws.
    abstract Run: scope: Scope * outcome: byref<Outcome<'T, 'E>> -> bool

/// A body that starts later than its child is made, on whichever thread: in the execution context of the caller.
[<AbstractClass>]
type internal LaterStart<'T, 'E>() =
    let flow = ExecutionContext.Capture()

    static let inFlow =
        ContextCallback(fun start ->
            match start with
            | :? LaterStart<'T, 'E> as start -> start.Begin()
            | _ -> ())

    static member val Go =
        Action<obj | null>(fun start ->
            match start with
            | :? LaterStart<'T, 'E> as start -> start.Run()
            | _ -> ())

    abstract Begin: unit -> unit

    member this.Run() =
        match flow with
        | null -> this.Begin()
        | flow -> ExecutionContext.Run(flow, inFlow, this)

/// A child whose body waits to be asked for. Not counted, and not in the tree, before it starts.
[<Sealed>]
type internal LazyNode<'T, 'E>(scope: Scope) =
    inherit Node<'T, 'E>(scope)
    let mutable start: LaterStart<'T, 'E> = nothing

    member _.StartWith(later: LaterStart<'T, 'E>) = start <- later

    override this.EnsureStarted() =
        let mine = Interlocked.Exchange(&start, nothing)

        if isThere mine then
            scope.Unborn <- false
            scope.Count.BodyStarts()

            if not (scope.TryEnterParent()) then
                scope.EndRefused()
                this.Deliver(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Parent.Name)))
            else
                if RuntimeHelpers.TryEnsureSufficientExecutionStack() then
                    mine.Run()
                else
                    scope.Dispatcher.Queue(LaterStart<'T, 'E>.Go, mine)

                scope.HasStarted()
