using System;
using System.Diagnostics.CodeAnalysis;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// A value, or why there is none: what work without errors of its own comes to. The same as
/// <c>Result&lt;T, Never&gt;</c>, into which it converts.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
public readonly struct Result<T> : IEquatable<Result<T>>, INested
{
    private readonly Result<T, Never> inner;

    internal Result(FSharpResult<T, ScopeError<Never>> core) => inner = new(core);

    internal FSharpResult<T, ScopeError<Never>> Core => inner.Core;

    /// <inheritdoc cref="Result{T, TError}.IsOk"/>
    public bool IsOk => inner.IsOk;

    /// <inheritdoc cref="Result{T, TError}.Error"/>
    public ScopeError<Never>? Error => inner.Error;

    /// <inheritdoc cref="Result{T, TError}.Deconstruct"/>
    public void Deconstruct(out ScopeError<Never>? error, out T? value) => (error, value) = inner;

    /// <inheritdoc cref="Result{T, TError}.TryGet(out T)"/>
    public bool TryGet([MaybeNullWhen(false)] out T value) => inner.TryGet(out value);

    /// <inheritdoc cref="Result{T, TError}.TryGet(out T, out ScopeError{TError})"/>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out ScopeError<Never>? error) =>
        inner.TryGet(out value, out error);

    /// <inheritdoc cref="Result{T, TError}.Match"/>
    public TOut Match<TOut>(Func<T, TOut> ok, Func<ScopeError<Never>, TOut> error) => inner.Match(ok, error);

    /// <inheritdoc cref="Result{T, TError}.Map"/>
    public Result<TOut> Map<TOut>(Func<T, TOut> change) => inner.Map(change);

    /// <inheritdoc cref="Result{T, TError}.GetValueOrThrow"/>
    public T GetValueOrThrow() => inner.GetValueOrThrow();

    /// <summary>The longer spelling.</summary>
    public Result<T, Never> ToResult() => inner;

    /// <summary>The longer spelling.</summary>
    public static implicit operator Result<T, Never>(Result<T> result) => result.inner;

    /// <summary>The shorter spelling.</summary>
    public static implicit operator Result<T>(Result<T, Never> result) => new(result.Core);

    /// <summary>An error is a result of any value type.</summary>
    public static implicit operator Result<T>(Failed<Never> failed) => Result.Fail<T, Never>(failed.Error);

    /// <inheritdoc/>
    public bool Equals(Result<T> other) => inner.Equals(other.inner);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Result<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => inner.GetHashCode();

    /// <summary>Equal values, or equal errors.</summary>
    public static bool operator ==(Result<T> left, Result<T> right) => left.Equals(right);

    /// <summary>Different values or errors.</summary>
    public static bool operator !=(Result<T> left, Result<T> right) => !left.Equals(right);

    /// <summary>One line for people.</summary>
    public override string ToString() => inner.ToString();

    ScopeError<Never>? INested.Error => inner.Error;
}
