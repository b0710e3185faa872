using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Doing work again when it fails.</summary>
public static class RetryExtensions
{
    /// <summary>
    /// Repeats the work when it fails. Each attempt has a scope of its own and has ended, with all that it started, before the
    /// next one begins. A cancellation is never repeated, and a wait that would pass the nearest deadline is not begun.
    /// </summary>
    /// <param name="scope">The scope below which the attempts run; its cancellation reaches them and ends the waits between them.</param>
    /// <param name="work">Gets the attempt's own scope, which is its cancellation token too. Called once for each attempt.</param>
    /// <param name="settings">Default: three repetitions, at once.</param>
    /// <returns>
    /// The first success; or the last attempt's error, with the causes of those before it in <c>Others</c>, the oldest first,
    /// at most 15. It does not fail the scope.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> RetryAsync<T, TError>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> work, RetrySettings<TError>? settings = null) =>
        Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="RetryAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, RetrySettings{TError})"/>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, Never> RetryAsync<T>(
        this Scope scope, Func<Scope, Task<Result<T>>> work, RetrySettings<Never>? settings = null) =>
        Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="RetryAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, RetrySettings{TError})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> RetryAsync<T>(
        this Scope scope, Func<Scope, Task<T>> work, RetrySettings<Never>? settings = null) =>
        Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="RetryAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, RetrySettings{TError})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> RetryAsync(
        this Scope scope, Func<Scope, Task> work, RetrySettings<Never>? settings = null) =>
        Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="RetryAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, RetrySettings{TError})"/>
    public static ScopeAwaitable<T, TError> RetryAsync<T, TError>(
        this Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work, RetrySettings<TError>? settings = null) =>
        Run(scope, Work.Of(work), settings);

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        Scope scope, Body<T, TError, TWork> work, RetrySettings<TError>? settings)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(RetryKernel.Run(scope, RetrySettings<TError>.ToCore(settings), Operand.Of(work)));
    }
}
