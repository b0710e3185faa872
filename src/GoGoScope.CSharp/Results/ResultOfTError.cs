using System;
using System.Diagnostics.CodeAnalysis;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// A value, or why there is none: what a piece of work with errors of its own comes to. Take it apart with
/// <c>var (error, value) = ...</c>, with <see cref="TryGet(out T)"/> where nullness matters, or with <see cref="Match"/>.
/// <c>default</c> is a good end with the default value.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
/// <typeparam name="TError">The errors that the work itself returns, as <see cref="Cause{E}.Failed"/>.</typeparam>
public readonly struct Result<T, TError> : IEquatable<Result<T, TError>>
{
    internal Result(FSharpResult<T, ScopeError<TError>> core) => Core = core;

    internal FSharpResult<T, ScopeError<TError>> Core { get; }

    /// <summary>Whether there is a value.</summary>
    public bool IsOk => Core.IsOk;

    /// <summary>What went wrong; null when there is a value.</summary>
    public ScopeError<TError>? Error => Core.IsOk ? null : Core.ErrorValue;

    /// <summary>Takes it apart: the error is null exactly when there is a value.</summary>
    public void Deconstruct(out ScopeError<TError>? error, out T? value) =>
        (error, value) = Core.IsOk ? (null, Core.ResultValue) : (Core.ErrorValue, default(T));

    /// <summary>Gives the value, if there is one.</summary>
    /// <returns>Whether there is a value.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value) => TryGet(out value, out _);

    /// <summary>Gives the value or the error.</summary>
    /// <returns>Whether there is a value; otherwise there is an error.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ScopeError<TError>? error)
    {
        (error, value) = this;
        return Core.IsOk;
    }

    /// <summary>Gives what one of the two functions makes of it.</summary>
    /// <exception cref="ArgumentNullException">A function is null.</exception>
    public TOut Match<TOut>(Func<T, TOut> ok, Func<ScopeError<TError>, TOut> error)
    {
        ArgumentNullException.ThrowIfNull(ok);
        ArgumentNullException.ThrowIfNull(error);
        return Core.IsOk ? ok(Core.ResultValue) : error(Core.ErrorValue);
    }

    /// <summary>Changes the value, if there is one.</summary>
    /// <exception cref="ArgumentNullException">The function is null.</exception>
    public Result<TOut, TError> Map<TOut>(Func<T, TOut> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Core.IsOk
            ? Result.Ok<TOut, TError>(change(Core.ResultValue))
            : Result.Fail<TOut, TError>(Core.ErrorValue);
    }

    /// <summary>
    /// Gives the value, or throws. Inside the work of a scope that is how an error is passed on: the scope takes the
    /// error out of the exception, so nothing is lost or reported twice.
    /// </summary>
    /// <exception cref="ScopeException{TError}">There is no value.</exception>
    public T GetValueOrThrow() => Core.IsOk ? Core.ResultValue : throw new ScopeException<TError>(Core.ErrorValue);

    /// <summary>An error is a result of any value type.</summary>
    public static implicit operator Result<T, TError>(Failed<TError> failed) => Result.Fail<T, TError>(failed.Error);

    /// <inheritdoc/>
    public bool Equals(Result<T, TError> other) => Core.Equals(other.Core);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Result<T, TError> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Core.GetHashCode();

    /// <summary>Equal values, or equal errors.</summary>
    public static bool operator ==(Result<T, TError> left, Result<T, TError> right) => left.Equals(right);

    /// <summary>Different values or errors.</summary>
    public static bool operator !=(Result<T, TError> left, Result<T, TError> right) => !left.Equals(right);

    /// <summary>One line for people.</summary>
    public override string ToString() => Core.IsOk ? $"Ok({Core.ResultValue})" : $"Error({Core.ErrorValue})";
}
