namespace GoGoScope

#nowarn "3513" // resumable code: `for` over an asynchronous sequence

open System.Collections.Generic
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

// Overload resolution takes what was opened last: plain shapes are lowest, lifted errors between, the block's own error highest.

/// Shapes without a typed error.
[<AutoOpen>]
module ScopeSourcesPlain =
    type ScopeBuilderBase with

        member inline _.Source(work: Task<'T>) : Scoped<'T, 'E> =
            fun scope -> Lift.Task(scope, work, true)

        member inline _.Source(work: Task) : Scoped<unit, 'E> =
            fun scope -> Lift.TaskUnit(scope, work, true)

        member inline _.Source(work: ValueTask<'T>) : Scoped<'T, 'E> =
            fun scope -> Lift.Value(scope, work, true)

        member inline _.Source(work: ValueTask) : Scoped<unit, 'E> =
            fun scope -> Lift.ValueUnit(scope, work, true)

        member inline _.Source(work: Async<'T>) : Scoped<'T, 'E> = fun scope -> Lift.Async(scope, work)

        member inline _.Source([<InlineIfLambda>] work: CancellationToken -> Task<'T>) : Scoped<'T, 'E> =
            fun scope -> Lift.Task(scope, work scope.Token, false)

        member inline _.Source([<InlineIfLambda>] work: CancellationToken -> Task) : Scoped<unit, 'E> =
            fun scope -> Lift.TaskUnit(scope, work scope.Token, false)

        member inline _.Source([<InlineIfLambda>] work: CancellationToken -> ValueTask<'T>) : Scoped<'T, 'E> =
            fun scope -> Lift.Value(scope, work scope.Token, false)

        member inline _.Source([<InlineIfLambda>] work: CancellationToken -> ValueTask) : Scoped<unit, 'E> =
            fun scope -> Lift.ValueUnit(scope, work scope.Token, false)

        member inline _.Source(items: seq<'T>) = items
        member inline _.Source(items: IAsyncEnumerable<'T>) = items

        /// `for` over a sequence that waits: read with the scope's token, closed on every way out.
        member inline this.For
            (items: IAsyncEnumerable<'A>, [<InlineIfLambda>] body: 'A -> ScopeCode<'Top, 'E, unit>)
            : ScopeCode<'Top, 'E, unit> =
            ScopeCode<'Top, 'E, unit>(fun sm ->
                let reader = items.GetAsyncEnumerator(sm.Data.Scope.Token)
                let mutable more = true

                (this.UseWith(
                    this.While(
                        (fun () -> more),
                        this.Bind(
                            (fun (scope: Scope) -> Lift.Value(scope, reader.MoveNextAsync(), false)),
                            fun has ->
                                ScopeCode<'Top, 'E, unit>(fun sm ->
                                    if has then
                                        (body reader.Current).Invoke(&sm)
                                    else
                                        more <- false
                                        true)
                        )
                    ),
                    fun () -> reader.DisposeAsync()
                ))
                    .Invoke(&sm))

/// Shapes with the block's own error type, in `scope { }`.
[<AutoOpen>]
module ScopeSourcesSame =
    type ScopeBuilder with

        member inline _.Source(result: Result<'T, 'E>) : Scoped<'T, 'E> =
            fun scope -> Lift.Result(scope, result)

        member inline _.Source(child: ScopeTask<'T, 'E>) : Scoped<'T, 'E> =
            fun scope -> Lift.Child(scope, child)

        member inline _.Source(work: Task<Result<'T, 'E>>) : Scoped<'T, 'E> =
            fun scope -> Lift.TaskResult(scope, work, true)

        member inline _.Source(work: ValueTask<Result<'T, 'E>>) : Scoped<'T, 'E> =
            fun scope -> Lift.ValueResult(scope, work, true)

        member inline _.Source(work: Async<Result<'T, 'E>>) : Scoped<'T, 'E> =
            fun scope -> Lift.AsyncResult(scope, work)

        member inline _.Source
            ([<InlineIfLambda>] work: CancellationToken -> Task<Result<'T, 'E>>)
            : Scoped<'T, 'E> =
            fun scope -> Lift.TaskResult(scope, work scope.Token, false)

        member inline _.Source
            ([<InlineIfLambda>] work: CancellationToken -> ValueTask<Result<'T, 'E>>)
            : Scoped<'T, 'E> =
            fun scope -> Lift.ValueResult(scope, work scope.Token, false)

        /// The identity, so that a forked block is recognised and is its child's state machine.
        member inline _.Source([<InlineIfLambda>] work: Scoped<'T, 'E>) : Scoped<'T, 'E> = work

module internal MissingFrom =

    [<Literal>]
    let Message =
        "The error type of this block has no `static member From` for the error type of what is bound here."

/// What has no `From`: the compiler says so, instead of binding the `Result` as a plain value.
[<Extension; AbstractClass; Sealed; AutoOpen>]
type ScopeOfSourcesRefused =

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, result: Result<'T, 'Other>) : Scoped<'T, 'E> =
        Lift.Refused result

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, child: ScopeTask<'T, 'Other>) : Scoped<'T, 'E> =
        Lift.Refused child

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, work: Task<Result<'T, 'Other>>) : Scoped<'T, 'E> =
        Lift.Refused work

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, work: ValueTask<Result<'T, 'Other>>) : Scoped<'T, 'E> =
        Lift.Refused work

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, work: Async<Result<'T, 'Other>>) : Scoped<'T, 'E> =
        Lift.Refused work

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source
        (_: ScopeOfBuilder<'E>, work: CancellationToken -> Task<Result<'T, 'Other>>)
        : Scoped<'T, 'E> =
        Lift.Refused work

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source
        (_: ScopeOfBuilder<'E>, work: CancellationToken -> ValueTask<Result<'T, 'Other>>)
        : Scoped<'T, 'E> =
        Lift.Refused work

    [<Extension>]
    [<CompilerMessage(MissingFrom.Message, 10001, IsError = true)>]
    static member Source(_: ScopeOfBuilder<'E>, work: Scoped<'T, 'Other>) : Scoped<'T, 'E> = Lift.Refused work

/// Other error types, in `scopeOf<'E> { }`: lifted by `static member From: Other -> 'E` of the block's error type.
/// Without one the block does not compile (FS0041).
[<Extension; AbstractClass; Sealed; AutoOpen>]
type ScopeOfSourcesLifted =

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder< ^E >, result: Result<'T, 'Other>) : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.Result(scope, result),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder< ^E >, child: ScopeTask<'T, 'Other>) : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.Child(scope, child),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder< ^E >, work: Task<Result<'T, 'Other>>) : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.TaskResult(scope, work, true),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder< ^E >, work: ValueTask<Result<'T, 'Other>>)
        : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.ValueResult(scope, work, true),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder< ^E >, work: Async<Result<'T, 'Other>>) : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.AsyncResult(scope, work),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder< ^E >, work: CancellationToken -> Task<Result<'T, 'Other>>)
        : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.TaskResult(scope, work scope.Token, false),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder< ^E >, work: CancellationToken -> ValueTask<Result<'T, 'Other>>)
        : Scoped<'T, ^E> =
        fun scope ->
            Lift.Map(
                scope,
                Lift.ValueResult(scope, work scope.Token, false),
                fun error -> (^E: (static member From: 'Other -> ^E) error)
            )

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder< ^E >, work: Scoped<'T, 'Other>) : Scoped<'T, ^E> =
        fun scope -> Lift.Map(scope, work scope, fun error -> (^E: (static member From: 'Other -> ^E) error))

/// Shapes with the block's own error type, in `scopeOf<'E> { }`.
[<Extension; AbstractClass; Sealed; AutoOpen>]
type ScopeOfSourcesSame =

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder<'E>, result: Result<'T, 'E>) : Scoped<'T, 'E> =
        fun scope -> Lift.Result(scope, result)

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder<'E>, child: ScopeTask<'T, 'E>) : Scoped<'T, 'E> =
        fun scope -> Lift.Child(scope, child)

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder<'E>, work: Task<Result<'T, 'E>>) : Scoped<'T, 'E> =
        fun scope -> Lift.TaskResult(scope, work, true)

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder<'E>, work: ValueTask<Result<'T, 'E>>) : Scoped<'T, 'E> =
        fun scope -> Lift.ValueResult(scope, work, true)

    [<Extension>]
    static member inline Source(_: ScopeOfBuilder<'E>, work: Async<Result<'T, 'E>>) : Scoped<'T, 'E> =
        fun scope -> Lift.AsyncResult(scope, work)

    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder<'E>, work: CancellationToken -> Task<Result<'T, 'E>>)
        : Scoped<'T, 'E> =
        fun scope -> Lift.TaskResult(scope, work scope.Token, false)

    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder<'E>, work: CancellationToken -> ValueTask<Result<'T, 'E>>)
        : Scoped<'T, 'E> =
        fun scope -> Lift.ValueResult(scope, work scope.Token, false)

    /// The identity, as in `scope { }`.
    [<Extension>]
    static member inline Source
        (_: ScopeOfBuilder<'E>, [<InlineIfLambda>] work: Scoped<'T, 'E>)
        : Scoped<'T, 'E> =
        work
