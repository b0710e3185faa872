using System;
using System.Linq;

namespace GoGoScope.CSharp;

/// <summary>Reading and changing errors.</summary>
public static class ScopeErrors
{
    /// <summary>Translates the work's own errors; every other cause stays as it is.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ScopeError<TOther> Map<TError, TOther>(this ScopeError<TError> error, Func<TError, TOther> change)
    {
        ArgumentNullException.ThrowIfNull(error);
        ArgumentNullException.ThrowIfNull(change);
        return new(error.Cause.Map(change), error.Others.Select(other => other.Map(change)).ToArray());
    }

    /// <summary>The error of work that has none of its own, for a result that has some.</summary>
    /// <exception cref="ArgumentNullException">The error is null.</exception>
    public static ScopeError<TError> As<TError>(this ScopeError<Never> error) => error.Map<Never, TError>(Impossible<TError>);

    /// <summary>Translates the work's own error; every other cause stays as it is.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static Cause<TOther> Map<TError, TOther>(this Cause<TError> cause, Func<TError, TOther> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return cause.Match(
            failed: error => Cause<TOther>.NewFailed(change(error)),
            crashed: Cause<TOther>.NewCrashed,
            timedOut: Cause<TOther>.NewTimedOut,
            cancelled: Cause<TOther>.NewCancelled,
            rejected: Cause<TOther>.NewRejected,
            cleanupFailed: Cause<TOther>.NewCleanupFailed);
    }

    /// <summary>A typed error that reaches a scope with other errors is a crash there, as that of an unobserved child is.</summary>
    internal static Cause<TOther> Crossing<TError, TOther>(Cause<TError> cause) =>
        cause is Cause<TError>.Failed failed
            ? Cause<TOther>.NewCrashed(new UntypedFailure(failed.Error))
            : cause.Map<TError, TOther>(_ => throw new InvalidOperationException("A failure is translated above."));

    internal static Exception? ThrownOrNull<TError>(this Cause<TError> cause) => cause switch
    {
        Cause<TError>.Crashed crashed => crashed.Exception,
        Cause<TError>.CleanupFailed failed => failed.Exception,
        _ => null,
    };

    private static TError Impossible<TError>(Never error) =>
        throw new InvalidOperationException("Never has no values, so nothing can have failed with one.");
}
