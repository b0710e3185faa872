using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Many outcomes, told apart.</summary>
public static class AggregateExtensions
{
    /// <summary>
    /// Runs all to their ends as <c>ParallelSettledAsync</c>, and gives the values and the errors apart, each with the place of
    /// its work.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>What became of each. Only the cancellation of the scope makes the whole fail.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Aggregate<T, TError>, Never> ParallelAggregateAsync<T, TError>(
        this Scope scope, IEnumerable<Func<Scope, Task<Result<T, TError>>>> works, ParallelSettings? settings = null) =>
        Run(scope, settings, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="ParallelAggregateAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    public static ScopeAwaitable<Aggregate<T, Never>, Never> ParallelAggregateAsync<T>(
        this Scope scope, IEnumerable<Func<Scope, Task<T>>> works, ParallelSettings? settings = null) =>
        Run(scope, settings, Operand.Each(works, Operand.Plain));

    private static ScopeAwaitable<Aggregate<T, TError>, Never> Run<T, TError>(
        Scope scope, ParallelSettings? settings, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(ParallelKernel.Aggregate<T, TError, Never>(scope, ParallelSettings.ToPace(settings), works.Length, Operand.At(works)));
    }
}
