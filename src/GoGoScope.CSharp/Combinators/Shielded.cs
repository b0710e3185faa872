using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Work that a cancel does not reach.</summary>
public static class ShieldedExtensions
{
    /// <summary>
    /// Runs work that the scope's cancellation does not reach, in a scope of its own, for at most <paramref name="bound"/>:
    /// how a cleanup waits for something anyway. Past the bound it is asked to stop and ends as <see cref="Cause{E}.TimedOut"/>.
    /// </summary>
    /// <param name="scope">The scope below which the work runs, and which waits for it.</param>
    /// <param name="bound">From zero to about 49 days, by the scope's clock.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <returns>What the work came to. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or above about 49 days.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ShieldedAsync<T, TError>(
        this Scope scope, TimeSpan bound, Func<Scope, Task<Result<T, TError>>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ShieldedAsync<T>(
        this Scope scope, TimeSpan bound, Func<Scope, Task<Result<T>>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ShieldedAsync(
        this Scope scope, TimeSpan bound, Func<Scope, Task<Result>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ShieldedAsync<T>(
        this Scope scope, TimeSpan bound, Func<Scope, Task<T>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ShieldedAsync(
        this Scope scope, TimeSpan bound, Func<Scope, Task> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ShieldedAsync<T, TError>(
        this Scope scope, TimeSpan bound, Func<Scope, ValueTask<Result<T, TError>>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, Never> ShieldedAsync<T>(
        this Scope scope, TimeSpan bound, Func<Scope, ValueTask<T>> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<Done, Never> ShieldedAsync(
        this Scope scope, TimeSpan bound, Func<Scope, ValueTask> work) => Child.Shielded(scope, bound, Work.Of(work));

    /// <inheritdoc cref="ShieldedAsync{T, TError}(Scope, TimeSpan, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ShieldedAsync<T, TError>(
        this Scope scope, TimeSpan bound, Func<Scope, ScopeAwaitable<T, TError>> work) => Child.Shielded(scope, bound, Work.Of(work));
}
