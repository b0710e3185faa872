using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using CancellationToken = System.Threading.CancellationToken;

namespace GoGoScope.CSharp;

/// <summary>Permits: acquiring, waiting for them. Their number is the semaphore's <c>Total</c>.</summary>
public static class SemaphoreExtensions
{
    /// <summary>A semaphore that lets nobody in any more once the scope, and its children, have ended.</summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="total">How many permits there are, from 0 to <see cref="GoGoScope.Semaphore.MaxTotal"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of its bounds.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Semaphore Semaphore(this Scope scope, int total) => scope.Semaphore(new SemaphoreSettings { Total = total });

    /// <inheritdoc cref="Semaphore(Scope, int)"/>
    public static Semaphore Semaphore(this Scope scope, SemaphoreSettings settings)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(settings);
        return Nouns.Made(scope, SemaphoreModule.createWith<Never>(settings.ToCore()).Invoke(scope));
    }

    /// <summary>
    /// Takes permits, waiting in line when there are too few. The wait ends with the token, with the current scope where
    /// <c>Ambient</c> is on, and with the semaphore's own scope.
    /// </summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="cancellationToken">Ends the wait, and no permit was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// A lease for <c>using</c>: nothing else gives the permits back. Or <c>Rejected (WaitedTooLong)</c> past the patience,
    /// <c>Rejected (ScopeEnded)</c> when the semaphore's scope has ended, <c>Cancelled</c>.
    /// </returns>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(this Semaphore semaphore, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(semaphore), PermitKernel.One, cancellationToken);

    /// <inheritdoc cref="AcquireAsync(Semaphore, CancellationToken)"/>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(this Semaphore semaphore, Scope scope) =>
        Holding.Take(Core(semaphore), PermitKernel.One, scope);

    /// <inheritdoc cref="AcquireAsync(Semaphore, CancellationToken)"/>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="settings">How many, how urgent, how long.</param>
    /// <param name="cancellationToken">Ends the wait, and no permit was taken.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its bounds; more permits than there ever were.</exception>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(
        this Semaphore semaphore, AcquireSettings settings, CancellationToken cancellationToken = default) =>
        Holding.Take(Core(semaphore), Order(semaphore, settings), cancellationToken);

    /// <inheritdoc cref="AcquireAsync(Semaphore, AcquireSettings, CancellationToken)"/>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="settings">How many, how urgent, how long.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Lease, Never> AcquireAsync(this Semaphore semaphore, AcquireSettings settings, Scope scope) =>
        Holding.Take(Core(semaphore), Order(semaphore, settings), scope);

    /// <summary>A permit as a case of a select: when another case is committed no permit was taken.</summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="then">Is given the lease.</param>
    public static Alt<TOut, Never> Alt<TOut>(this Semaphore semaphore, Func<Lease, TOut> then) =>
        Holding.Case(Core(semaphore), PermitKernel.One, then);

    /// <summary>Runs the work with a permit, which is given back when the work and all that it started have ended, whatever they came to.</summary>
    /// <param name="semaphore">The semaphore.</param>
    /// <param name="scope">The scope that waits, and below which the work runs; its cancellation reaches both.</param>
    /// <param name="work">Gets a scope of its own, which is its cancellation token too. Not called when nothing was taken.</param>
    /// <returns>What the work came to, or why it was not let in. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ExecuteAsync<T, TError>(
        this Semaphore semaphore, Scope scope, Func<Scope, Task<Result<T, TError>>> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(Semaphore, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<T>(
        this Semaphore semaphore, Scope scope, Func<Scope, Task<Result<T>>> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(Semaphore, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync(
        this Semaphore semaphore, Scope scope, Func<Scope, Task<Result>> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(Semaphore, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<T>(
        this Semaphore semaphore, Scope scope, Func<Scope, Task<T>> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(Semaphore, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync(
        this Semaphore semaphore, Scope scope, Func<Scope, Task> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    /// <inheritdoc cref="ExecuteAsync{T, TError}(Semaphore, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> ExecuteAsync<T, TError>(
        this Semaphore semaphore, Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work) =>
        Holding.Run(scope, Core(semaphore), PermitKernel.One, Work.Of(work));

    private static PermitCore Core(Semaphore semaphore)
    {
        ArgumentNullException.ThrowIfNull(semaphore);
        return semaphore.Core;
    }

    private static PermitOrder Order(Semaphore semaphore, AcquireSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return semaphore.Order(settings.ToCore());
    }
}
