using System;
using System.Diagnostics.CodeAnalysis;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>What work that gives no value comes to: a good end, or what went wrong. <c>default</c> is a good end.</summary>
/// <remarks>Its static methods make results of every kind.</remarks>
public readonly struct Result : IEquatable<Result>, INested
{
    private readonly Result<Done, Never> inner;

    internal Result(FSharpResult<Done, ScopeError<Never>> core) => inner = new(core);

    internal FSharpResult<Done, ScopeError<Never>> Core => inner.Core;

    /// <summary>Whether all went well.</summary>
    public bool IsOk => inner.IsOk;

    /// <summary>What went wrong; null when all went well.</summary>
    public ScopeError<Never>? Error => inner.Error;

    /// <summary>Gives the error, if there is one.</summary>
    /// <returns>Whether there is an error.</returns>
    public bool TryGetError([NotNullWhen(true)] out ScopeError<Never>? error) => (error = Error) is not null;

    /// <summary>Gives what one of the two functions makes of it.</summary>
    /// <exception cref="ArgumentNullException">A function is null.</exception>
    public TOut Match<TOut>(Func<TOut> ok, Func<ScopeError<Never>, TOut> error)
    {
        ArgumentNullException.ThrowIfNull(ok);
        return inner.Match(_ => ok(), error);
    }

    /// <summary>Throws if something went wrong; see <see cref="Result{T, TError}.GetValueOrThrow"/>.</summary>
    /// <exception cref="ScopeException{TError}">Something went wrong.</exception>
    public void ThrowIfFailed() => inner.GetValueOrThrow();

    /// <summary>A good end.</summary>
    public static Result Ok() => default;

    /// <summary>A value, from work that has no errors of its own.</summary>
    public static Result<T> Ok<T>(T value) => new(FSharpResult<T, ScopeError<Never>>.NewOk(value));

    /// <summary>A value, from work that could have returned an error of its own.</summary>
    public static Result<T, TError> Ok<T, TError>(T value) => new(FSharpResult<T, ScopeError<TError>>.NewOk(value));

    /// <summary>An error of the work's own: a normal outcome.</summary>
    public static Result<T, TError> Fail<T, TError>(TError error) => Fail<T, TError>(ScopeErrorModule.failed(error));

    /// <summary>Everything that went wrong elsewhere, passed on.</summary>
    /// <exception cref="ArgumentNullException">The error is null.</exception>
    public static Result<T, TError> Fail<T, TError>(ScopeError<TError> error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(FSharpResult<T, ScopeError<TError>>.NewError(error));
    }

    /// <summary>An error of the work's own, which converts into a result of any value type.</summary>
    public static Failed<TError> Fail<TError>(TError error) => new(ScopeErrorModule.failed(error));

    /// <summary>Everything that went wrong elsewhere, which converts into a result of any value type.</summary>
    /// <exception cref="ArgumentNullException">The error is null.</exception>
    public static Failed<TError> Fail<TError>(ScopeError<TError> error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(error);
    }

    /// <summary>The longer spelling.</summary>
    public Result<Done, Never> ToResult() => inner;

    /// <summary>The longer spelling.</summary>
    public static implicit operator Result<Done, Never>(Result result) => result.inner;

    /// <summary>The shorter spelling.</summary>
    public static implicit operator Result(Result<Done, Never> result) => new(result.Core);

    /// <summary>An error is a result of any value type, and of none.</summary>
    public static implicit operator Result(Failed<Never> failed) => Fail<Done, Never>(failed.Error);

    /// <inheritdoc/>
    public bool Equals(Result other) => inner.Equals(other.inner);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Result other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => inner.GetHashCode();

    /// <summary>Two good ends, or equal errors.</summary>
    public static bool operator ==(Result left, Result right) => left.Equals(right);

    /// <summary>Different outcomes.</summary>
    public static bool operator !=(Result left, Result right) => !left.Equals(right);

    /// <summary>One line for people.</summary>
    public override string ToString() => IsOk ? "Ok" : inner.ToString();

    ScopeError<Never>? INested.Error => inner.Error;
}

/// <summary>The value of work that gives none. It has only one value, its default.</summary>
/// <remarks>
/// A child without a result is a <c>ScopeTask&lt;Done, Never&gt;</c>, and awaiting that gives a plain <see cref="Result"/>.
/// Write it yourself where work has errors but no value: <c>Task&lt;Result&lt;Done, ShopError&gt;&gt;</c>.
/// </remarks>
public readonly record struct Done
{
    /// <summary>One word for people.</summary>
    public override string ToString() => "Done";
}

/// <summary>An error that converts into a <see cref="Result{T, TError}"/> of any value type. Made by <see cref="Result.Fail{TError}(TError)"/>.</summary>
/// <typeparam name="TError">The work's own errors.</typeparam>
public readonly record struct Failed<TError>
{
    internal Failed(ScopeError<TError> error) => Error = error;

    /// <summary>What went wrong.</summary>
    public ScopeError<TError> Error { get; }
}

/// <summary>A result as the value of some work: its error is the work's error, so that it cannot pass unseen.</summary>
internal interface INested
{
    ScopeError<Never>? Error { get; }
}
