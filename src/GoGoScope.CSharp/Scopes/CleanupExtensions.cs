using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;
using Cleanups = GoGoScope.OnDispose;

namespace GoGoScope.CSharp;

/// <summary>What a scope does at its end, after its children have ended, the newest first.</summary>
public static class CleanupExtensions
{
    /// <summary>
    /// Runs the cleanup when the scope ends, after its children have ended, the newest first. It has the scope's grace;
    /// past it its token fires and the scope fails with <see cref="Cause{E}.CleanupFailed"/>, but still waits.
    /// </summary>
    /// <returns>
    /// A good end when it was registered. In a scope that has closed the cleanup runs at once, and the answer is
    /// <c>Rejected (ScopeEnded)</c>; if it fails later than this call, that goes to <c>OnUnobserved</c>.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Result OnDispose(this Scope scope, Action cleanup)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        return Register(scope, _ =>
        {
            cleanup();
            return default;
        });
    }

    /// <inheritdoc cref="OnDispose(Scope, Action)"/>
    public static Result OnDispose(this Scope scope, Func<CancellationToken, Task> cleanup)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        return Register(scope, token => new(cleanup(token)));
    }

    /// <inheritdoc cref="OnDispose(Scope, Action)"/>
    public static Result OnDispose(this Scope scope, Func<CancellationToken, ValueTask> cleanup)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        return Register(scope, cleanup);
    }

    /// <summary>
    /// The scope owns the resource from now on, and releases it at its end, after its children have ended, the newest
    /// resource first. <c>await using</c> beside <c>Fork</c> would release it while the children still use it.
    /// </summary>
    /// <returns>The resource.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed; the resource is released at once.</exception>
    public static T Use<T>(this Scope scope, T resource)
        where T : IAsyncDisposable
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Owned(scope, resource, _ => resource.DisposeAsync());
    }

    /// <inheritdoc cref="Use{T}(Scope, T)"/>
    /// <param name="scope">The scope that owns it.</param>
    /// <param name="resource">The resource.</param>
    /// <param name="_">Not to be given: it tells the two overloads apart.</param>
    public static T Use<T>(this Scope scope, T resource, Synchronous _ = default)
        where T : IDisposable
    {
        ArgumentNullException.ThrowIfNull(resource);
        return Owned(scope, resource, _ =>
        {
            resource.Dispose();
            return default;
        });
    }

    private static T Owned<T>(Scope scope, T resource, Func<CancellationToken, ValueTask> release) =>
        Register(scope, release).IsOk
            ? resource
            : throw new ObjectDisposedException(scope.Name, "The scope has ended; the resource was released at once.");

    private static Result Register(Scope scope, Func<CancellationToken, ValueTask> cleanup)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var registered = Cleanups.Add<Never>(scope, cleanup);
        return registered.IsCompletedSuccessfully
            ? new(Child.ToDone(registered.Result))
            : Late(scope, registered.AsTask());
    }

    private static Result Late(Scope scope, Task<FSharpResult<Unit, ScopeError<Never>>> running)
    {
        _ = ReportAsync();
        return Result.Fail(ScopeErrorModule.rejected<Never>(Rejection.NewScopeEnded(scope.Name)));

        async Task ReportAsync()
        {
            foreach (var other in (await running.ConfigureAwait(false)).ErrorValue.Others)
                ((WorkContext)scope).Unobserved("a cleanup of a scope that had ended", other.ThrownOrNull()!);
        }
    }
}

/// <summary>Tells the <c>Use</c> of an <see cref="IDisposable"/> from that of an <see cref="IAsyncDisposable"/>. Not to be given.</summary>
public readonly record struct Synchronous;
