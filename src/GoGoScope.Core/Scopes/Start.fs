namespace GoGoScope.CompilerServices

open System
open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Missing

/// A `scope { }` block as a body: its last step ends the child, and nothing stands between.
[<Struct; NoComparison; NoEquality>]
type internal BlockBody<'T, 'E> =
    val private block: Block<'T, 'E>
    new(block) = { block = block }

    interface IBody<'T, 'E> with
        member this.Run(scope, outcome) =
            isNull (this.block.Run(scope, true, &outcome))

/// What the verbs that start children are made of.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Start =

    static member private Child
        (scope: Scope, kind: ChildKind, work: Scoped<'T, 'E>, file: string, line: int)
        =
        Checks.notNull (nameof work) (box work)

        match box work with
        | :? Block<'T, 'E> as block ->
            Launch.Child<'T, 'E, _>(scope, kind, file, line, BlockBody<'T, 'E> block)
        | _ ->
            Launch.Child<'T, 'E, _>(
                scope,
                kind,
                file,
                line,
                WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work)
            )

    static member private ChildWith
        (
            scope: Scope,
            kind: ChildKind,
            options: TaskOptions,
            traits: ChildTraits,
            work: Scoped<'T, 'E>,
            file: string,
            line: int
        ) =
        Checks.notNull (nameof work) (box work)

        match box work with
        | :? Block<'T, 'E> as block ->
            Launch.ChildWith<'T, 'E, _>(scope, kind, options, traits, file, line, BlockBody<'T, 'E> block)
        | _ ->
            Launch.ChildWith<'T, 'E, _>(
                scope,
                kind,
                options,
                traits,
                file,
                line,
                WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work)
            )

    static member ForkWith
        (scope: Scope, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        Start.ChildWith(scope, ChildKind.Fork, options, ChildTraits.None, work, file, line)

    /// A child whose failure is only a value until it says that it is ready.
    static member internal Starting
        (scope: Scope, daemon: bool, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        let kind = if daemon then ChildKind.Daemon else ChildKind.Fork
        Start.ChildWith(scope, kind, options, ChildTraits.Starting, work, file, line)

    /// Work in a scope of its own, whose outcome goes to the caller only.
    static member internal Bound
        (scope: Scope, options: TaskOptions, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        Start.ChildWith(scope, ChildKind.Bound, options, ChildTraits.None, work, "", 0).AsValueTask()

    /// The same without options, and for free when it ends at once unseen.
    static member internal Bound(scope: Scope, work: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        Start.Child(scope, ChildKind.Bound, work, "", 0).AsValueTask()

    /// Work that its scope's cancellation does not reach, for at most `bound`.
    static member internal Shielded
        (scope: Scope, bound: TimeSpan, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        Checks.duration (nameof bound) bound

        Start
            .ChildWith(
                scope,
                ChildKind.Bound,
                {
                    TaskOptions.Default with
                        Timeout = bound
                },
                ChildTraits.Shielded,
                work,
                "",
                0
            )
            .AsValueTask()

    static member internal Run
        (options: ScopeOptions, token: CancellationToken, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        Checks.notNull (nameof options) options
        Checks.notNull (nameof work) (box work)

        match box work with
        | :? Block<'T, 'E> as block -> Root.Run<'T, 'E, _>(options, token, BlockBody<'T, 'E> block)
        | _ -> Root.Run<'T, 'E, _>(options, token, WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work))
