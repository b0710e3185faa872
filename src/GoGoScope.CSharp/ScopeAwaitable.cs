using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// What the verbs of a scope answer: await it for a <see cref="Result{T, TError}"/>. It never throws for an expected
/// outcome. Waiting allocates nothing; <c>AsTask()</c> makes a <see cref="Task"/> of it, <c>Wait()</c> blocks.
/// </summary>
/// <typeparam name="T">The value.</typeparam>
/// <typeparam name="TError">The work's own errors; <see cref="Never"/> for none, and then a <see cref="Result{T}"/> comes out.</typeparam>
public readonly struct ScopeAwaitable<T, TError>
{
    internal ScopeAwaitable(ValueTask<FSharpResult<T, ScopeError<TError>>> core) => Core = core;

    internal ValueTask<FSharpResult<T, ScopeError<TError>>> Core { get; }

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => Core.IsCompleted;
}

/// <summary>Awaiting what a scope answers, and its children. A handle may be awaited any number of times.</summary>
public static class Awaiting
{
    /// <summary>Waits for the outcome.</summary>
    public static ResultAwaiter<T, TError> GetAwaiter<T, TError>(this ScopeAwaitable<T, TError> work) =>
        new(work.Core.GetAwaiter());

    /// <inheritdoc cref="GetAwaiter{T, TError}(ScopeAwaitable{T, TError})"/>
    public static ResultAwaiter<T> GetAwaiter<T>(this ScopeAwaitable<T, Never> work) => new(work.Core.GetAwaiter());

    /// <inheritdoc cref="GetAwaiter{T, TError}(ScopeAwaitable{T, TError})"/>
    public static ResultAwaiter GetAwaiter(this ScopeAwaitable<Done, Never> work) => new(work.Core.GetAwaiter());

    /// <summary>
    /// Waits until the child and its own children have ended, and observes its outcome. Starts a lazy child. Cancelling
    /// the scope that waits does not end the wait: cancel the child, or wait for <c>AsTask().WaitAsync(scope)</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The handle is <c>default</c>.</exception>
    public static ResultAwaiter<T, TError> GetAwaiter<T, TError>(this ScopeTask<T, TError> child) =>
        new(child.AsValueTask().GetAwaiter());

    /// <inheritdoc cref="GetAwaiter{T, TError}(ScopeTask{T, TError})"/>
    public static ResultAwaiter<T> GetAwaiter<T>(this ScopeTask<T, Never> child) => new(child.AsValueTask().GetAwaiter());

    /// <inheritdoc cref="GetAwaiter{T, TError}(ScopeTask{T, TError})"/>
    public static ResultAwaiter GetAwaiter(this ScopeTask<Done, Never> child) => new(child.AsValueTask().GetAwaiter());

    /// <summary>The outcome as a task, which never fails.</summary>
    public static async Task<Result<T, TError>> AsTask<T, TError>(this ScopeAwaitable<T, TError> work) =>
        new(await work.Core.ConfigureAwait(false));

    /// <inheritdoc cref="AsTask{T, TError}(ScopeAwaitable{T, TError})"/>
    public static async Task<Result<T>> AsTask<T>(this ScopeAwaitable<T, Never> work) =>
        new(await work.Core.ConfigureAwait(false));

    /// <inheritdoc cref="AsTask{T, TError}(ScopeAwaitable{T, TError})"/>
    public static async Task<Result> AsTask(this ScopeAwaitable<Done, Never> work) =>
        new(await work.Core.ConfigureAwait(false));

    /// <summary>The outcome of a child as a task, which never fails. Starts a lazy child, and observes it.</summary>
    /// <exception cref="InvalidOperationException">The handle is <c>default</c>.</exception>
    public static Task<Result<T, TError>> AsTask<T, TError>(this ScopeTask<T, TError> child) =>
        new ScopeAwaitable<T, TError>(child.AsValueTask()).AsTask();

    /// <inheritdoc cref="AsTask{T, TError}(ScopeTask{T, TError})"/>
    public static Task<Result<T>> AsTask<T>(this ScopeTask<T, Never> child) =>
        new ScopeAwaitable<T, Never>(child.AsValueTask()).AsTask();

    /// <inheritdoc cref="AsTask{T, TError}(ScopeTask{T, TError})"/>
    public static Task<Result> AsTask(this ScopeTask<Done, Never> child) =>
        new ScopeAwaitable<Done, Never>(child.AsValueTask()).AsTask();

    /// <summary>Blocks the calling thread until it has ended: for scripts and code that cannot await.</summary>
    public static Result<T, TError> Wait<T, TError>(this ScopeAwaitable<T, TError> work) =>
        new(work.Core.AsTask().GetAwaiter().GetResult());

    /// <inheritdoc cref="Wait{T, TError}(ScopeAwaitable{T, TError})"/>
    public static Result<T> Wait<T>(this ScopeAwaitable<T, Never> work) => new(work.Core.AsTask().GetAwaiter().GetResult());

    /// <inheritdoc cref="Wait{T, TError}(ScopeAwaitable{T, TError})"/>
    public static Result Wait(this ScopeAwaitable<Done, Never> work) => new(work.Core.AsTask().GetAwaiter().GetResult());
}

/// <summary>Waits for an outcome and translates it as it is read.</summary>
/// <typeparam name="T">The value.</typeparam>
/// <typeparam name="TError">The work's own errors.</typeparam>
public readonly struct ResultAwaiter<T, TError> : ICriticalNotifyCompletion
{
    private readonly ValueTaskAwaiter<FSharpResult<T, ScopeError<TError>>> inner;

    internal ResultAwaiter(ValueTaskAwaiter<FSharpResult<T, ScopeError<TError>>> inner) => this.inner = inner;

    /// <summary>Whether the outcome is there.</summary>
    public bool IsCompleted => inner.IsCompleted;

    /// <summary>The outcome.</summary>
    public Result<T, TError> GetResult() => new(inner.GetResult());

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => inner.OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => inner.UnsafeOnCompleted(continuation);
}

/// <inheritdoc cref="ResultAwaiter{T, TError}"/>
/// <typeparam name="T">The value.</typeparam>
public readonly struct ResultAwaiter<T> : ICriticalNotifyCompletion
{
    private readonly ValueTaskAwaiter<FSharpResult<T, ScopeError<Never>>> inner;

    internal ResultAwaiter(ValueTaskAwaiter<FSharpResult<T, ScopeError<Never>>> inner) => this.inner = inner;

    /// <inheritdoc cref="ResultAwaiter{T, TError}.IsCompleted"/>
    public bool IsCompleted => inner.IsCompleted;

    /// <inheritdoc cref="ResultAwaiter{T, TError}.GetResult"/>
    public Result<T> GetResult() => new(inner.GetResult());

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => inner.OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => inner.UnsafeOnCompleted(continuation);
}

/// <inheritdoc cref="ResultAwaiter{T, TError}"/>
public readonly struct ResultAwaiter : ICriticalNotifyCompletion
{
    private readonly ValueTaskAwaiter<FSharpResult<Done, ScopeError<Never>>> inner;

    internal ResultAwaiter(ValueTaskAwaiter<FSharpResult<Done, ScopeError<Never>>> inner) => this.inner = inner;

    /// <inheritdoc cref="ResultAwaiter{T, TError}.IsCompleted"/>
    public bool IsCompleted => inner.IsCompleted;

    /// <inheritdoc cref="ResultAwaiter{T, TError}.GetResult"/>
    public Result GetResult() => new(inner.GetResult());

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => inner.OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => inner.UnsafeOnCompleted(continuation);
}
