using System;
using System.Threading;
using System.Threading.Tasks;
using GoGoScope.CompilerServices;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Where the verbs meet the kernel.</summary>
internal static class Child
{
    public static ScopeTask<T, TError> Start<T, TError, TWork>(
        Scope scope, ChildKind kind, TaskSettings? settings, Body<T, TError, TWork> work, string file, int line)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        return TaskStart.Begin<T, TError, WorkBody<T, TError, TWork>>(
            scope, kind, settings?.ToCore() ?? TaskOptions.Default, file, line, new(work.Work));
    }

    public static StartWait<TReady, T, TError> Starting<TReady, T, TError>(Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(scope);
    }

    /// <summary>Starts a child whose failure is only a value until it says that it is ready, and waits for that.</summary>
    public static ScopeAwaitable<TReady, TError> Start<TReady, T, TError, TWork>(
        StartWait<TReady, T, TError> wait, ChildKind kind, TaskSettings? settings, Body<T, TError, TWork> work, string file, int line)
        where TWork : struct, IWork<T, TError> =>
        new(wait.Watch(Launch.ChildWith<T, TError, WorkBody<T, TError, TWork>>(
            wait.Scope, kind, (settings ?? new()).ToCore(), ChildTraits.Starting, file, line, new(work.Work))));

    public static ScopeAwaitable<T, TError> Bound<T, TError, TWork>(Scope scope, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError> =>
        new(Start(scope, ChildKind.Bound, null, work, "", 0).AsValueTask());

    public static ScopeAwaitable<T, TError> Timeout<T, TError, TWork>(
        Scope scope, TimeSpan after, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError>
    {
        Checks.duration(nameof(after), after);
        return new(Start(scope, ChildKind.Bound, new() { Timeout = after }, work, "", 0).AsValueTask());
    }

    public static ScopeAwaitable<T, TError> Shielded<T, TError, TWork>(
        Scope scope, TimeSpan bound, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        Checks.duration(nameof(bound), bound);
        return new(Launch.ChildWith<T, TError, WorkBody<T, TError, TWork>>(
            scope, ChildKind.Bound, new TaskSettings { Timeout = bound }.ToCore(), ChildTraits.Shielded, "", 0, new(work.Work)).AsValueTask());
    }

    public static ScopeAwaitable<T, TError> Root<T, TError, TWork>(
        ScopeSettings? settings, Body<T, TError, TWork> work, CancellationToken token)
        where TWork : struct, IWork<T, TError> =>
        new(GoGoScope.Root.Run<T, TError, WorkBody<T, TError, TWork>>(ScopeSettings.ToCore(settings), token, new(work.Work)));

    /// <summary>An outcome on its way, changed.</summary>
    public static ScopeAwaitable<TOut, TOutError> Changed<T, TError, TOut, TOutError>(
        Scope scope,
        ValueTask<FSharpResult<T, ScopeError<TError>>> wait,
        Func<FSharpResult<T, ScopeError<TError>>, FSharpResult<TOut, ScopeError<TOutError>>> change) =>
        new(Await.Changed(scope, wait, FuncConvert.FromFunc(change)));

    /// <summary>What a verb makes at once.</summary>
    public static T Made<T>(Scope scope, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>> make)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new Result<T>(make.Invoke(scope).Result).GetValueOrThrow();
    }

    /// <summary>F#'s unit as ours.</summary>
    public static FSharpResult<Done, ScopeError<TError>> ToDone<TError>(FSharpResult<Unit, ScopeError<TError>> outcome) =>
        outcome.IsOk
            ? FSharpResult<Done, ScopeError<TError>>.NewOk(default)
            : FSharpResult<Done, ScopeError<TError>>.NewError(outcome.ErrorValue);
}
