using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// The only translations: every shape in which C# work comes, as the struct that the kernel runs. No adapter closure, and
/// no exception is thrown to learn that a task has failed.
/// </summary>
internal static class Work
{
    public static Body<T, TError, TaskWork<Result<T, TError>, T, TError, ReadResult<T, TError>>> Of<T, TError>(
        Func<Scope, Task<Result<T, TError>>> work) => new(new(There(work)));

    public static Body<T, Never, TaskWork<Result<T>, T, Never, ReadShort<T>>> Of<T>(
        Func<Scope, Task<Result<T>>> work) => new(new(There(work)));

    public static Body<Done, Never, TaskWork<Result, Done, Never, ReadDone>> Of(
        Func<Scope, Task<Result>> work) => new(new(There(work)));

    public static Body<T, TError, TaskWork<T, T, TError, ReadValue<T, TError>>> OfValue<T, TError>(
        Func<Scope, Task<T>> work) => new(new(There(work)));

    public static Body<T, Never, TaskWork<T, T, Never, ReadValue<T, Never>>> Of<T>(
        Func<Scope, Task<T>> work) => OfValue<T, Never>(work);

    public static Body<Done, Never, PlainWork> Of(
        Func<Scope, Task> work) => new(new(There(work)));

    public static Body<T, TError, ValueWork<Result<T, TError>, T, TError, ReadResult<T, TError>>> Of<T, TError>(
        Func<Scope, ValueTask<Result<T, TError>>> work) => new(new(There(work)));

    public static Body<T, Never, ValueWork<T, T, Never, ReadValue<T, Never>>> Of<T>(
        Func<Scope, ValueTask<T>> work) => new(new(There(work)));

    public static Body<Done, Never, PlainValueWork> Of(
        Func<Scope, ValueTask> work) => new(new(There(work)));

    public static Body<T, TError, AwaitableWork<T, TError>> Of<T, TError>(
        Func<Scope, ScopeAwaitable<T, TError>> work) => new(new(There(work)));

    /// <summary>What a task that did not end well came to, read without throwing.</summary>
    public static FSharpResult<T, ScopeError<TError>> Fault<T, TError>(Scope scope, Task task) =>
        FSharpResult<T, ScopeError<TError>>.NewError(
            task.Exception?.InnerException is ScopeException carried
                ? carried.ErrorAs<TError>()
                : Explain.Task<TError>(scope, task));

    public static InvalidOperationException NoTask() => new("The work returned null instead of a task.");

    private static TWork There<TWork>(TWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return work;
    }
}

/// <summary>Translated work, with all its types at hand for inference.</summary>
internal readonly record struct Body<T, TError, TWork>(TWork Work)
    where TWork : struct, IWork<T, TError>;

/// <summary>How the value of a task reads as an outcome.</summary>
internal interface IRead<TRaw, T, TError>
{
    FSharpResult<T, ScopeError<TError>> Read(TRaw raw);
}

internal readonly struct ReadResult<T, TError> : IRead<Result<T, TError>, T, TError>
{
    public FSharpResult<T, ScopeError<TError>> Read(Result<T, TError> raw) => raw.Core;
}

internal readonly struct ReadShort<T> : IRead<Result<T>, T, Never>
{
    public FSharpResult<T, ScopeError<Never>> Read(Result<T> raw) => raw.Core;
}

internal readonly struct ReadDone : IRead<Result, Done, Never>
{
    public FSharpResult<Done, ScopeError<Never>> Read(Result raw) => raw.Core;
}

internal readonly struct ReadValue<T, TError> : IRead<T, T, TError>
{
    public FSharpResult<T, ScopeError<TError>> Read(T raw) =>
        raw is INested { Error: { } error }
            ? FSharpResult<T, ScopeError<TError>>.NewError(error.As<TError>())
            : FSharpResult<T, ScopeError<TError>>.NewOk(raw);
}

/// <summary>A task that has a value.</summary>
internal struct TaskWork<TRaw, T, TError, TRead>(Func<Scope, Task<TRaw>> body) : IWork<T, TError>
    where TRead : struct, IRead<TRaw, T, TError>
{
    private Task<TRaw>? task;
    private bool usesContext;

    public void Start(Scope scope)
    {
        usesContext = scope.Dispatcher.UsesContext;

        try
        {
            task = body(scope) ?? throw Work.NoTask();
        }
        catch (ScopeException carried)
        {
            task = Task.FromException<TRaw>(carried);
        }
    }

    public readonly bool IsCompleted => task!.IsCompleted;

    public readonly void OnCompleted(Action next) => task!.ConfigureAwait(usesContext).GetAwaiter().UnsafeOnCompleted(next);

    public readonly FSharpResult<T, ScopeError<TError>> GetResult(Scope scope) =>
        task!.IsCompletedSuccessfully ? default(TRead).Read(task.Result) : Work.Fault<T, TError>(scope, task);
}

/// <summary>A task without a value.</summary>
internal struct PlainWork(Func<Scope, Task> body) : IWork<Done, Never>
{
    private Task? task;
    private bool usesContext;

    public void Start(Scope scope)
    {
        usesContext = scope.Dispatcher.UsesContext;

        try
        {
            task = body(scope) ?? throw Work.NoTask();
        }
        catch (ScopeException carried)
        {
            task = Task.FromException(carried);
        }
    }

    public readonly bool IsCompleted => task!.IsCompleted;

    public readonly void OnCompleted(Action next) => task!.ConfigureAwait(usesContext).GetAwaiter().UnsafeOnCompleted(next);

    public readonly FSharpResult<Done, ScopeError<Never>> GetResult(Scope scope) =>
        task!.IsCompletedSuccessfully
            ? FSharpResult<Done, ScopeError<Never>>.NewOk(default)
            : Work.Fault<Done, Never>(scope, task);
}

/// <summary>A value task that has a value.</summary>
internal struct ValueWork<TRaw, T, TError, TRead>(Func<Scope, ValueTask<TRaw>> body) : IWork<T, TError>
    where TRead : struct, IRead<TRaw, T, TError>
{
    private ValueTask<TRaw> task;
    private bool usesContext;

    public void Start(Scope scope)
    {
        usesContext = scope.Dispatcher.UsesContext;

        try
        {
            task = body(scope);
        }
        catch (ScopeException carried)
        {
            task = ValueTask.FromException<TRaw>(carried);
        }
    }

    public readonly bool IsCompleted => task.IsCompleted;

    public readonly void OnCompleted(Action next) => task.ConfigureAwait(usesContext).GetAwaiter().UnsafeOnCompleted(next);

    public readonly FSharpResult<T, ScopeError<TError>> GetResult(Scope scope) =>
        task.IsCompletedSuccessfully ? default(TRead).Read(task.Result) : Work.Fault<T, TError>(scope, task.AsTask());
}

/// <summary>A value task without a value.</summary>
internal struct PlainValueWork(Func<Scope, ValueTask> body) : IWork<Done, Never>
{
    private ValueTask task;
    private bool usesContext;

    public void Start(Scope scope)
    {
        usesContext = scope.Dispatcher.UsesContext;

        try
        {
            task = body(scope);
        }
        catch (ScopeException carried)
        {
            task = ValueTask.FromException(carried);
        }
    }

    public readonly bool IsCompleted => task.IsCompleted;

    public readonly void OnCompleted(Action next) => task.ConfigureAwait(usesContext).GetAwaiter().UnsafeOnCompleted(next);

    public readonly FSharpResult<Done, ScopeError<Never>> GetResult(Scope scope)
    {
        if (!task.IsCompletedSuccessfully)
            return Work.Fault<Done, Never>(scope, task.AsTask());

        task.GetAwaiter().GetResult(); // a pooled source is free again only after this
        return FSharpResult<Done, ScopeError<Never>>.NewOk(default);
    }
}

/// <summary>What a verb of a scope gives: the kernel's own outcome.</summary>
internal struct AwaitableWork<T, TError>(Func<Scope, ScopeAwaitable<T, TError>> body) : IWork<T, TError>
{
    private ValueTask<FSharpResult<T, ScopeError<TError>>> task;
    private bool usesContext;

    public void Start(Scope scope)
    {
        usesContext = scope.Dispatcher.UsesContext;

        try
        {
            task = body(scope).Core;
        }
        catch (ScopeException carried)
        {
            task = new(FSharpResult<T, ScopeError<TError>>.NewError(carried.ErrorAs<TError>()));
        }
    }

    public readonly bool IsCompleted => task.IsCompleted;

    public readonly void OnCompleted(Action next) => task.ConfigureAwait(usesContext).GetAwaiter().UnsafeOnCompleted(next);

    public readonly FSharpResult<T, ScopeError<TError>> GetResult(Scope scope) => task.Result;
}
