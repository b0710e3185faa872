using System;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>What can be asked of a scope that is at hand.</summary>
public static class ScopeExtensions
{
    /// <summary>Waits for the children of the scope and gives what went wrong so far; the scope stays open.</summary>
    /// <returns>A good end, or the failures of the children, which do not surface again when an opened scope is disposed.</returns>
    /// <exception cref="ArgumentNullException">The scope is null.</exception>
    public static ScopeAwaitable<Done, Never> JoinAsync(this Scope scope) => scope.JoinAsync<Never>();

    /// <inheritdoc cref="JoinAsync(Scope)"/>
    /// <typeparam name="TError">The errors of the children; those of another type arrive as <see cref="UntypedFailure"/>.</typeparam>
    public static ScopeAwaitable<Done, TError> JoinAsync<TError>(this Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Child.Changed(scope, Root.Join<TError>(scope), Child.ToDone);
    }

    /// <summary>Waits on the scope's clock. A cancel ends the wait at once.</summary>
    /// <param name="scope">The scope whose clock and cancellation count.</param>
    /// <param name="duration">From zero to about 49 days.</param>
    /// <returns>A good end, or <see cref="Cause{E}.Cancelled"/>.</returns>
    /// <exception cref="ArgumentNullException">The scope is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The duration is negative or above about 49 days.</exception>
    public static ScopeAwaitable<Done, Never> DelayAsync(this Scope scope, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Child.Changed(scope, Delay.For<Never>(scope, duration), Child.ToDone);
    }

    /// <summary>
    /// A picture of the live tree below the scope: name, state, time left, place of the call, age, waits. Equal siblings share a
    /// line. The scopes run on meanwhile: each is shown as it was at one moment, not all at the same.
    /// </summary>
    /// <param name="scope">The top of the tree.</param>
    /// <param name="format">Lines for people, a Mermaid chart, or JSON for programs.</param>
    /// <exception cref="ArgumentNullException">The scope is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The format is none of the three.</exception>
    public static string DebugTree(this Scope scope, TreeFormat format = TreeFormat.Text)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return ScopeModule.debugTreeAs(format, scope);
    }

    /// <summary>For loops that compute: throws if the scope was asked to stop.</summary>
    /// <exception cref="OperationCanceledException">The scope was asked to stop; in its own work that is its cancellation, no crash.</exception>
    public static void ThrowIfCancelled(this Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        Cancelling.ThrowIfCancelled(scope);
    }

    /// <summary>Calls back once when the scope is asked to stop, at once if it was already.</summary>
    /// <returns>Dispose it to take the callback back. What the callback throws goes to <c>OnUnobserved</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IDisposable OnCancel(this Scope scope, Action<CancelReason> callback)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Cancelling.OnCancel(scope, callback);
    }

    /// <summary>A task that completes with the reason when the scope is asked to stop.</summary>
    public static Task<CancelReason> WhenCancelled(this Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Cancelling.WhenCancelled(scope);
    }

    /// <summary>A task that fails with <see cref="OperationCanceledException"/> when the scope is asked to stop, and never completes otherwise.</summary>
    public static Task FaultWhenCancelled(this Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Cancelling.FaultWhenCancelled(scope);
    }
}
