using System;

namespace GoGoScope.CSharp;

/// <summary>What a scope tells its observers. Set the ones you want; the others do nothing. Children inherit them.</summary>
public sealed class HookSettings
{
    /// <summary>Called when a child starts, before its first instruction, on the thread that starts it.</summary>
    public Action<TaskStarted> BeforeTask { get; init; } = ScopeHooks.None.BeforeTask;

    /// <summary>Called when a child has ended, before whoever waits for it goes on.</summary>
    public Action<TaskEnded> AfterTask { get; init; } = ScopeHooks.None.AfterTask;

    /// <summary>
    /// Called when a scope that was opened with these hooks, or a child in it, is told to stop from anywhere: once for the
    /// place that was told, and not again for all below it. An ordinary exit is no cancellation.
    /// </summary>
    public Action<ScopeCancelled> OnCancel { get; init; } = ScopeHooks.None.OnCancel;

    /// <summary>Called when a scope that was run or opened (not a child) has ended.</summary>
    public Action<ScopeDisposed> OnDispose { get; init; } = ScopeHooks.None.OnDispose;

    /// <summary>Called for every error that no caller is given. Runs on the thread on which the error came to light.</summary>
    public Action<UnobservedError> OnUnobserved { get; init; } = ScopeHooks.None.OnUnobserved;

    /// <summary>
    /// Called once for each child that still runs when the grace after a cancel is over, and for each cleanup that takes
    /// longer than the grace. Runs on the thread of the clock's timer.
    /// </summary>
    public Action<StuckChild> OnStuck { get; init; } = ScopeHooks.None.OnStuck;

    internal ScopeHooks ToCore() => new(BeforeTask, AfterTask, OnCancel, OnDispose, OnUnobserved, OnStuck);
}
