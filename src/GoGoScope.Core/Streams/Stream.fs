namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks

/// Makes streams.
[<AbstractClass; Sealed>]
type internal StreamKernel =

    static member Bind(scope: Scope, source: IAsyncEnumerable<'T>) : IAsyncEnumerable<'T> =
        Checks.notNull (nameof source) source
        BoundSource<'T>(scope, source)

    static member Buffer
        (scope: Scope, count: int, within: TimeSpan, source: IAsyncEnumerable<'T>)
        : IAsyncEnumerable<'T array> =
        Checks.atLeastOne (nameof count) count
        StreamKernel.AboveZero(nameof within, within)
        Checks.notNull (nameof source) source
        Flow<'T array>(scope, "buffer", 1, StreamTime.Buffer(count, within, source))

    static member Debounce
        (scope: Scope, wait: TimeSpan, source: IAsyncEnumerable<'T>)
        : IAsyncEnumerable<'T> =
        StreamKernel.AboveZero(nameof wait, wait)
        Checks.notNull (nameof source) source
        Flow<'T>(scope, "debounce", 1, StreamTime.Debounce(wait, source))

    static member Throttle
        (scope: Scope, interval: TimeSpan, source: IAsyncEnumerable<'T>)
        : IAsyncEnumerable<'T> =
        StreamKernel.AboveZero(nameof interval, interval)
        Checks.notNull (nameof source) source
        Flow<'T>(scope, "throttle", 1, StreamTime.Throttle(interval, source))

    static member Merge(scope: Scope, sources: IAsyncEnumerable<'T> array) : IAsyncEnumerable<'T> =
        for source in sources do
            Checks.notNull (nameof sources) source

        Flow<'T>(scope, "merge", 1, StreamJoins.Merge sources)

    static member MapParallel
        (scope: Scope, limit: int, ordered: bool, change: 'A -> Scoped<'T, 'E>, source: IAsyncEnumerable<'A>)
        : IAsyncEnumerable<'T> =
        Checks.atLeastOne "concurrency" limit
        Checks.notNull (nameof change) (box change)
        Checks.notNull (nameof source) source

        if ordered then
            Flow<'T>(scope, "mapParallel", 1, StreamJoins.Ordered(limit, change, source))
        else
            Flow<'T>(scope, "mapParallel", 1, StreamJoins.Unordered(limit, change, source))

    static member private AboveZero(name: string, value: TimeSpan) =
        Checks.durationOrInfinite name value

        if value = TimeSpan.Zero then
            raise (ArgumentOutOfRangeException(name, value, "Must be above zero."))

/// Asynchronous sources that belong to the current scope, and the operators that .NET's own lack: what is shaped by time, and
/// what runs several at once. Everything else (`Select`, `Where`, ..) is that of .NET. Each enumeration runs as a daemon of the
/// scope and has ended, its source closed, when the loop over it has; a cancel ends the wait for an item at once, also when the
/// source is stuck. Exceptions of the source come out where they happened, after the items before them.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Stream =

    let private inScope (make: Scope -> IAsyncEnumerable<'T>) : Scoped<IAsyncEnumerable<'T>, 'E> =
        fun scope -> ValueTask<Result<IAsyncEnumerable<'T>, ScopeError<'E>>>(Ok(make scope))

    /// The source, bound to the current scope: it gets its token, and is given up when the scope is told to stop. It is opened
    /// when it is first pulled.
    let ofSource (source: IAsyncEnumerable<'T>) : Scoped<IAsyncEnumerable<'T>, 'E> =
        Checks.notNull (nameof source) source
        inScope (fun scope -> StreamKernel.Bind(scope, source))

    /// Items in arrays of at most `count` (1 or more): when there are so many, or `within` (above zero, at most about 49 days, or
    /// infinite) after the first of them; the rest at the end.
    let buffer
        (count: int)
        (within: TimeSpan)
        (source: IAsyncEnumerable<'T>)
        : Scoped<IAsyncEnumerable<'T array>, 'E> =
        inScope (fun scope -> StreamKernel.Buffer(scope, count, within, source))

    /// The last item of each burst, when `wait` (above zero) has passed without another, or at the end.
    let debounce (wait: TimeSpan) (source: IAsyncEnumerable<'T>) : Scoped<IAsyncEnumerable<'T>, 'E> =
        inScope (fun scope -> StreamKernel.Debounce(scope, wait, source))

    /// An item, and then none until `interval` (above zero) has passed since.
    let throttle (interval: TimeSpan) (source: IAsyncEnumerable<'T>) : Scoped<IAsyncEnumerable<'T>, 'E> =
        inScope (fun scope -> StreamKernel.Throttle(scope, interval, source))

    /// The items of all sources as they come, those of each in their order. It ends when all have; the first failure stops the
    /// others.
    let merge (sources: seq<IAsyncEnumerable<'T>>) : Scoped<IAsyncEnumerable<'T>, 'E> =
        Checks.notNull (nameof sources) sources
        let sources = Seq.toArray sources
        inScope (fun scope -> StreamKernel.Merge(scope, sources))

    /// Runs `change` of each item, at most `concurrency` (1 or more) at once, each in a child scope on the thread pool; the
    /// values come out in the order of the items, and one that is slow holds up those behind it. A failure stops the rest and is
    /// thrown: an exception as itself, any other error as `UntypedFailure`.
    let mapParallel
        (concurrency: int)
        (change: 'A -> Scoped<'T, 'E>)
        (source: IAsyncEnumerable<'A>)
        : Scoped<IAsyncEnumerable<'T>, 'F> =
        inScope (fun scope -> StreamKernel.MapParallel(scope, concurrency, true, change, source))

    /// As `mapParallel`, but the values come out as they are ready.
    let mapParallelUnordered
        (concurrency: int)
        (change: 'A -> Scoped<'T, 'E>)
        (source: IAsyncEnumerable<'A>)
        : Scoped<IAsyncEnumerable<'T>, 'F> =
        inScope (fun scope -> StreamKernel.MapParallel(scope, concurrency, false, change, source))
