namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A registration as something to end with the scope: without waiting for a callback that runs now.
[<Sealed>]
type internal TokenLink(registration: CancellationTokenRegistration) =
    interface IDisposable with
        member _.Dispose() = registration.Unregister() |> ignore

/// A scope that is opened and closed by hand. Its "body" is the code between `Open` and `DisposeAsync`.
[<Sealed>]
type internal OpenNode(scope: Scope) =
    inherit Node<unit, Never>(scope)
    let mutable closing = 0

    /// What went wrong in the scope so far; the caller has it now, so it does not surface again.
    member this.TakeOutcome<'E>() : Outcome<unit, 'E> = Settle.soFar scope this true

    override this.Dispose() =
        if not scope.Count.IsClosed && Interlocked.Exchange(&closing, 1) = 0 then
            this.BodyEnded(Ok())

        if this.IsDone || Ambient.IsWithin scope then
            ValueTask()
        else
            ValueTask(this.AsValueTask().AsTask())

    /// Errors that neither `JoinAsync` nor anyone else was given.
    override _.Ended(outcome) =
        match outcome with
        | Error error when not (ScopeError.isCancelled error) ->
            for cause in ScopeError.causes error do
                match cause with
                | Cause.Crashed failure
                | Cause.CleanupFailed failure -> scope.Unobserved($"{cause}", failure)
                | _ -> scope.Unobserved($"{cause}", UntypedFailure(box cause))
        | _ -> ()

/// Roots: scopes with no scope above, or with one that other code owns (`Parent`).
[<AbstractClass; Sealed>]
type internal Root =

    static member private Apply(scope: Scope, options: ScopeOptions, token: CancellationToken) =
        scope.Rare.BeBornOnce scope.Clock

        if scope.Environment.Hooks.HearsEnds then
            scope.Rare.StartedAt <- ValueSome(scope.Clock.GetTimestamp())

        scope.KeepGoing <- (options.OnFailure = OnFailure.KeepGoing)
        scope.CancelRemaining <- (options.OnExit = OnExit.CancelRemaining)

        let link (token: CancellationToken) (source: string) =
            if token.CanBeCanceled then
                let fire = Action<obj | null>(fun _ -> scope.Cancel(CancelReason.TokenFired source))
                scope.Keep(new TokenLink(token.UnsafeRegister(fire, null)))

        link token "caller"
        link options.CancellationToken "options"

        let left =
            if options.Deadline = DateTimeOffset.MaxValue then
                Timeout.InfiniteTimeSpan
            else
                min Checks.longest (max TimeSpan.Zero (options.Deadline - scope.Clock.GetUtcNow()))

        scope.SetTimeout(
            if left = Timeout.InfiniteTimeSpan then options.Timeout
            elif options.Timeout = Timeout.InfiniteTimeSpan then left
            else min left options.Timeout
        )

    /// A scope whose body counts as running. Null: the parent has closed.
    static member private Make(options: ScopeOptions) : Scope | null =
        if obj.ReferenceEquals(options, ScopeOptions.Default) then
            let scope = Scope(ScopeEnvironment.Default, nothing)
            scope.Count.BodyStarts()
            scope
        else
            options.Check()

            let parent =
                match options.Parent with
                | null -> nothing
                | parent -> parent

            if isThere parent && parent.Count.Enter() = Entry.Closed then
                null
            else
                let scope = Scope(options.Environment, parent)
                scope.Opened <- true

                if options.Concurrency <> Int32.MaxValue then
                    scope.Environment.Limit.Owner <- scope

                // before its parent can tell it anything, and hooks can hear of it
                if options.Name <> "" then
                    scope.Rare.Name <- options.Name

                scope.Kind <- if isThere parent then ChildKind.Bound else ChildKind.Root
                scope.Count.BodyStarts()
                scope

    /// Runs the body in a scope of its own. The result is backed by a task when it has to wait, so a script may block on it.
    static member Run<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (options: ScopeOptions, token: CancellationToken, body: 'B)
        : ValueTask<Outcome<'T, 'E>> =
        match Root.Make options with
        | null -> Launch.Refused<'T, 'E>(nonNull options.Parent).AsValueTask()
        | scope ->
            let task =
                if token.CanBeCanceled || not (obj.ReferenceEquals(options, ScopeOptions.Default)) then
                    scope.Attach()

                    match Try.run (fun () -> Root.Apply(scope, options, token)) with
                    | Ok() -> Launch.RootBody<'T, 'E, 'B>(scope, body)
                    | Error failure -> Launch.Failed<'T, 'E>(scope, failure)
                else
                    Launch.RootBody<'T, 'E, 'B>(scope, body)

            if task.IsCompleted then
                task.AsValueTask()
            else
                ValueTask<Outcome<'T, 'E>>(task.AsValueTask().AsTask())

    /// Opens a scope that ends by `DisposeAsync`.
    static member Open(options: ScopeOptions, token: CancellationToken) : Scope =
        Checks.notNull (nameof options) options

        match Root.Make options with
        | null ->
            let parent = nonNull options.Parent
            let scope = Scope(parent.Environment, nothing)
            let node = OpenNode scope
            scope.Node <- node
            scope.Stop <- CancelReason.ScopeExited parent.Name
            scope.Ended <- true
            node.Deliver(Ok())
            scope
        | scope ->
            let node = OpenNode scope
            scope.Node <- node
            scope.Attach()

            try
                Root.Apply(scope, options, token)
                scope.CancelRemaining <- true
                scope
            with _ -> // a clock or a token that throws: the parent must not wait for what was never opened
                node.BodyEnded(Ok())
                reraise ()

    /// Waits for the children that there are, and answers what went wrong so far.
    static member Join<'E>(scope: Scope) : ValueTask<Outcome<unit, 'E>> =
        if Ambient.IsWithin scope then
            ValueTask<Outcome<unit, 'E>>(
                Error(ScopeError.rejected (Rejection.WouldDeadlock(scope.SelfJoin Ambient.Here)))
            )
        else
            Root.JoinFromOutside scope

    static member private JoinFromOutside<'E>(scope: Scope) : ValueTask<Outcome<unit, 'E>> =
        ValueTask<Outcome<unit, 'E>>(
            task {
                do! scope.Join(ValueNone, null).ConfigureAwait scope.Dispatcher.UsesContext

                return
                    match scope.Node with
                    | :? OpenNode as node -> node.TakeOutcome<'E>()
                    | node -> Settle.soFar scope node false
            }
        )
