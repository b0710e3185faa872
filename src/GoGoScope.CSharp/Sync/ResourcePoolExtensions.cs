using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Lending what is expensive to make.</summary>
public static class ResourcePoolExtensions
{
    /// <summary>
    /// A pool; it is there when <see cref="ResourcePoolSettings{T}.Min"/> resources have been made. It ends with the scope, after the
    /// children have ended: it waits for what others have borrowed as long as the scope's grace, then takes it back, and destroys
    /// every resource once.
    /// </summary>
    /// <returns>The pool; <c>Crashed</c> when one of the first resources could not be made; <c>Rejected (ScopeEnded)</c>.</returns>
    /// <exception cref="ArgumentException">A setting is out of its bounds.</exception>
    public static ScopeAwaitable<ResourcePool<T>, Never> ResourcePoolAsync<T>(this Scope scope, ResourcePoolSettings<T> settings)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(settings);
        return new(ResourcePoolModule.createWith<T, Never>(settings.ToCore()).Invoke(scope));
    }

    /// <summary>
    /// Borrows a resource: an idle one, the one that was used last; or a new one; or waits in line. It belongs to the current scope
    /// where <c>Ambient</c> is on, elsewhere to the pool's, whose end gives it back if nothing else did.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <param name="cancellationToken">Ends the wait, or reaches the making, and nothing was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// A lease for <c>await using</c>; <c>Rejected (WaitedTooLong)</c> past the pool's <c>AcquireTimeout</c>, <c>Rejected
    /// (ScopeEnded)</c> when the pool has ended, <c>Crashed</c> when the making threw.
    /// </returns>
    public static ScopeAwaitable<PoolLease<T>, Never> BorrowAsync<T>(
        this ResourcePool<T> pool, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return new(PoolKernel.BorrowUnlessStopped<T, Never>(pool, Scope.Current ?? pool.Scope, cancellationToken));
    }

    /// <inheritdoc cref="BorrowAsync{T}(ResourcePool{T}, CancellationToken)"/>
    /// <param name="pool">The pool.</param>
    /// <param name="scope">The scope that waits, and whose end gives the resource back: its cancellation ends the wait.</param>
    public static ScopeAwaitable<PoolLease<T>, Never> BorrowAsync<T>(this ResourcePool<T> pool, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(scope);
        return new(PoolKernel.BorrowUnlessStopped<T, Never>(pool, scope, default));
    }

    /// <summary>Gives a resource back.</summary>
    /// <exception cref="ArgumentException">It was borrowed from another pool.</exception>
    /// <exception cref="InvalidOperationException">It was given back before.</exception>
    public static ValueTask ReleaseAsync<T>(this ResourcePool<T> pool, PoolLease<T> lease)
    {
        PoolKernel.Check(pool, lease);
        return lease.ReleaseAsync();
    }

    /// <summary>Gives a broken resource back: it is destroyed, and its place is free then.</summary>
    /// <exception cref="ArgumentException">It was borrowed from another pool.</exception>
    /// <exception cref="InvalidOperationException">It was given back before.</exception>
    public static ValueTask DiscardAsync<T>(this ResourcePool<T> pool, PoolLease<T> lease)
    {
        PoolKernel.Check(pool, lease);
        return lease.DiscardAsync();
    }

    /// <summary>
    /// Destroys all resources that are idle now, and waits for that; those that are in use are destroyed when they are given
    /// back. New ones are made as they are needed.
    /// </summary>
    public static Task DrainAsync<T>(this ResourcePool<T> pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        return pool.DrainCore();
    }

    /// <summary>
    /// Runs the work with a resource, which is given back when the work and all that it started have ended, whatever they came to.
    /// </summary>
    /// <param name="pool">The pool.</param>
    /// <param name="scope">The scope that waits, and below which the work runs; its cancellation reaches both.</param>
    /// <param name="work">Gets the resource and a scope of its own. Not called when nothing was borrowed.</param>
    /// <returns>What the work came to, or why there was no resource. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ExecuteAsync<TResource, T, TError>(
        this ResourcePool<TResource> pool, Scope scope, Func<TResource, Scope, Task<Result<T, TError>>> work)
    {
        Check(pool, scope, work);
        return new(RunAsync(pool, scope, resource => Work.Of((Scope below) => work(resource, below))));
    }

    /// <inheritdoc cref="ExecuteAsync{TResource, T, TError}(ResourcePool{TResource}, Scope, Func{TResource, Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<TResource, T>(
        this ResourcePool<TResource> pool, Scope scope, Func<TResource, Scope, Task<Result<T>>> work)
    {
        Check(pool, scope, work);
        return new(RunAsync(pool, scope, resource => Work.Of((Scope below) => work(resource, below))));
    }

    /// <inheritdoc cref="ExecuteAsync{TResource, T, TError}(ResourcePool{TResource}, Scope, Func{TResource, Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync<TResource>(
        this ResourcePool<TResource> pool, Scope scope, Func<TResource, Scope, Task<Result>> work)
    {
        Check(pool, scope, work);
        return new(RunAsync(pool, scope, resource => Work.Of((Scope below) => work(resource, below))));
    }

    /// <inheritdoc cref="ExecuteAsync{TResource, T, TError}(ResourcePool{TResource}, Scope, Func{TResource, Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ExecuteAsync<TResource, T>(
        this ResourcePool<TResource> pool, Scope scope, Func<TResource, Scope, Task<T>> work)
    {
        Check(pool, scope, work);
        return new(RunAsync(pool, scope, resource => Work.Of((Scope below) => work(resource, below))));
    }

    /// <inheritdoc cref="ExecuteAsync{TResource, T, TError}(ResourcePool{TResource}, Scope, Func{TResource, Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> ExecuteAsync<TResource>(
        this ResourcePool<TResource> pool, Scope scope, Func<TResource, Scope, Task> work)
    {
        Check(pool, scope, work);
        return new(RunAsync(pool, scope, resource => Work.Of((Scope below) => work(resource, below))));
    }

    private static void Check<TWork>(object pool, Scope scope, TWork work)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(work);
    }

    private static async ValueTask<FSharpResult<T, ScopeError<TError>>> RunAsync<TResource, T, TError, TWork>(
        ResourcePool<TResource> pool, Scope scope, Func<TResource, Body<T, TError, TWork>> work)
        where TWork : struct, IWork<T, TError>
    {
        var usesContext = scope.Dispatcher.UsesContext;
        var taken = await PoolKernel.BorrowUnlessStopped<TResource, TError>(pool, scope, default).ConfigureAwait(usesContext);

        if (taken.IsError)
            return FSharpResult<T, ScopeError<TError>>.NewError(taken.ErrorValue);

        var lease = taken.ResultValue;

        await using (lease.ConfigureAwait(usesContext))
        {
            return await Child.Bound(scope, work(lease.Value)).Core.ConfigureAwait(usesContext);
        }
    }
}
