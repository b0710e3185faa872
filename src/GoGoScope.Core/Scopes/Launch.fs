namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope.Missing

/// How children and roots start and, when they end before anyone could look, end.
[<AbstractClass; Sealed>]
type internal Launch =

    /// The node of a scope, by the one who knows its type.
    static member NodeOf<'T, 'E>(scope: Scope) : Node<'T, 'E> =
        nonNull (Unsafe.As<Node<'T, 'E>> scope.Node)

    /// Ends a root that could not start.
    static member Failed<'T, 'E>(scope: Scope, failure: exn) : ScopeTask<'T, 'E> =
        Launch.HandleOf(scope, true, Error(ScopeError.crashed failure))

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

    static member private Describe(scope: Scope, options: TaskOptions) =
        if options.Name <> "" then
            scope.Rare.Name <- options.Name

        if options.Tags.Count > 0 then
            scope.Rare.Tags <- options.Tags

        if options.Priority <> 0 then
            scope.Rare.Priority <- options.Priority

        if options.Dedupe <> "" then
            scope.Rare.DedupeKey <- options.Dedupe

    /// A child before its start.
    static member private Made<'T, 'E>
        (parent: Scope, kind: ChildKind, options: TaskOptions, traits: ChildTraits, file: string, line: int)
        : Node<'T, 'E> =
        let scope = Scope(parent.Environment, parent)
        scope.Kind <- kind
        scope.File <- file
        scope.Line <- line
        scope.Shielded <- kind = ChildKind.Daemon || traits.HasFlag ChildTraits.Shielded

        scope.Repeated <- traits.HasFlag ChildTraits.Repeated

        if traits.HasFlag ChildTraits.Starting then
            scope.Rare.IsStarting <- true

        if not (obj.ReferenceEquals(options, TaskOptions.Default)) then
            Launch.Describe(scope, options)

        let node =
            if options.Start = StartMode.Lazy then
                scope.Unborn <- true
                LazyNode<'T, 'E> scope :> Node<'T, 'E>
            else
                Node<'T, 'E>(scope)

        scope.Node <- node
        node

    static member private StartMade<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (node: Node<'T, 'E>, options: TaskOptions, body: 'B)
        : ScopeTask<'T, 'E> =
        let scope = node.Scope

        match node with
        | :? LazyNode<'T, 'E> as node ->
            node.StartWith(BodyStart<'T, 'E, 'B>(scope, node, options.Timeout, body))
            ScopeTask<'T, 'E>(node)
        | node ->
            scope.Count.BodyStarts()

            if not (scope.TryEnterParent()) then
                scope.EndRefused()
                node.Deliver(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Parent.Name)))
            else
                let mutable body = body

                if
                    options.Start = StartMode.Pool
                    || not (RuntimeHelpers.TryEnsureSufficientExecutionStack())
                then
                    Launch.StartLater(node, options.Timeout, body)
                else
                    BodyRun.Begin(scope, node, options.Timeout, &body)

                scope.HasStarted()

            ScopeTask<'T, 'E>(node)

    /// On the pool. The time in its queue counts.
    static member private StartLater<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (node: Node<'T, 'E>, timeout: TimeSpan, body: 'B)
        : unit =
        let scope = node.Scope

        let failure =
            match BodyRun.Prepare(scope, timeout) with
            | null ->
                let start = BodyStart<'T, 'E, 'B>(scope, node, Timeout.InfiniteTimeSpan, body)

                match Try.run (fun () -> scope.Dispatcher.Queue(LaterStart<'T, 'E>.Go, start)) with
                | Ok() -> null
                | Error failure -> failure
            | failure -> failure

        match failure with
        | null -> ()
        | failure -> node.BodyEnded(Error(ScopeError.crashed failure))

    /// A child that says when it is ready is heard once, by the one who started it.
    static member private CheckStarting(options: TaskOptions) =
        let refuse (option: string) =
            raise (
                ArgumentException(
                    $"A child that says when it is ready is started once, for one starter: {option} must not be set.",
                    option
                )
            )

        if options.Dedupe <> "" then
            refuse (nameof options.Dedupe)

        if not (isNull options.Retry) then
            refuse (nameof options.Retry)

        if options.AttemptTimeout <> Timeout.InfiniteTimeSpan then
            refuse (nameof options.AttemptTimeout)

    /// Starts a child that has options: it is in the tree from its start. A shielded one does not hear its parent's cancel.
    static member ChildWith<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (
            parent: Scope,
            kind: ChildKind,
            options: TaskOptions,
            traits: ChildTraits,
            file: string,
            line: int,
            body: 'B
        ) : ScopeTask<'T, 'E> =
        Checks.notNull (nameof options) options
        options.Check()

        if traits.HasFlag ChildTraits.Starting then
            Launch.CheckStarting options

        if options.Dedupe = "" then
            Launch.StartMade(Launch.Made(parent, kind, options, traits, file, line), options, body)
        else
            let make () =
                Launch.Made<'T, 'E>(parent, kind, options, traits, file, line) :> ScopeNode

            match parent.Rare.Share(options.Dedupe, make) with
            | struct (:? Node<'T, 'E> as node, true) -> Launch.StartMade(node, options, body)
            | struct (:? Node<'T, 'E> as node, false) -> ScopeTask<'T, 'E>(node)
            | _ ->
                raise (
                    ArgumentException(
                        $"A task of another type runs under the key '{options.Dedupe}'.",
                        nameof options.Dedupe
                    )
                )

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
            Launch.ChildWith(parent, kind, Launch.OnPool, ChildTraits.None, file, line, body)
        elif kind >= ChildKind.Fork && not parent.Environment.IsPlain then
            Launch.ChildWith(parent, kind, TaskOptions.Default, ChildTraits.None, file, line, body)
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
                        BodyRun.RunBody(scope, &body, &outcome)

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
                BodyRun.RunBody(scope, &body, &outcome)

        Launch.HandleOf(scope, ended, outcome)
