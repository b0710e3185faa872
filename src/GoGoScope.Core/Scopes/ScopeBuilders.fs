namespace GoGoScope

#nowarn "3513" // resumable code: loops and releases are made of the builder's own parts

open System
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// The builder behind `scope { }`: all errors in a block have one type, which is inferred.
type ScopeBuilder internal () =
    inherit ScopeBuilderBase()

    member inline _.Delay
        ([<InlineIfLambda>] body: unit -> ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> =
        ScopeCode<'Top, 'E, 'T>(fun sm -> (body ()).Invoke(&sm))

/// The builder behind `scopeOf<'E> { }`: the error type is fixed, and others are lifted into it by `static member From`.
[<Sealed>]
type ScopeOfBuilder<'E> internal () =
    inherit ScopeBuilderBase()

    /// Fixes the error type, also in a block in which nothing has one.
    member inline _.Delay
        ([<InlineIfLambda>] body: unit -> ScopeCode<'Top, 'E, 'T>)
        : ScopeCode<'Top, 'E, 'T> =
        ScopeCode<'Top, 'E, 'T>(fun sm -> (body ()).Invoke(&sm))

/// What the builder prefers less: disposal without waiting, and sequences.
[<AutoOpen>]
module ScopeBuilderLoops =
    type ScopeBuilderBase with

        /// A type that is both is released asynchronously.
        member inline this.Using
            (resource: 'R, [<InlineIfLambda>] body: 'R -> ScopeCode<'Top, 'E, 'T>)
            : ScopeCode<'Top, 'E, 'T> when 'R :> IDisposable =
            this.UseWith(
                ScopeCode<'Top, 'E, 'T>(fun sm -> (body resource).Invoke(&sm)),
                fun () ->
                    if not (isNull (box resource)) then
                        resource.Dispose()

                    ValueTask()
            )

        member inline this.For
            (items: seq<'A>, [<InlineIfLambda>] body: 'A -> ScopeCode<'Top, 'E, unit>)
            : ScopeCode<'Top, 'E, unit> =
            ScopeCode<'Top, 'E, unit>(fun sm ->
                let items = items.GetEnumerator()

                (this.TryFinally(
                    this.While(
                        (fun () -> items.MoveNext()),
                        ScopeCode<'Top, 'E, unit>(fun sm -> (body items.Current).Invoke(&sm))
                    ),
                    fun () -> items.Dispose()
                ))
                    .Invoke(&sm))
