using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Work with a time limit.</summary>
public static class TimeoutExtensions
{
    /// <summary>
    /// Gives the work, in a scope of its own, this much time, from now. Past it the work is asked to stop and waited for;
    /// unless it still gives a value, the error is <see cref="Cause{E}.TimedOut"/>.
    /// </summary>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work.</param>
    /// <param name="after">From zero to about 49 days, by the scope's clock.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <returns>What the work came to. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative or above about 49 days.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> TimeoutAsync<T, TError>(
        this Scope scope, TimeSpan after, Func<Scope, Task<Result<T, TError>>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> TimeoutAsync<T>(
        this Scope scope, TimeSpan after, Func<Scope, Task<Result<T>>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> TimeoutAsync(
        this Scope scope, TimeSpan after, Func<Scope, Task<Result>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> TimeoutAsync<T>(
        this Scope scope, TimeSpan after, Func<Scope, Task<T>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> TimeoutAsync(
        this Scope scope, TimeSpan after, Func<Scope, Task> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> TimeoutAsync<T, TError>(
        this Scope scope, TimeSpan after, Func<Scope, ValueTask<Result<T, TError>>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, Never> TimeoutAsync<T>(
        this Scope scope, TimeSpan after, Func<Scope, ValueTask<T>> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<Done, Never> TimeoutAsync(
        this Scope scope, TimeSpan after, Func<Scope, ValueTask> work) => Child.Timeout(scope, after, Work.Of(work));

    /// <inheritdoc cref="TimeoutAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> TimeoutAsync<T, TError>(
        this Scope scope, TimeSpan after, Func<Scope, ScopeAwaitable<T, TError>> work) => Child.Timeout(scope, after, Work.Of(work));
}
