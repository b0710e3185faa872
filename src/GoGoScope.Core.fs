/// Structured concurrency for .NET.
///
/// The house: Foundation (errors, waits, cleanups; knows no scopes), Scopes (the kernel and `scope { }`), Combinators
/// (what needs a scope to run in). This file is the front door.
///
/// Six guarantees:
/// 1. A scope ends only after everything started in it has ended. Nothing runs after exit, ever.
/// 2. The first failure stops the siblings, and is the one reported; the others are kept beside it.
/// 3. What was opened is closed, last first, on every way out, after the work that may use it has ended.
/// 4. A cancelled operation did not happen: nothing taken, nothing lost, nothing left in a queue.
/// 5. No error is silent: not a loser's, not a finalizer's, not that of a task nobody awaited.
/// 6. A wait is bounded or visible: deadlines flow down, and what is stuck is named.
namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// The two builders.
[<AutoOpen>]
module Core =

    /// Describes work that owns what it starts: nothing runs until it is bound, forked or run, and everything that it
    /// started has ended when it does. All errors in a block have one type, which is inferred.
    let scope = ScopeBuilder()

    /// As `scope`, with the error type fixed; other error types are lifted by `static member From` of `'E`.
    let scopeOf<'E> = ScopeOfBuilder<'E>()

/// The verb that starts a child. A static member, so that the place of the call is known.
[<AbstractClass; Sealed; AutoOpen>]
type Verbs =

    /// Starts `work` as a child of the current scope, on the caller's thread up to its first wait, and gives its handle.
    /// Its failure fails the scope and cancels the siblings. Refused (`ScopeEnded`) by a scope that has ended; in a
    /// cancelled scope the child ends as `Cancelled` without having started.
    static member inline fork
        (
            work: Scoped<'T, 'E>,
            [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
            [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
        ) : Scoped<ScopeTask<'T, 'E>, 'E> =
        fun scope -> ValueTask<_>(Ok(TaskStart.Fork(scope, work, file, line)))

/// The other verbs that start children, and the ones with several shapes.
[<AutoOpen>]
module ScopeVerbs =
    type Scope with

        /// As `fork`, with options.
        static member inline forkWith
            (
                options: TaskOptions,
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<ScopeTask<'T, 'E>, 'E> =
            fun scope -> ValueTask<_>(Ok(TaskStart.ForkWith(scope, options, work, file, line)))

        /// Starts `work` as a helper of everything else in the scope: when the body and all other children have ended, the
        /// daemons are told to stop (`ScopeExited`), the youngest first, each of them once the younger ones have ended. A cancel
        /// of the scope reaches them in the same order, so a helper outlives those who need it; it ends the waits for their
        /// handles at once. A daemon that fails fails the scope. It needs no permit of a scope with `Concurrency`.
        static member inline daemon
            (
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<ScopeTask<'T, 'E>, 'E> =
            fun scope -> ValueTask<_>(Ok(TaskStart.Daemon(scope, TaskOptions.Default, work, file, line)))

        /// As `Scope.daemon`, with options.
        static member inline daemonWith
            (
                options: TaskOptions,
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<ScopeTask<'T, 'E>, 'E> =
            fun scope -> ValueTask<_>(Ok(TaskStart.Daemon(scope, options, work, file, line)))

        /// Starts a child and waits until it says that it is ready: a server that listens, a consumer that has subscribed.
        /// What it fails with before is this wait's error and does not touch the scope; afterwards it is a `fork` child like
        /// any other. A child that ends without a word is a crash. A cancel ends the wait, and the child. Started once, for
        /// one starter: the options may set no `Dedupe`, `Retry` or `AttemptTimeout`.
        static member inline start
            (
                work: Ready<'R> -> Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<'R, 'E> =
            fun scope -> Verb.Start(scope, false, TaskOptions.Default, work, file, line)

        /// As `Scope.start`, with options.
        static member inline startWith
            (
                options: TaskOptions,
                work: Ready<'R> -> Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<'R, 'E> =
            fun scope -> Verb.Start(scope, false, options, work, file, line)

        /// As `Scope.start`, for a daemon.
        static member inline startDaemon
            (
                work: Ready<'R> -> Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<'R, 'E> =
            fun scope -> Verb.Start(scope, true, TaskOptions.Default, work, file, line)

        /// Starts `work` as a child whose outcome is only a value, of any error type: its failure does not touch the scope,
        /// unless nobody has looked at it when the scope exits.
        static member inline task
            (
                work: Scoped<'T, 'Other>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<ScopeTask<'T, 'Other>, 'E> =
            fun scope -> ValueTask<_>(Ok(TaskStart.Task(scope, work, file, line)))

        /// As `Scope.task`, with options.
        static member inline taskWith
            (
                options: TaskOptions,
                work: Scoped<'T, 'Other>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : Scoped<ScopeTask<'T, 'Other>, 'E> =
            fun scope -> ValueTask<_>(Ok(TaskStart.TaskWith(scope, options, work, file, line)))

        /// Starts `work` as a child of a scope that is at hand, such as one that was opened with `Scope.Open`.
        static member forkIn
            (
                parent: Scope,
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : ScopeTask<'T, 'E> =
            TaskStart.ForkWith(parent, TaskOptions.Default, work, file, line)

        /// As `Scope.forkIn`, with options.
        static member forkIn
            (
                parent: Scope,
                options: TaskOptions,
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : ScopeTask<'T, 'E> =
            TaskStart.ForkWith(parent, options, work, file, line)

        /// As `Scope.forkIn`, for a child whose outcome is only a value.
        static member taskIn
            (
                parent: Scope,
                options: TaskOptions,
                work: Scoped<'T, 'E>,
                [<CallerFilePath; Optional; DefaultParameterValue("")>] file: string,
                [<CallerLineNumber; Optional; DefaultParameterValue(0)>] line: int
            ) : ScopeTask<'T, 'E> =
            TaskStart.TaskWith(parent, options, work, file, line)

        /// Opens a scope that ends by `DisposeAsync` (`use` in a `task { }`): what still runs then is cancelled and waited for.
        static member Open
            ([<Optional; DefaultParameterValue(CancellationToken())>] token: CancellationToken)
            : Scope =
            Root.Open(ScopeOptions.Default, token)

        /// Opens a scope with options.
        static member Open
            (
                options: ScopeOptions,
                [<Optional; DefaultParameterValue(CancellationToken())>] token: CancellationToken
            ) : Scope =
            Root.Open(options, token)

        /// The scope whose code runs here, where `Ambient` is on; null elsewhere.
        static member Current: Scope | null = Ambient.Current

        /// Runs `cleanup` when the current scope ends, after its children have ended, the newest first. The cleanup has the
        /// scope's grace; past it its token fires and the scope fails with `CleanupFailed`, but still waits. In a scope that
        /// has closed the cleanup runs at once, and the answer is `Rejected (ScopeEnded ..)`.
        static member inline onDispose(cleanup: unit -> unit) : Scoped<unit, 'E> =
            fun scope -> Verb.OnDispose(scope, cleanup)

        /// As above, for a cleanup that waits.
        static member inline onDispose(cleanup: CancellationToken -> Task) : Scoped<unit, 'E> =
            fun scope -> Verb.OnDisposeTask(scope, cleanup)

        /// As above, for a cleanup that waits.
        static member inline onDispose(cleanup: CancellationToken -> ValueTask) : Scoped<unit, 'E> =
            fun scope -> Verb.OnDisposeValueTask(scope, cleanup)

/// Running scopes, and what can be asked of the current one.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Scope =

    /// Runs the work in a root scope. Done when everything that it started has ended. May be awaited or blocked on once.
    let run (work: Scoped<'T, 'E>) : ValueTask<Result<'T, ScopeError<'E>>> =
        Start.Run(ScopeOptions.Default, CancellationToken.None, work)

    /// Runs the work in a scope with options, stopped when the token fires (`TokenFired "caller"`).
    let runWith (options: ScopeOptions) (token: CancellationToken) (work: Scoped<'T, 'E>) =
        Start.Run(options, token, work)

    /// Runs the work and blocks the calling thread until it has ended: for scripts and `main`.
    let runSync (work: Scoped<'T, 'E>) : Result<'T, ScopeError<'E>> =
        (run work).AsTask().GetAwaiter().GetResult()

    /// Waits for the children of an opened scope and gives what went wrong so far; the scope stays open. Not to be called
    /// from one of these children: it would wait for itself. A cancel of the scope ends the children, and so the wait.
    let join (scope: Scope) : ValueTask<Result<unit, ScopeError<'E>>> = Root.Join<'E> scope

    /// The current scope.
    let current<'E> : Scoped<Scope, 'E> = Verb.Current

    /// Asks everything in the current scope to stop. The next bind gives `Cancelled`.
    let cancel (message: string) : Scoped<unit, 'E> =
        fun scope -> Verb.Cancel(scope, message)

    /// Waits on the scope's clock. A cancel ends the wait at once. From zero to about 49 days.
    let delay (duration: TimeSpan) : Scoped<unit, 'E> =
        Checks.duration (nameof duration) duration
        fun scope -> Delay.For(scope, duration)

    /// Runs work that the scope's cancellation does not reach, in a scope of its own, for at most `bound`: what has begun is
    /// brought to its end. Past the bound it is asked to stop and ends as `TimedOut`. In a block that was told to stop
    /// nothing is bound any more, shielded or not: what must run then stands in `Scope.ensure` or `Scope.onDispose`.
    /// From zero to about 49 days.
    let shielded (bound: TimeSpan) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        Checks.duration (nameof bound) bound
        fun scope -> Start.Shielded(scope, bound, work)

    /// For `use!`: runs the work at the end of the block, on every way out, shielded from the scope's cancellation, for at
    /// most `bound`. What it fails with is the scope's `CleanupFailed`.
    let ensure (bound: TimeSpan) (work: Scoped<unit, 'E>) : Scoped<IAsyncDisposable, 'E> =
        Checks.duration (nameof bound) bound
        fun scope -> Verb.Ensure(scope, bound, work)

    /// Runs work that may not hear its token, on the thread pool: a blocking call of somebody else's library. A cancel ends
    /// the wait at once and calls `onAbandon` (close the socket); the work is left behind, counted in `Abandoned`, and
    /// what it fails with in the end goes to `OnUnobserved`. A value that comes too late is disposed. Work that has not begun
    /// when the cancel comes never does. Nothing else in this library is ever left behind.
    let abandonable (onAbandon: unit -> unit) (work: CancellationToken -> Task<'T>) : Scoped<'T, 'E> =
        fun scope -> Verb.Abandonable(scope, onAbandon, work)

    /// Acquires the resource and registers its release in one step; the scope releases it at its end.
    let acquire (resource: AsyncResource<'T>) : Scoped<'T, 'E> = resource.Acquire()

    /// Throws `OperationCanceledException` if the scope was asked to stop: for loops that compute.
    let throwIfCancelled (scope: Scope) : unit = Cancelling.ThrowIfCancelled scope

    /// Calls back once when the scope is asked to stop, at once if it was already. Dispose the answer to take it back.
    let onCancel (callback: CancelReason -> unit) (scope: Scope) : IDisposable =
        Cancelling.OnCancel(scope, callback)

    /// A task that completes with the reason when the scope is asked to stop.
    let whenCancelled (scope: Scope) : Task<CancelReason> = Cancelling.WhenCancelled scope

    /// A task that fails with `OperationCanceledException` when the scope is asked to stop, and never completes otherwise.
    let faultWhenCancelled (scope: Scope) : Task = Cancelling.FaultWhenCancelled scope

    /// A token that fires with the first of several. Dispose it when done.
    let firstToken (tokens: seq<CancellationToken>) : FirstToken = new FirstToken(Seq.toArray tokens)

    /// The live tree below a scope as text: name, state, time left, spawn site, age, waits. Equal siblings share a line.
    let debugTree (scope: Scope) : string = ScopeTree.draw TreeFormat.Text scope

    /// The same as text, as a Mermaid chart or as JSON.
    let debugTreeAs (format: TreeFormat) (scope: Scope) : string = ScopeTree.draw format scope
