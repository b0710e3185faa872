using System;
using System.Linq;

namespace GoGoScope.CSharp;

/// <summary>
/// What <c>GetValueOrThrow</c> throws. Thrown in the work of a scope it is no crash: the scope takes the error out of it.
/// </summary>
public abstract class ScopeException : Exception
{
    private protected ScopeException(string message, Exception? inner)
        : base(message, inner)
    {
    }

    /// <summary>The same error for a scope with other errors of its own.</summary>
    internal abstract ScopeError<TOther> ErrorAs<TOther>();
}

/// <summary>Carries everything that went wrong to where it is caught.</summary>
/// <typeparam name="TError">The work's own errors.</typeparam>
public sealed class ScopeException<TError> : ScopeException
{
    internal ScopeException(ScopeError<TError> error)
        : base(error.ToString(), error.Cause.ThrownOrNull()) => Error = error;

    /// <summary>What went wrong. Its causes are the very ones that the scope reported.</summary>
    public ScopeError<TError> Error { get; }

    internal override ScopeError<TOther> ErrorAs<TOther>() =>
        Error as ScopeError<TOther>
        ?? new(ScopeErrors.Crossing<TError, TOther>(Error.Cause), Error.Others.Select(ScopeErrors.Crossing<TError, TOther>).ToArray());
}
