using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Starting children whose failure fails the scope.</summary>
public static class ForkExtensions
{
    /// <summary>
    /// Starts <paramref name="work"/> as a child of the scope, on the caller's thread up to its first wait. Its failure fails
    /// the scope and cancels the siblings.
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
    /// nobody does (write <c>_ = scope.Fork(..)</c> then). A scope that has ended refuses: the outcome is <c>Rejected (ScopeEnded)</c>.
    /// In a cancelled scope the child ends as <c>Cancelled</c> without having started.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time limit is negative or above about 49 days.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, TError> Fork<T, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Fork<T>(
        this Scope scope,
        Func<Scope, Task<Result<T>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Fork(
        this Scope scope,
        Func<Scope, Task<Result>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Fork<T>(
        this Scope scope,
        Func<Scope, Task<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Fork(
        this Scope scope,
        Func<Scope, Task> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Fork<T, TError>(
        this Scope scope,
        Func<Scope, ValueTask<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, Never> Fork<T>(
        this Scope scope,
        Func<Scope, ValueTask<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<Done, Never> Fork(
        this Scope scope,
        Func<Scope, ValueTask> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Fork{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Fork<T, TError>(
        this Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Fork, settings, Work.Of(work), file, line);
}
