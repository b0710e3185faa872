using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Answering the failure of work with something else.</summary>
public static class FallbackExtensions
{
    /// <summary>
    /// Answers the failure of the work with other work. A cancellation is never answered. Work and answer run in scopes of
    /// their own, one after the other.
    /// </summary>
    /// <param name="scope">The scope below which both run; its cancellation reaches them.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="handler">Gets what the work failed with, and its own scope. What it throws is <c>Crashed</c>.</param>
    /// <param name="when">The causes that are answered. What it throws is <c>Crashed</c>. Default: null, all but a cancellation.</param>
    /// <returns>
    /// The value of the work or of its answer; when both fail, the answer's own cause comes first, and what the work failed
    /// with stands in <c>Others</c>. It does not fail the scope.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope, the work or the handler is null.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> FallbackAsync<T, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        Func<ScopeError<TError>, Scope, Task<Result<T, TError>>> handler,
        Func<Cause<TError>, bool>? when = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Run(scope, Work.Of(work), error => Operand.Of(Work.Of<T, TError>(child => handler(error, child))), when);
    }

    /// <inheritdoc cref="FallbackAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{ScopeError{TError}, Scope, Task{Result{T, TError}}}, Func{Cause{TError}, bool})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> FallbackAsync<T>(
        this Scope scope,
        Func<Scope, Task<T>> work,
        Func<ScopeError<Never>, Scope, Task<T>> handler,
        Func<Cause<Never>, bool>? when = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Run(scope, Work.Of(work), error => Operand.Of(Work.Of<T>(child => handler(error, child))), when);
    }

    /// <summary>Answers the failure of the work with a value. A cancellation is never answered.</summary>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="value">The answer.</param>
    /// <param name="when">The causes that are answered. What it throws is <c>Crashed</c>. Default: null, all but a cancellation.</param>
    /// <returns>The value of the work or its answer. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> FallbackAsync<T, TError>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> work, T value, Func<Cause<TError>, bool>? when = null) =>
        Run(scope, Work.Of(work), Value<T, TError>(value), when);

    /// <inheritdoc cref="FallbackAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, T, Func{Cause{TError}, bool})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> FallbackAsync<T>(
        this Scope scope, Func<Scope, Task<T>> work, T value, Func<Cause<Never>, bool>? when = null) =>
        Run(scope, Work.Of(work), Value<T, Never>(value), when);

    /// <inheritdoc cref="FallbackAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, T, Func{Cause{TError}, bool})"/>
    public static ScopeAwaitable<T, TError> FallbackAsync<T, TError>(
        this Scope scope, Func<Scope, ScopeAwaitable<T, TError>> work, T value, Func<Cause<TError>, bool>? when = null) =>
        Run(scope, Work.Of(work), Value<T, TError>(value), when);

    private static Func<ScopeError<TError>, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>> Value<T, TError>(T value) =>
        _ => FuncConvert.FromFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>(
            _ => new(FSharpResult<T, ScopeError<TError>>.NewOk(value)));

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        Scope scope,
        Body<T, TError, TWork> work,
        Func<ScopeError<TError>, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>> handler,
        Func<Cause<TError>, bool>? when)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(FallbackKernel.Run(
            scope, FuncConvert.FromFunc(when ?? (static _ => true)), FuncConvert.FromFunc(handler), Operand.Of(work)));
    }
}
