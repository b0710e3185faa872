namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.Missing

/// Work that is no `scope { }` block, as a struct type parameter: neither face pays an adapter closure.
type internal IWork<'T, 'E> =
    /// Calls the work. What it throws is its outcome.
    abstract Start: scope: Scope -> unit

    /// Whether it has ended.
    abstract IsCompleted: bool

    /// Calls back when it has ended. Only when it has not ended at once.
    abstract OnCompleted: next: Action -> unit

    /// How it ended. May throw: that is its outcome.
    abstract GetResult: scope: Scope -> Outcome<'T, 'E>

/// Keeps the work that it waits for. It is the scope's node too, unless that was there before.
[<Sealed>]
type internal WorkNode<'T, 'E, 'W when 'W: struct and 'W :> IWork<'T, 'E>>(scope: Scope) =
    inherit Node<'T, 'E>(scope)

    [<DefaultValue(false)>]
    val mutable internal Work: 'W

    member this.Resume() =
        let outcome =
            try
                this.Work.GetResult this.Scope
            with failure ->
                Error(Explain.Failure(this.Scope, failure))

        Launch.NodeOf<'T, 'E>(this.Scope).BodyEnded outcome

    /// The work has ended, on whichever thread.
    member this.Ended() =
        if this.Scope.Dispatcher.IsInside then
            this.Resume()
        else
            this.Scope.Dispatcher.Resume(WorkNode<'T, 'E, 'W>.Go, this)

    static member val private Go =
        Action<obj | null>(fun node ->
            match node with
            | :? WorkNode<'T, 'E, 'W> as node -> node.Resume()
            | _ -> ())

/// Work as a body.
[<Struct; NoComparison; NoEquality>]
type internal WorkBody<'T, 'E, 'W when 'W: struct and 'W :> IWork<'T, 'E>> =
    val mutable private work: 'W
    new(work) = { work = work }

    interface IBody<'T, 'E> with
        member this.Run(scope, outcome) =
            scope.Kept <- true

            let ended =
                try
                    this.work.Start scope

                    if this.work.IsCompleted then
                        outcome <- this.work.GetResult scope
                        true
                    else
                        false
                with failure ->
                    outcome <- Error(Explain.Failure(scope, failure))
                    true

            if not ended then
                let node = WorkNode<'T, 'E, 'W> scope
                node.Work <- this.work

                if isMissing scope.Node then
                    scope.Node <- node

                scope.Attach()

                node.Work.OnCompleted(Action(node.Ended))

            ended

/// A plain function from a scope.
[<Struct; NoComparison; NoEquality>]
type internal FuncWork<'T, 'E> =
    val private work: Scoped<'T, 'E>
    val mutable private usesContext: bool
    val mutable private pending: ValueTask<Outcome<'T, 'E>>

    new(work) =
        {
            work = work
            usesContext = false
            pending = Unchecked.defaultof<_>
        }

    interface IWork<'T, 'E> with
        member this.Start scope =
            this.usesContext <- scope.Dispatcher.UsesContext
            this.pending <- this.work scope

        member this.IsCompleted = this.pending.IsCompleted

        member this.OnCompleted next =
            this.pending.ConfigureAwait(this.usesContext).GetAwaiter().UnsafeOnCompleted next

        member this.GetResult _ = this.pending.GetAwaiter().GetResult()
