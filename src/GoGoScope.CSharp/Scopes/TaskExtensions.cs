using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Starting children whose outcome is only a value.</summary>
public static class TaskExtensions
{
    /// <summary>
    /// Starts <paramref name="work"/> as a child of the scope whose outcome is only a value: its failure does not touch the
    /// scope, unless nobody has looked at it when the scope exits.
    /// </summary>
    /// <param name="scope">The scope that owns the child and ends only after it.</param>
    /// <param name="work">Gets the child's own scope, which is its cancellation token too.</param>
    /// <param name="settings">Name, time limit and start. Default: none, inline.</param>
    /// <param name="file">The place of the call, for reports; given by the compiler.</param>
    /// <param name="line">The place of the call, for reports; given by the compiler.</param>
    /// <returns>
    /// The handle of the child. Await it for the outcome, any number of times. A scope that has ended refuses: the outcome is
    /// <c>Rejected (ScopeEnded)</c>. In a cancelled scope the child ends as <c>Cancelled</c> without having started.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time limit is negative or above about 49 days.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, TError> Task<T, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Task<T>(
        this Scope scope,
        Func<Scope, Task<Result<T>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Task(
        this Scope scope,
        Func<Scope, Task<Result>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<T, Never> Task<T>(
        this Scope scope,
        Func<Scope, Task<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeTask<Done, Never> Task(
        this Scope scope,
        Func<Scope, Task> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Task<T, TError>(
        this Scope scope,
        Func<Scope, ValueTask<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, Never> Task<T>(
        this Scope scope,
        Func<Scope, ValueTask<T>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<Done, Never> Task(
        this Scope scope,
        Func<Scope, ValueTask> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);

    /// <inheritdoc cref="Task{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeTask<T, TError> Task<T, TError>(
        this Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0) => Child.Start(scope, ChildKind.Task, settings, Work.Of(work), file, line);
}
