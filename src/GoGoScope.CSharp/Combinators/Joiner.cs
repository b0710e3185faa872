using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// Decides, outcome by outcome, when many pieces of work have come to something, and to what. For one use: make a new one for
/// each run. Its members are called one at a time, on whichever thread; what one of them throws decides as
/// <see cref="Cause{E}.Crashed"/>.
/// </summary>
/// <typeparam name="T">The value of each piece of work.</typeparam>
/// <typeparam name="TError">The works' own errors.</typeparam>
/// <typeparam name="TResult">What it all comes to.</typeparam>
public abstract class Joiner<T, TError, TResult>
{
    /// <summary>Called once with the number of works, before any of them starts.</summary>
    public virtual void OnStart(int count)
    {
    }

    /// <summary>Called for each work that ended by itself, with its place from 0 and its outcome, until it decides.</summary>
    public abstract JoinStep OnComplete(int index, Result<T, TError> outcome);

    /// <summary>What it all came to. Called once, after the decision or when all have ended; all have ended then.</summary>
    public abstract Result<TResult, TError> GetResult();

    internal GoGoScope.Joiner<T, TError, TResult> ToCore() => new(
        FuncConvert.FromAction<int>(OnStart),
        FuncConvert.FromFunc<int, FSharpResult<T, ScopeError<TError>>, JoinStep>((index, outcome) => OnComplete(index, new(outcome))),
        FuncConvert.FromFunc(() => GetResult().Core));
}

/// <summary>Many pieces of work, and a rule of your own.</summary>
public static class JoinerExtensions
{
    /// <summary>
    /// Runs all on the thread pool, and lets a joiner of your own decide when it has seen enough: then the others are told to
    /// stop, and have ended when this answers.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="joiner">A new one, for this run only.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>What the joiner says.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<TResult, TError> ParallelJoinAsync<T, TError, TResult>(
        this Scope scope,
        IEnumerable<Func<Scope, Task<Result<T, TError>>>> works,
        Joiner<T, TError, TResult> joiner,
        ParallelSettings? settings = null) => Run(scope, settings, joiner, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="ParallelJoinAsync{T, TError, TResult}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, Joiner{T, TError, TResult}, ParallelSettings)"/>
    public static ScopeAwaitable<TResult, Never> ParallelJoinAsync<T, TResult>(
        this Scope scope,
        IEnumerable<Func<Scope, Task<T>>> works,
        Joiner<T, Never, TResult> joiner,
        ParallelSettings? settings = null) => Run(scope, settings, joiner, Operand.Each(works, Operand.Plain));

    private static ScopeAwaitable<TResult, TError> Run<T, TError, TResult>(
        Scope scope,
        ParallelSettings? settings,
        Joiner<T, TError, TResult> joiner,
        FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(joiner);
        return new(JoinerKernel.Run(scope, ParallelSettings.ToPace(settings).Limit, FuncConvert.FromFunc(joiner.ToCore), works));
    }
}
