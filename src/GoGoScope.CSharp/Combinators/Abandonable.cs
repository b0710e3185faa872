using System;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Work that may be left behind.</summary>
public static class AbandonableExtensions
{
    /// <summary>
    /// Runs work that may not hear its token, on the thread pool: a blocking call of somebody else's library. A cancel ends the
    /// wait at once and calls <paramref name="onAbandon"/>; the work is left behind, counted in <see cref="Abandoned"/>, and what
    /// it fails with in the end goes to <see cref="HookSettings.OnUnobserved"/>. Work that has not begun when the cancel comes
    /// never does. Nothing else in this library is ever left behind.
    /// </summary>
    /// <param name="scope">The scope that waits.</param>
    /// <param name="work">Gets the scope's token. A disposable value that nobody is given any more is disposed.</param>
    /// <param name="onAbandon">Makes the work end, if anything does: close the socket. Default: nothing.</param>
    /// <returns>What the work came to, or that the wait for it was cancelled.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    public static ScopeAwaitable<T, Never> AbandonableAsync<T>(
        this Scope scope, Func<CancellationToken, Task<T>> work, Action? onAbandon = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(work);
        return new(new AbandonWait<T, Never>(scope, onAbandon ?? Nothing).Run(work));
    }

    private static void Nothing()
    {
    }
}
