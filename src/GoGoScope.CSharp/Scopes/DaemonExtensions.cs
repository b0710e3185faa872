using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Starting helpers that end when nothing else is left in the scope.</summary>
public static class DaemonExtensions
{
    /// <summary>
    /// Starts <paramref name="work"/> as a helper of everything else in the scope: when the body and all other children have
    /// ended, the daemons are told to stop (<see cref="CancelReason.ScopeExited"/>), the youngest first, each of them once the
    /// younger ones have ended. A cancel of the scope reaches them in the same order; it ends the waits for their handles at once,
    /// as <c>Cancelled</c>. A daemon that fails fails the scope. It needs no permit of a scope with <see cref="ScopeSettings.Concurrency"/>.
    /// </summary>
    /// <param name="scope">The scope that owns the child and ends only after it.</param>
    /// <param name="work">
    /// Gets the child's own scope, which is its cancellation token too. A <see cref="ValueTask"/> shape is for methods that
    /// return one; a lambda that fits both is taken as a <see cref="System.Threading.Tasks.Task"/>.
    /// </param>
    /// <param name="settings">Name, time limit and start. Default: none, inline.</param>
    /// <param name="file">The place of the call, for reports; given by the compiler.</param>
    /// <param name="line">The place of the call, for reports; given by the compiler.</param>
    /// <returns>
    /// The handle of the child. Await it for the outcome, any number of times; a scope waits for its children also when
    /// nobody does (write <c>_ = scope.Daemon(..)</c> then). A scope that has ended refuses: the outcome is <c>Rejected (ScopeEnded)</c>.
    /// In a cancelled scope the child ends as <c>Cancelled</c> without having started.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time limit is negative or above about 49 days.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, TError> Daemon<T, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Daemon<T>(
        this Scope scope,
        Func<Scope, Task<Result<T>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Daemon(
        this Scope scope,
        Func<Scope, Task<Result>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Daemon<T>(
        this Scope scope,
        Func<Scope, Task<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Daemon(
        this Scope scope,
        Func<Scope, Task> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Daemon<T, TError>(
        this Scope scope,
        Func<Scope, ValueTask<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, Never> Daemon<T>(
        this Scope scope,
        Func<Scope, ValueTask<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<Done, Never> Daemon(
        this Scope scope,
        Func<Scope, ValueTask> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Daemon{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Daemon<T, TError>(
        this Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Daemon, settings, Work.Of(work), file, line);
}
