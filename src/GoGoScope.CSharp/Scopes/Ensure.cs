using System;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Work that a block ends with.</summary>
public static class EnsureExtensions
{
    /// <summary>
    /// For <c>await using</c>: runs the work at the end of the block, on every way out, shielded from the scope's
    /// cancellation, for at most <paramref name="bound"/>. What it fails with is the scope's <see cref="Cause{E}.CleanupFailed"/>.
    /// </summary>
    /// <param name="scope">The scope of the block.</param>
    /// <param name="bound">From zero to about 49 days, by the scope's clock. Past it the work is asked to stop.</param>
    /// <param name="work">Gets a scope of its own, which is its cancellation token too.</param>
    /// <returns>What runs the work when it is disposed. That does not throw.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The bound is negative or above about 49 days.</exception>
    public static IAsyncDisposable Ensure(this Scope scope, TimeSpan bound, Func<Scope, Task> work)
    {
        ArgumentNullException.ThrowIfNull(scope);
        Checks.duration(nameof(bound), bound);
        return new EnsuredWork(scope, bound, Work.Of(work));
    }
}

/// <summary>Runs the work when it is disposed. The scope, not the block, is told of a failure: the block has its own outcome.</summary>
internal sealed class EnsuredWork(Scope scope, TimeSpan bound, Body<Done, Never, PlainWork> work) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        var ended = new Result(await Child.Shielded(scope, bound, work).Core.ConfigureAwait(scope.Dispatcher.UsesContext));

        if (ended.TryGetError(out var error))
            scope.Rare.AddCleanupFailure(ScopeErrorModule.asException(error));
    }
}
