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

            if scope.Parent.Count.Enter() = Entry.Closed then
                Volatile.Write(&scope.Ended, true)
                this.Deliver(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Parent.Name)))
            elif RuntimeHelpers.TryEnsureSufficientExecutionStack() then
                mine.Run()
            else
                scope.Dispatcher.Queue(LaterStart<'T, 'E>.Go, mine)

/// How children and roots start and, when they end before anyone could look, end.
[<AbstractClass; Sealed>]
type internal Launch =

    /// The node of a scope, by the one who knows its type.
    static member NodeOf<'T, 'E>(scope: Scope) : Node<'T, 'E> =
        nonNull (Unsafe.As<Node<'T, 'E>> scope.Node)

    // apart, because a method with a `try` is not inlined
    static member private RunAmbient<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, body: byref<'B>, outcome: byref<Outcome<'T, 'E>>)
        =
        scope.Kept <- true
        let before = Ambient.Enter scope

        try
            body.Run(scope, &outcome)
        finally
            Ambient.Return before

    static member private RunBody<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, body: byref<'B>, outcome: byref<Outcome<'T, 'E>>)
        =
        if scope.Environment.Ambient then
            Launch.RunAmbient(scope, &body, &outcome)
        else
            body.Run(scope, &outcome)

    /// Sets the deadline and joins the tree. What a clock throws is the child's failure: it is counted in already.
    static member private Prepare(scope: Scope, timeout: TimeSpan) : exn | null =
        try
            scope.SetTimeout timeout
            scope.Attach()
            null
        with failure ->
            failure

    /// Ends a root that could not start.
    static member Failed<'T, 'E>(scope: Scope, failure: exn) : ScopeTask<'T, 'E> =
        Launch.HandleOf(scope, true, Error(ScopeError.crashed failure))

    /// Runs the body of a scope that has its node already.
    static member Begin<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, node: Node<'T, 'E>, timeout: TimeSpan, body: byref<'B>)
        : unit =
        match Launch.Prepare(scope, timeout) with
        | null ->
            if scope.IsCancelled then
                node.BodyEnded(Explain.Stopped scope)
            else
                let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>

                if Launch.RunBody(scope, &body, &outcome) then
                    node.BodyEnded outcome
        | failure -> node.BodyEnded(Error(ScopeError.crashed failure))

    /// Ends a scope whose body never waited. Null: it ended well and left nothing behind, so the value is all there is.
    static member private EndedAtOnce(scope: Scope, outcome: Outcome<'T, 'E>) : Node<'T, 'E> | null =
        let parent = scope.Parent
        let plain = outcome.IsOk && not scope.Attached && isMissing scope.Extra

        if plain && scope.Lent = 0 && not scope.Kept then
            if isThere parent then
                parent.LeaveUnseen scope

            null
        else
            let closed = scope.Count.TryClose()

            if isThere parent then
                parent.Kept <- true // whoever kept the child has a way up

            if plain && closed && isMissing scope.Extra && scope.TryEndUnattached() then
                if isThere parent then
                    parent.Leave()

                null
            else
                let node = Node<'T, 'E>(scope)
                scope.Node <- node

                if closed then
                    node.EndNow outcome
                else
                    node.BodyEnded outcome

                node

    static member private HandleOf<'T, 'E>
        (scope: Scope, ended: bool, outcome: Outcome<'T, 'E>)
        : ScopeTask<'T, 'E> =
        if not ended then
            ScopeTask<'T, 'E>(Launch.NodeOf<'T, 'E> scope)
        else
            match Launch.EndedAtOnce(scope, outcome), outcome with
            | null, Ok value -> ScopeTask<'T, 'E>(value)
            | _ -> ScopeTask<'T, 'E>(Launch.NodeOf<'T, 'E> scope)

    static member internal Refused<'T, 'E>(parent: Scope) : ScopeTask<'T, 'E> =
        let scope = Scope(parent.Environment, nothing)
        let node = Node<'T, 'E>(scope)
        scope.Node <- node
        scope.Ended <- true
        node.Deliver(Error(ScopeError.rejected (Rejection.ScopeEnded parent.Name)))
        ScopeTask<'T, 'E>(node)

    static member private Fresh(parent: Scope, kind: ChildKind, file: string, line: int) =
        let scope = Scope(parent.Environment, parent)
        scope.Kind <- kind
        scope.File <- file
        scope.Line <- line
        scope

    /// Starts a child that has options: it is in the tree from its start. A shielded one does not hear its parent's cancel.
    static member ChildWith<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (
            parent: Scope,
            kind: ChildKind,
            options: TaskOptions,
            shielded: bool,
            file: string,
            line: int,
            body: 'B
        ) : ScopeTask<'T, 'E> =
        Checks.notNull (nameof options) options
        Checks.notNull (nameof options.Name) options.Name
        Checks.durationOrInfinite (nameof options.Timeout) options.Timeout

        let prepare (scope: Scope) (node: Node<'T, 'E>) =
            scope.Node <- node
            scope.Shielded <- shielded

            if options.Name <> "" then
                scope.Rare.Name <- options.Name

        if options.Start = StartMode.Lazy then
            let scope = Launch.Fresh(parent, kind, file, line)
            scope.Unborn <- true
            let node = LazyNode<'T, 'E> scope
            prepare scope node
            node.StartWith(BodyStart<'T, 'E, 'B>(scope, node, options.Timeout, body))
            ScopeTask<'T, 'E>(node)
        elif parent.Count.Enter() = Entry.Closed then
            Launch.Refused parent
        else
            let scope = Launch.Fresh(parent, kind, file, line)
            scope.Count.BodyStarts()
            let node = Node<'T, 'E>(scope)
            prepare scope node
            let mutable body = body

            if
                options.Start = StartMode.Pool
                || not (RuntimeHelpers.TryEnsureSufficientExecutionStack())
            then
                let failure =
                    match Launch.Prepare(scope, options.Timeout) with // the time in the queue counts
                    | null ->
                        let start = BodyStart<'T, 'E, 'B>(scope, node, Timeout.InfiniteTimeSpan, body)

                        match Try.run (fun () -> scope.Dispatcher.Queue(LaterStart<'T, 'E>.Go, start)) with
                        | Ok() -> null
                        | Error failure -> failure
                    | failure -> failure

                match failure with
                | null -> ()
                | failure -> node.BodyEnded(Error(ScopeError.crashed failure))
            else
                Launch.Begin(scope, node, options.Timeout, &body)

            ScopeTask<'T, 'E>(node)

    static member val private OnPool =
        {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

    /// Starts a child: inline, up to its first wait, and for free if it ends there unseen.
    static member Child<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (parent: Scope, kind: ChildKind, file: string, line: int, body: 'B)
        : ScopeTask<'T, 'E> =
        // a child in a child in a child, thousands deep, would run out of stack inline; a root in a child, too, so a root's
        // children are asked as well
        if not (RuntimeHelpers.TryEnsureSufficientExecutionStack()) then
            Launch.ChildWith(parent, kind, Launch.OnPool, false, file, line, body)
        else

            match parent.Count.Enter() with
            | Entry.Closed -> Launch.Refused parent
            | entry ->
                let scope =
                    if entry = Entry.WithSpare then
                        parent.Spare
                    else
                        let fresh = Scope(parent.Environment, parent)
                        fresh.Count.BodyStarts()
                        fresh

                scope.Kind <- kind

                if not (obj.ReferenceEquals(scope.File, file)) then
                    scope.File <- file

                scope.Line <- line
                let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>
                let mutable body = body

                let ended =
                    if parent.IsCancelled then
                        outcome <- Explain.Stopped scope
                        true
                    else
                        Launch.RunBody(scope, &body, &outcome)

                Launch.HandleOf(scope, ended, outcome)

    /// Runs the body of a root. Its scope is made and applied already.
    static member RootBody<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, body: 'B)
        : ScopeTask<'T, 'E> =
        let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>
        let mutable body = body

        let ended =
            if scope.IsCancelled then
                outcome <- Explain.Stopped scope
                true
            else
                Launch.RunBody(scope, &body, &outcome)

        Launch.HandleOf(scope, ended, outcome)

/// The later start of a body of known type.
and [<Sealed>] internal BodyStart<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
    (scope: Scope, node: Node<'T, 'E>, timeout: TimeSpan, body: 'B) =
    inherit LaterStart<'T, 'E>()
    let mutable body = body

    override _.Begin() =
        Launch.Begin(scope, node, timeout, &body)
