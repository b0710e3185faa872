using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Many readers or one writer.</summary>
public static class AsyncReaderWriterLockExtensions
{
    /// <summary>
    /// A lock that lets nobody in any more once the scope, and its children, have ended. It is not reentrant, and a reader cannot
    /// become a writer: who reads must release before he asks to write.
    /// </summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="name">What it is called in errors and in pictures of the tree.</param>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static AsyncReaderWriterLock AsyncReaderWriterLock(this Scope scope, string name = "lock")
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Nouns.Made(scope, AsyncReaderWriterLockModule.create<Never>(name).Invoke(scope));
    }

    /// <summary>
    /// Begins to read, waiting in line while somebody writes or waits to. The wait ends with the token, with the current scope where <c>Ambient</c> is on, and with the lock's own scope.
    /// </summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// A lease for <c>using</c>: nothing else gives it back. Or <c>Rejected (ScopeEnded)</c> when the lock's scope has
    /// ended, or <c>Cancelled</c>.
    /// </returns>
    public static ScopeAwaitable<Lease, Never> AcquireReadAsync(this AsyncReaderWriterLock asyncLock, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), PermitKernel.One, cancellationToken);

    /// <inheritdoc cref="AcquireReadAsync(AsyncReaderWriterLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireReadAsync(this AsyncReaderWriterLock asyncLock, Scope scope) =>
        Holding.Take(Core(asyncLock), PermitKernel.One, scope);

    /// <inheritdoc cref="AcquireReadAsync(AsyncReaderWriterLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is out of its bounds.</exception>
    public static ScopeAwaitable<Lease, Never> AcquireReadWithinAsync(
        this AsyncReaderWriterLock asyncLock, TimeSpan patience, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncReaderWriterLock.ReadWithin(patience), cancellationToken);

    /// <inheritdoc cref="AcquireReadWithinAsync(AsyncReaderWriterLock, TimeSpan, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireReadWithinAsync(this AsyncReaderWriterLock asyncLock, TimeSpan patience, Scope scope) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncReaderWriterLock.ReadWithin(patience), scope);

    /// <summary>
    /// Begins to write, waiting in line while anybody reads or writes. The wait ends with the token, with the current scope where <c>Ambient</c> is on, and with the lock's own scope.
    /// </summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// A lease for <c>using</c>: nothing else gives it back. Or <c>Rejected (ScopeEnded)</c> when the lock's scope has
    /// ended, or <c>Cancelled</c>.
    /// </returns>
    public static ScopeAwaitable<Lease, Never> AcquireWriteAsync(this AsyncReaderWriterLock asyncLock, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), Write, cancellationToken);

    /// <inheritdoc cref="AcquireWriteAsync(AsyncReaderWriterLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireWriteAsync(this AsyncReaderWriterLock asyncLock, Scope scope) =>
        Holding.Take(Core(asyncLock), Write, scope);

    /// <inheritdoc cref="AcquireWriteAsync(AsyncReaderWriterLock, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patience is out of its bounds.</exception>
    public static ScopeAwaitable<Lease, Never> AcquireWriteWithinAsync(
        this AsyncReaderWriterLock asyncLock, TimeSpan patience, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncReaderWriterLock.WriteWithin(patience), cancellationToken);

    /// <inheritdoc cref="AcquireWriteWithinAsync(AsyncReaderWriterLock, TimeSpan, CancellationToken)"/>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="patience">The longest wait, from zero to about 49 days: then <c>Rejected (WaitedTooLong)</c>.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireWriteWithinAsync(this AsyncReaderWriterLock asyncLock, TimeSpan patience, Scope scope) =>
        Holding.Take(Core(asyncLock), GoGoScope.AsyncReaderWriterLock.WriteWithin(patience), scope);

    /// <summary>To read, as a case of a select: when another case is committed nothing was taken.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="then">Is given the lease.</param>
    public static Alt<TOut, Never> AltRead<TOut>(this AsyncReaderWriterLock asyncLock, Func<Lease, TOut> then) =>
        Holding.Case(Core(asyncLock), PermitKernel.One, then);

    /// <summary>To write, as a case of a select: when another case is committed nothing was taken.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="then">Is given the lease.</param>
    public static Alt<TOut, Never> AltWrite<TOut>(this AsyncReaderWriterLock asyncLock, Func<Lease, TOut> then) =>
        Holding.Case(Core(asyncLock), Write, then);

    /// <summary>Runs the work while it may read, until the work and all that it started have ended, whatever they came to.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits, and below which the work runs; its cancellation reaches both.</param>
    /// <param name="work">Gets a scope of its own, which is its cancellation token too. Not called when nothing was taken.</param>
    /// <returns>What the work came to, or why it was not let in. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ExecuteReadAsync<T, TError>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result<T, TError>>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteReadAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteReadAsync<T>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result<T>>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteReadAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteReadAsync(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteReadAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteReadAsync<T>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<T>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteReadAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteReadAsync(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteReadAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ExecuteReadAsync<T, TError>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work) =>
        Holding.Run(scope, Core(asyncLock), PermitKernel.One, Work.Of(work));

    /// <summary>Runs the work while it may write, until the work and all that it started have ended, whatever they came to.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="scope">The scope that waits, and below which the work runs; its cancellation reaches both.</param>
    /// <param name="work">Gets a scope of its own, which is its cancellation token too. Not called when nothing was taken.</param>
    /// <returns>What the work came to, or why it was not let in. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ExecuteWriteAsync<T, TError>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result<T, TError>>> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    /// <inheritdoc cref="ExecuteWriteAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteWriteAsync<T>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result<T>>> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    /// <inheritdoc cref="ExecuteWriteAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteWriteAsync(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<Result>> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    /// <inheritdoc cref="ExecuteWriteAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteWriteAsync<T>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task<T>> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    /// <inheritdoc cref="ExecuteWriteAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteWriteAsync(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, Task> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    /// <inheritdoc cref="ExecuteWriteAsync{T, TError}(AsyncReaderWriterLock, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ExecuteWriteAsync<T, TError>(
        this AsyncReaderWriterLock asyncLock, Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work) =>
        Holding.Run(scope, Core(asyncLock), Write, Work.Of(work));

    private static PermitOrder Write => GoGoScope.AsyncReaderWriterLock.WriteOrder;

    private static PermitCore Core(AsyncReaderWriterLock asyncLock)
    {
        ArgumentNullException.ThrowIfNull(asyncLock);
        return asyncLock.Core;
    }
}
