using System;
using System.Diagnostics;

namespace GoGoScope.CSharp;

/// <summary>One function for each case, so that a case cannot be forgotten. Use <c>switch</c> where only some matter.</summary>
public static class Matching
{
    /// <summary>Gives what the function of its case makes of the cause.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static TOut Match<TError, TOut>(
        this Cause<TError> cause,
        Func<TError, TOut> failed,
        Func<Exception, TOut> crashed,
        Func<TimeSpan, TOut> timedOut,
        Func<CancelReason, TOut> cancelled,
        Func<Rejection, TOut> rejected,
        Func<Exception, TOut> cleanupFailed)
    {
        ArgumentNullException.ThrowIfNull(cause);
        AllThere(failed, crashed, timedOut, cancelled, rejected, cleanupFailed);
        return cause switch
        {
            Cause<TError>.Failed it => failed(it.Error),
            Cause<TError>.Crashed it => crashed(it.Exception),
            Cause<TError>.TimedOut it => timedOut(it.After),
            Cause<TError>.Cancelled it => cancelled(it.Reason),
            Cause<TError>.Rejected it => rejected(it.Rejection),
            Cause<TError>.CleanupFailed it => cleanupFailed(it.Exception),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Gives what the function of its case makes of the reason.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static TOut Match<TOut>(
        this CancelReason reason,
        Func<string, TOut> requested,
        Func<string, TOut> tokenFired,
        Func<TimeSpan, TOut> deadlinePassed,
        Func<CancelReason, TOut> parentEnded,
        Func<string, TOut> siblingFailed,
        Func<string, TOut> raceLost,
        Func<string, TOut> scopeExited,
        Func<string, TOut> hostStopping,
        Func<string, TOut> requestAborted,
        Func<string, TOut> lockLost)
    {
        ArgumentNullException.ThrowIfNull(reason);
        AllThere(requested, tokenFired, deadlinePassed, parentEnded, siblingFailed);
        AllThere(raceLost, scopeExited, hostStopping, requestAborted, lockLost);
        return reason switch
        {
            CancelReason.Requested it => requested(it.Message),
            CancelReason.TokenFired it => tokenFired(it.Source),
            CancelReason.DeadlinePassed it => deadlinePassed(it.Budget),
            CancelReason.ParentEnded it => parentEnded(it.Reason),
            CancelReason.SiblingFailed it => siblingFailed(it.Child),
            CancelReason.RaceLost it => raceLost(it.Winner),
            CancelReason.ScopeExited it => scopeExited(it.Scope),
            CancelReason.HostStopping it => hostStopping(it.Message),
            CancelReason.RequestAborted it => requestAborted(it.Path),
            CancelReason.LockLost it => lockLost(it.Key),
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>Gives what the function of its case makes of the rejection.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static TOut Match<TOut>(
        this Rejection rejection,
        Func<TimeSpan, TOut> circuitOpen,
        Func<TimeSpan, TOut> rateLimited,
        Func<int, TOut> queueFull,
        Func<TimeSpan, TOut> waitedTooLong,
        Func<string, TOut> channelClosed,
        Func<string, TOut> scopeEnded,
        Func<string, TOut> nothingToDo,
        Func<string, TOut> wouldDeadlock,
        Func<string, TOut> notConfigured)
    {
        ArgumentNullException.ThrowIfNull(rejection);
        AllThere(circuitOpen, rateLimited, queueFull, waitedTooLong);
        AllThere(channelClosed, scopeEnded, nothingToDo, wouldDeadlock, notConfigured);
        return rejection switch
        {
            Rejection.CircuitOpen it => circuitOpen(it.RetryAfter),
            Rejection.RateLimited it => rateLimited(it.RetryAfter),
            Rejection.QueueFull it => queueFull(it.Limit),
            Rejection.WaitedTooLong it => waitedTooLong(it.Waited),
            Rejection.ChannelClosed it => channelClosed(it.Channel),
            Rejection.ScopeEnded it => scopeEnded(it.Scope),
            Rejection.NothingToDo it => nothingToDo(it.Operation),
            Rejection.WouldDeadlock it => wouldDeadlock(it.Description),
            Rejection.NotConfigured it => notConfigured(it.What),
            _ => throw new UnreachableException(),
        };
    }

    private static void AllThere(params ReadOnlySpan<Delegate?> functions)
    {
        foreach (var function in functions)
            ArgumentNullException.ThrowIfNull(function);
    }
}
