using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Some of many pieces of work are enough.</summary>
public static class QuorumExtensions
{
    /// <summary>
    /// Runs all on the thread pool; the first value is enough, and the others are told to stop, and have ended when this
    /// answers.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>The first value; when all have failed one error that holds every cause; or <c>Rejected (NothingToDo)</c> for none.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> AnyAsync<T, TError>(
        this Scope scope, IEnumerable<Func<Scope, Task<Result<T, TError>>>> works, ParallelSettings? settings = null) =>
        Any(scope, settings, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="AnyAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    public static ScopeAwaitable<T, Never> AnyAsync<T>(
        this Scope scope, IEnumerable<Func<Scope, Task<T>>> works, ParallelSettings? settings = null) =>
        Any(scope, settings, Operand.Each(works, Operand.Plain));

    /// <summary>
    /// Runs all on the thread pool; <paramref name="needed"/> values are enough, and the other works are told to stop and have
    /// ended when this answers. As soon as they cannot come any more, the rest is stopped. A value that is not needed is
    /// disposed if it can be.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="needed">1 or more.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>The values in the order of the works; or one error that holds every cause; or <c>Rejected (NothingToDo)</c> for too few works.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency, or <paramref name="needed"/>, is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T[], TError> QuorumAsync<T, TError>(
        this Scope scope, int needed, IEnumerable<Func<Scope, Task<Result<T, TError>>>> works, ParallelSettings? settings = null) =>
        Quorum(scope, settings, needed, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="QuorumAsync{T, TError}(Scope, int, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    public static ScopeAwaitable<T[], Never> QuorumAsync<T>(
        this Scope scope, int needed, IEnumerable<Func<Scope, Task<T>>> works, ParallelSettings? settings = null) =>
        Quorum(scope, settings, needed, Operand.Each(works, Operand.Plain));

    private static ScopeAwaitable<T, TError> Any<T, TError>(
        Scope scope, ParallelSettings? settings, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(RaceKernel.Any(scope, ParallelSettings.ToPace(settings).Limit, works));
    }

    private static ScopeAwaitable<T[], TError> Quorum<T, TError>(
        Scope scope, ParallelSettings? settings, int needed, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentOutOfRangeException.ThrowIfLessThan(needed, 1);
        return new(QuorumKernel.Run(scope, ParallelSettings.ToPace(settings).Limit, needed, works));
    }
}
