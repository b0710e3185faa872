using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Doing work once for each key: the same request, sent again, gets the answer of the first.</summary>
public static class IdempotencyExtensions
{
    /// <summary>
    /// Runs the work under a key, in a scope of its own. While work under the same key runs, this waits for it and gives the
    /// same outcome. Once it has succeeded its value is given without running anything, until its time is over. A failure
    /// frees the key for the next call; when the one whose work ran is cancelled, one of those who wait runs its own. Work
    /// that asks for its own key again would wait for itself.
    /// </summary>
    /// <param name="keys">What is known of each key.</param>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work, or ends the wait for another's.</param>
    /// <param name="key">What makes two requests the same.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <returns>What the work under the key came to. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, TError> RunAsync<TKey, T, TError>(
        this IdempotencyKeys<TKey, T, TError> keys, Scope scope, TKey key, Func<Scope, Task<Result<T, TError>>> work)
        where TKey : notnull => Run(keys, scope, key, Work.Of(work));

    /// <inheritdoc cref="RunAsync{TKey, T, TError}(IdempotencyKeys{TKey, T, TError}, Scope, TKey, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> RunAsync<TKey, T>(
        this IdempotencyKeys<TKey, T, Never> keys, Scope scope, TKey key, Func<Scope, Task<T>> work)
        where TKey : notnull => Run(keys, scope, key, Work.Of(work));

    /// <inheritdoc cref="RunAsync{TKey, T, TError}(IdempotencyKeys{TKey, T, TError}, Scope, TKey, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> RunAsync<TKey, T, TError>(
        this IdempotencyKeys<TKey, T, TError> keys, Scope scope, TKey key, Func<Scope, ScopeAwaitable<T, TError>> work)
        where TKey : notnull => Run(keys, scope, key, Work.Of(work));

    private static ScopeAwaitable<T, TError> Run<TKey, T, TError, TWork>(
        IdempotencyKeys<TKey, T, TError> keys, Scope scope, TKey key, Body<T, TError, TWork> work)
        where TKey : notnull
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(key);
        return new(IdempotencyKernel.Run(scope, keys, key, Operand.Of(work)));
    }
}
