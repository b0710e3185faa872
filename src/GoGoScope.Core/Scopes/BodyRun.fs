namespace GoGoScope

open System
open GoGoScope.Missing

/// How a body comes to its first instruction: deadline, place in the tree, hooks, permits.
[<AbstractClass; Sealed>]
type internal BodyRun =

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

    static member RunBody<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, body: byref<'B>, outcome: byref<Outcome<'T, 'E>>)
        =
        if scope.Environment.Ambient then
            BodyRun.RunAmbient(scope, &body, &outcome)
        else
            body.Run(scope, &outcome)

    /// Sets the deadline and joins the tree. What a clock throws is the child's failure: it is counted in already.
    static member Prepare(scope: Scope, timeout: TimeSpan) : exn | null =
        try
            scope.SetTimeout timeout

            if isThere scope.Extra then
                scope.Extra.BeBornOnce scope.Clock

            scope.Attach()

            // one that is stopped already never starts
            if
                scope.Environment.HearsTasks
                && scope.Kind >= ChildKind.Fork
                && scope.Kind <> ChildKind.Attempt
                && scope.Rare.StartedAt.IsNone
                && not scope.IsCancelled
            then
                scope.TellStarted()

            null
        with failure ->
            failure

    /// Runs the body of a scope that has its node already.
    static member Begin<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, node: Node<'T, 'E>, timeout: TimeSpan, body: byref<'B>)
        : unit =
        match BodyRun.Prepare(scope, timeout) with
        | null ->
            match BodyRun.MissingPermits scope with
            | null -> BodyRun.Proceed(scope, node, &body)
            | permits ->
                let start = PermittedStart<'T, 'E, 'B>(scope, node, body)
                PermitStart<'T, 'E>(scope, node, permits, scope.Extra.Priority, start).Run()
        | failure -> node.BodyEnded(Error(ScopeError.crashed failure))

    /// Runs the body of a scope that may run.
    static member Proceed<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, node: Node<'T, 'E>, body: byref<'B>)
        : unit =
        if scope.IsCancelled then
            node.BodyEnded(Explain.Stopped scope)
        else
            let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>

            if BodyRun.RunBody(scope, &body, &outcome) then
                node.BodyEnded outcome

    /// Takes the permits that the task needs, if they are there. Null: it may run, or needs not try.
    static member private MissingPermits(scope: Scope) : PermitSet | null =
        if
            isMissing scope.Environment.Limit
            || scope.Kind < ChildKind.Fork
            || scope.Kind = ChildKind.Daemon
            || scope.Repeated
            || scope.IsCancelled
        then
            null
        else
            scope.Covers <- true

            match scope.NeededPermits() with
            | null -> null
            | permits ->
                scope.Rare.Permits <- permits
                if permits.TryTakeAll() then null else permits

/// The later start of a body of known type.
and [<Sealed>] internal BodyStart<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
    (scope: Scope, node: Node<'T, 'E>, timeout: TimeSpan, body: 'B) =
    inherit LaterStart<'T, 'E>()
    let mutable body = body

    override _.Begin() =
        BodyRun.Begin(scope, node, timeout, &body)

/// The start of a body that has waited for its permits.
and [<Sealed>] internal PermittedStart<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
    (scope: Scope, node: Node<'T, 'E>, body: 'B) =
    inherit LaterStart<'T, 'E>()
    let mutable body = body
    override _.Begin() = BodyRun.Proceed(scope, node, &body)
