using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Mutual exclusion.</summary>
public static class AsyncLockExtensions
{
    /// <summary>
    /// A lock that lets nobody in any more once the scope, and its children, have ended. It is not reentrant: who holds it and
    /// asks for it again waits for himself.
    /// </summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="name">What it is called in errors and in pictures of the tree.</param>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static AsyncLock AsyncLock(this Scope scope, string name = "lock")
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Nouns.Made(scope, AsyncLockModule.create<Never>(name).Invoke(scope));
    }

    /// <summary>
    /// Takes the lock, waiting in line while somebody holds it. The wait ends with the token, with the current scope where <c>Ambient</c> is on, and with the lock's own scope.
    /// </summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// A lease for <c>using</c>: nothing else gives it back. Or <c>Rejected (ScopeEnded)</c> when the lock's scope has
    /// ended, or <c>Cancelled</c>.
    /// </returns>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(this AsyncLock asyncLock, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), PermitKernel.One, cancellationToken);

    /// <inheritdoc cref="AcquireAsync(AsyncLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(this AsyncLock asyncLock, Scope scope) =>
        Holding.Take(Core(asyncLock), PermitKernel.One, scope);

    /// <inheritdoc cref="AcquireAsync(AsyncLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is out of its bounds.</exception>
    public static ScopeAwaitable<Lease, Never> AcquireWithinAsync(
        this AsyncLock asyncLock, TimeSpan patience, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncLock.Within(patience), cancellationToken);

    /// <inheritdoc cref="AcquireWithinAsync(AsyncLock, TimeSpan, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireWithinAsync(this AsyncLock asyncLock, TimeSpan patience, Scope scope) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncLock.Within(patience), scope);

    /// <summary>The lock as a case of a select: when another case is committed it was not taken.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="then">Is given the lease.</param>
    public static Alt<TOut, Never> Alt<TOut>(this AsyncLock asyncLock, Func<Lease, TOut> then) =>
        Holding.Case(Core(asyncLock), PermitKernel.One, then);

    /// <summary>Runs the work with the lock held, until the work and all that it started have ended, whatever they came to.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits, and below which the work runs; its cancellation reaches both.</param>
    /// <param name="work">Gets a scope of its own, which is its cancellation token too. Not called when nothing was taken.</param>
    /// <returns>What the work came to, or why it was not let in. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ExecuteAsync<T, TError>(
        this AsyncLock asyncLock, Scope scope, Func<Scope, Task<Result<T, TError>>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(AsyncLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<T>(
        this AsyncLock asyncLock, Scope scope, Func<Scope, Task<Result<T>>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(AsyncLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync(
        this AsyncLock asyncLock, Scope scope, Func<Scope, Task<Result>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(AsyncLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<T>(
        this AsyncLock asyncLock, Scope scope, Func<Scope, Task<T>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(AsyncLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync(
        this AsyncLock asyncLock, Scope scope, Func<Scope, Task> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(AsyncLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ExecuteAsync<T, TError>(
        this AsyncLock asyncLock, Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    private static PermitCore Core(AsyncLock asyncLock)
    {
        ArgumentNullException.ThrowIfNull(asyncLock);
        return asyncLock.Core;
    }
}
