namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Missing

/// What stands around the work of a task, from the inside: the limit of the attempt, the scope's circuit breaker, the permit,
/// the repetition, the limit of the task.
[<AbstractClass; Sealed>]
type internal Pipeline =

    /// Through the scope's breaker, if it has one.
    static member Guard(scope: Scope, work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        match scope.Environment.Breaker with
        | null -> work
        | breaker -> BreakerPolicy<'T, 'E>(breaker, BreakerKernel.Counts, work).AsScoped

    static member private LimitedAttempt<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (options: TaskOptions, body: 'B)
        : Scoped<'T, 'E> =
        let attempt = {
            TaskOptions.Default with
                Timeout = options.AttemptTimeout
        }

        fun scope ->
            Launch
                .ChildWith<'T, 'E, _>(scope, ChildKind.Bound, attempt, ChildTraits.None, "", 0, body)
                .AsValueTask()

    static member private BodyOf(work: Scoped<'T, 'E>) =
        WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work)

    /// Starts a task with what its options and its scope put around its work.
    static member Start<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (
            scope: Scope,
            kind: ChildKind,
            options: TaskOptions,
            traits: ChildTraits,
            file: string,
            line: int,
            body: 'B
        ) : ScopeTask<'T, 'E> =
        Checks.notNull (nameof options) options
        options.Check()

        let attempt =
            Pipeline.Guard(scope, Pipeline.LimitedAttempt<'T, 'E, 'B>(options, body))

        match options.Retry with
        | null -> Launch.ChildWith(scope, kind, options, traits, file, line, Pipeline.BodyOf attempt)
        | retry ->
            let place = {
                TaskOptions.Default with
                    Priority = options.Priority
            }

            let permitted (task: Scope) =
                Launch
                    .ChildWith<'T, 'E, _>(
                        task,
                        ChildKind.Attempt,
                        place,
                        ChildTraits.None,
                        file,
                        line,
                        Pipeline.BodyOf attempt
                    )
                    .AsValueTask()

            let repeated = RetryPolicy<'T, 'E>(BoxedRetry.typed<'E> retry, permitted).AsScoped

            Launch.ChildWith(
                scope,
                kind,
                options,
                traits ||| ChildTraits.Repeated,
                file,
                line,
                Pipeline.BodyOf repeated
            )

    /// Whether anything stands around the work of a task that is started so.
    static member IsEmpty(scope: Scope, kind: ChildKind, options: TaskOptions) =
        (isNull scope.Environment.Breaker || kind = ChildKind.Daemon)
        && (obj.ReferenceEquals(options, TaskOptions.Default)
            || isNull (box options)
            || (isNull options.Retry && options.AttemptTimeout = Timeout.InfiniteTimeSpan))

/// What the verbs that start tasks call.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type TaskStart =

    static member internal Begin<'T, 'E, 'B when 'B: struct and 'B :> IBody<'T, 'E>>
        (scope: Scope, kind: ChildKind, options: TaskOptions, file: string, line: int, body: 'B)
        : ScopeTask<'T, 'E> =
        if not (Pipeline.IsEmpty(scope, kind, options)) then
            Pipeline.Start(scope, kind, options, ChildTraits.None, file, line, body)
        elif obj.ReferenceEquals(options, TaskOptions.Default) && kind <> ChildKind.Daemon then
            Launch.Child(scope, kind, file, line, body)
        else
            Launch.ChildWith(scope, kind, options, ChildTraits.None, file, line, body)

    static member private Begin
        (scope: Scope, kind: ChildKind, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        Checks.notNull (nameof work) (box work)

        match box work with
        | :? Block<'T, 'E> as block ->
            TaskStart.Begin<'T, 'E, _>(scope, kind, options, file, line, BlockBody<'T, 'E> block)
        | :? Policy<'T, 'E> as policy ->
            TaskStart.Begin<'T, 'E, _>(scope, kind, options, file, line, PolicyBody<'T, 'E> policy)
        | _ ->
            TaskStart.Begin<'T, 'E, _>(
                scope,
                kind,
                options,
                file,
                line,
                WorkBody<'T, 'E, FuncWork<'T, 'E>>(FuncWork<'T, 'E> work)
            )

    static member Fork(scope: Scope, work: Scoped<'T, 'E>, file: string, line: int) : ScopeTask<'T, 'E> =
        TaskStart.Begin(scope, ChildKind.Fork, TaskOptions.Default, work, file, line)

    static member ForkWith
        (scope: Scope, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        TaskStart.Begin(scope, ChildKind.Fork, options, work, file, line)

    static member Task(scope: Scope, work: Scoped<'T, 'E>, file: string, line: int) : ScopeTask<'T, 'E> =
        TaskStart.Begin(scope, ChildKind.Task, TaskOptions.Default, work, file, line)

    static member TaskWith
        (scope: Scope, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        TaskStart.Begin(scope, ChildKind.Task, options, work, file, line)

    static member Daemon
        (scope: Scope, options: TaskOptions, work: Scoped<'T, 'E>, file: string, line: int)
        : ScopeTask<'T, 'E> =
        TaskStart.Begin(scope, ChildKind.Daemon, options, work, file, line)

    static member internal Competitor
        (group: Scope, options: TaskOptions, work: Scoped<'T, 'E>)
        : ScopeTask<'T, 'E> =
        TaskStart.Begin(group, ChildKind.Competitor, options, work, "", 0)

    static member internal Operand(group: Scope, work: Scoped<'T, 'E>) : ScopeTask<'T, 'E> =
        TaskStart.Begin(group, ChildKind.Operand, TaskOptions.Default, work, "", 0)
