namespace GoGoScope

open System.Threading.Tasks

/// Calls through a bulkhead.
[<AbstractClass; Sealed>]
type internal BulkheadKernel =

    static member Run<'T, 'E>
        (scope: Scope, bulkhead: Bulkhead, work: Scoped<'T, 'E>)
        : ValueTask<Outcome<'T, 'E>> =
        if scope.IsCancelled then
            ValueTask<Outcome<'T, 'E>>(Explain.Stopped scope)
        else
            LineKernel.Run(scope, bulkhead, bulkhead.Enter scope, work)

[<Sealed>]
type internal BulkheadPolicy<'T, 'E>(bulkhead: Bulkhead, work: Scoped<'T, 'E>) =
    inherit Policy<'T, 'E>()

    override _.Invoke scope =
        BulkheadKernel.Run(scope, bulkhead, work)

/// Calls through a bulkhead, each in a scope of its own.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Bulkhead =

    /// Makes a bulkhead. Share it between all calls of one service.
    let create (options: BulkheadOptions) : Bulkhead = new GoGoScope.Bulkhead(options)

    /// Lets the work run when fewer calls run than the bulkhead allows. Otherwise it waits in line, if there is a place left
    /// for it, or does not run: `Rejected (QueueFull ..)`. Its turn is over when the work has ended, with all that it started.
    /// A cancel while it waits takes nothing.
    let guard (bulkhead: Bulkhead) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.notNull (nameof bulkhead) bulkhead
        Checks.notNull (nameof work) (box work)
        BulkheadPolicy<'T, 'E>(bulkhead, work).AsScoped
