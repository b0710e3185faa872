namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Work with a policy around it. It is a `Scoped` like any other, but it runs the work in a scope below the one it is
/// given, and keeps neither: a child that is nothing but policies around a block costs as little as the block.
[<AbstractClass>]
type internal Policy<'T, 'E>() =
    inherit FSharpFunc<Scope, ValueTask<Outcome<'T, 'E>>>()

    member this.AsScoped: Scoped<'T, 'E> = nonNull (Unsafe.As<Scoped<'T, 'E>> this)

/// The rest of a wait that has begun already.
[<Struct; NoComparison; NoEquality>]
type internal PendingWork<'T, 'E> =
    val private pending: ValueTask<Outcome<'T, 'E>>
    val private usesContext: bool

    new(pending, usesContext) =
        {
            pending = pending
            usesContext = usesContext
        }

    interface IWork<'T, 'E> with
        member _.Start _ = ()
        member this.IsCompleted = this.pending.IsCompleted

        member this.OnCompleted next =
            this.pending.ConfigureAwait(this.usesContext).GetAwaiter().UnsafeOnCompleted next

        member this.GetResult _ = this.pending.GetAwaiter().GetResult()

/// A policy as a body.
[<Struct; NoComparison; NoEquality>]
type internal PolicyBody<'T, 'E> =
    val private policy: Policy<'T, 'E>
    new(policy) = { policy = policy }

    interface IBody<'T, 'E> with
        member this.Run(scope, outcome) =
            let mutable pending = Unchecked.defaultof<ValueTask<Outcome<'T, 'E>>>

            let ended =
                try
                    pending <- this.policy.Invoke scope

                    if pending.IsCompleted then
                        outcome <- pending.Result
                        true
                    else
                        false
                with failure ->
                    outcome <- Error(Explain.Failure(scope, failure))
                    true

            if not ended then
                let node = WorkNode<'T, 'E, PendingWork<'T, 'E>> scope
                node.Work <- PendingWork<'T, 'E>(pending, scope.Dispatcher.UsesContext)

                if isMissing scope.Node then
                    scope.Node <- node

                scope.Attach()
                (node.Work :> IWork<_, _>).OnCompleted(Action node.Ended)

            ended

/// One try at some work, in a scope of its own: it has ended, with all that it started, when its wait is over.
[<AbstractClass; Sealed>]
type internal Attempt =

    /// With the handle of the attempt, which can be told to stop.
    static member Child(scope: Scope, work: Scoped<'T, 'E>) : ScopeTask<'T, 'E> =
        match box work with
        | :? Policy<'T, 'E> as policy ->
            Launch.Child<'T, 'E, _>(scope, ChildKind.Bound, "", 0, PolicyBody<'T, 'E> policy)
        | :? Block<'T, 'E> as block ->
            Launch.Child<'T, 'E, _>(scope, ChildKind.Bound, "", 0, BlockBody<'T, 'E> block)
        | _ ->
            Launch.Child<'T, 'E, _>(
                scope,
                ChildKind.Bound,
                "",
                0,
                WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work)
            )

    static member Start(scope: Scope, work: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        Attempt.Child(scope, work).AsValueTask()

    /// With a limit of its own, unless that is infinite.
    static member Start(scope: Scope, timeout: TimeSpan, work: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        if timeout = Timeout.InfiniteTimeSpan then
            Attempt.Start(scope, work)
        else
            Start.Bound(
                scope,
                {
                    TaskOptions.Default with
                        Timeout = timeout
                },
                work
            )

/// A wait in several steps. It ends when the policy says so: a cancel reaches the work below, or what is waited for, and
/// never takes the wait itself away.
[<AbstractClass>]
type internal PolicyWait<'T, 'E>(scope: Scope) =
    inherit Waiter<Outcome<'T, 'E>>(scope)

    member _.Scope = scope
    override _.OnCancelled _ = ()

    /// Calls back when the wait is over.
    member _.After(wait: ValueTask<'R>, next: Action) : unit =
        wait.ConfigureAwait(scope.Dispatcher.UsesContext).GetAwaiter().UnsafeOnCompleted next
