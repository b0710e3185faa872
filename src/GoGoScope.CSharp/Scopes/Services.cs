using System;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Where factories in C# meet the kernel.</summary>
internal static class Services
{
    public static void Check(Scope scope, string name)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ScopeServices.CheckName(name);
    }

    public static Func<T, CancellationToken, ValueTask>? Of<T>(Action<T>? release) =>
        release is null
            ? null
            : (value, _) =>
            {
                release(value);
                return default;
            };

    public static Func<T, CancellationToken, ValueTask> Given<T>(Func<T, CancellationToken, ValueTask> release)
    {
        ArgumentNullException.ThrowIfNull(release);
        return release;
    }

    public static Result<T> Find<T>(Scope scope, string name)
    {
        Check(scope, name);
        return new(ScopeServices.Find<T, Never>(scope, name).Result);
    }

    /// <summary>A factory that does not wait; so the answer is there too.</summary>
    public static T Now<T>(
        Scope scope, Func<Scope, T> make, Func<T, CancellationToken, ValueTask>? release, string name, bool replaces)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ScopeServices.CheckMaking<T>(name, make);
        return new Result<T>(ScopeServices.Provide(scope, name, replaces, FuncConvert.FromFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>>(Make), release).Result)
            .GetValueOrThrow();

        ValueTask<FSharpResult<T, ScopeError<Never>>> Make(Scope owner)
        {
            try
            {
                return new(FSharpResult<T, ScopeError<Never>>.NewOk(make(owner)));
            }
            catch (ScopeException carried)
            {
                return new(FSharpResult<T, ScopeError<Never>>.NewError(carried.ErrorAs<Never>()));
            }
        }
    }

    public static ScopeAwaitable<T, TError> Later<T, TError, TWork>(
        Scope scope, Body<T, TError, TWork> make, Func<T, CancellationToken, ValueTask>? release, string name, bool replaces)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        ScopeServices.CheckMaking<T>(name, make.Work);
        return new(ScopeServices.Provide(
            scope,
            name,
            replaces,
            FuncConvert.FromFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>(owner => RunAsync<T, TError, TWork>(owner, make.Work)),
            release));
    }

    /// <summary>Work in a scope that is at hand, instead of one of its own.</summary>
    private static async ValueTask<FSharpResult<T, ScopeError<TError>>> RunAsync<T, TError, TWork>(Scope scope, TWork work)
        where TWork : struct, IWork<T, TError>
    {
        work.Start(scope);

        if (!work.IsCompleted)
        {
            var ended = new TaskCompletionSource();
            work.OnCompleted(ended.SetResult);
            await ended.Task.ConfigureAwait(scope.Dispatcher.UsesContext);
        }

        return work.GetResult(scope);
    }
}
