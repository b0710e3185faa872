using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Bounded concurrency over many pieces of work of one type.</summary>
public static class ParallelExtensions
{
    /// <summary>
    /// Runs all, at most <see cref="ParallelSettings.Concurrency"/> at once, each in a child scope, on the thread pool.
    /// The first failure cancels the rest and waits for it.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>The values in the order of the work, none for none; or the first failure. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T[], TError> ParallelAsync<T, TError>(
        this Scope scope, IEnumerable<Func<Scope, Task<Result<T, TError>>>> works, ParallelSettings? settings = null) =>
        All(scope, settings, Each(works, Typed));

    /// <inheritdoc cref="ParallelAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    public static ScopeAwaitable<T[], Never> ParallelAsync<T>(
        this Scope scope, IEnumerable<Func<Scope, Task<T>>> works, ParallelSettings? settings = null) =>
        All(scope, settings, Each(works, Plain));

    /// <inheritdoc cref="ParallelAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="items">Read once, before anything starts.</param>
    /// <param name="work">Gets an item and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T[], TError> ParallelAsync<TItem, T, TError>(
        this Scope scope,
        IEnumerable<TItem> items,
        Func<TItem, Scope, Task<Result<T, TError>>> work,
        ParallelSettings? settings = null) =>
        All(scope, settings, Each(items, There(work), (item, work) => Typed(child => work(item, child))));

    /// <inheritdoc cref="ParallelAsync{TItem, T, TError}(Scope, IEnumerable{TItem}, Func{TItem, Scope, Task{Result{T, TError}}}, ParallelSettings)"/>
    public static ScopeAwaitable<T[], Never> ParallelAsync<TItem, T>(
        this Scope scope, IEnumerable<TItem> items, Func<TItem, Scope, Task<T>> work, ParallelSettings? settings = null) =>
        All(scope, settings, Each(items, There(work), (item, work) => Plain(child => work(item, child))));

    /// <summary>
    /// Runs all to their ends, at most <see cref="ParallelSettings.Concurrency"/> at once, each in a child scope, on the
    /// thread pool. A failure stops nothing else.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Read once, before anything starts. Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>Every outcome in the order of the work. Only the cancellation of the scope makes the whole fail.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a piece of work, is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Result<T, TError>[], Never> ParallelSettledAsync<T, TError>(
        this Scope scope, IEnumerable<Func<Scope, Task<Result<T, TError>>>> works, ParallelSettings? settings = null) =>
        Settled(scope, settings, Each(works, Typed), outcome => new Result<T, TError>(outcome));

    /// <inheritdoc cref="ParallelSettledAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    public static ScopeAwaitable<Result<T>[], Never> ParallelSettledAsync<T>(
        this Scope scope, IEnumerable<Func<Scope, Task<T>>> works, ParallelSettings? settings = null) =>
        Settled(scope, settings, Each(works, Plain), outcome => new Result<T>(outcome));

    /// <inheritdoc cref="ParallelSettledAsync{T, TError}(Scope, IEnumerable{Func{Scope, Task{Result{T, TError}}}}, ParallelSettings)"/>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="items">Read once, before anything starts.</param>
    /// <param name="work">Gets an item and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Result<T, TError>[], Never> ParallelSettledAsync<TItem, T, TError>(
        this Scope scope,
        IEnumerable<TItem> items,
        Func<TItem, Scope, Task<Result<T, TError>>> work,
        ParallelSettings? settings = null) =>
        Settled(
            scope,
            settings,
            Each(items, There(work), (item, work) => Typed(child => work(item, child))),
            outcome => new Result<T, TError>(outcome));

    /// <inheritdoc cref="ParallelSettledAsync{TItem, T, TError}(Scope, IEnumerable{TItem}, Func{TItem, Scope, Task{Result{T, TError}}}, ParallelSettings)"/>
    public static ScopeAwaitable<Result<T>[], Never> ParallelSettledAsync<TItem, T>(
        this Scope scope, IEnumerable<TItem> items, Func<TItem, Scope, Task<T>> work, ParallelSettings? settings = null) =>
        Settled(
            scope,
            settings,
            Each(items, There(work), (item, work) => Plain(child => work(item, child))),
            outcome => new Result<T>(outcome));

    private static ScopeAwaitable<T[], TError> All<T, TError>(
        Scope scope, ParallelSettings? settings, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(ParallelKernel.All(scope, ParallelSettings.ToPace(settings), works.Length, Operand.At(works)));
    }

    private static ScopeAwaitable<TOut[], Never> Settled<T, TError, TOut>(
        Scope scope,
        ParallelSettings? settings,
        FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works,
        Converter<FSharpResult<T, ScopeError<TError>>, TOut> read)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Child.Changed(
            scope,
            ParallelKernel.Settled<T, TError, Never>(scope, ParallelSettings.ToPace(settings), works.Length, Operand.At(works)),
            outcomes => new Result<FSharpResult<T, ScopeError<TError>>[]>(outcomes)
                .Map(all => Array.ConvertAll(all, read)).Core);
    }

    private static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>> Typed<T, TError>(
        Func<Scope, Task<Result<T, TError>>> work) => Operand.Typed(work);

    private static FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<Never>>>> Plain<T>(
        Func<Scope, Task<T>> work) => Operand.Plain(work);

    private static TWork[] Each<TItem, TWork>(IEnumerable<TItem> items, Func<TItem, TWork> make) =>
        Operand.Each(items, make);

    private static TWork[] Each<TItem, TDo, TWork>(IEnumerable<TItem> items, TDo work, Func<TItem, TDo, TWork> make) =>
        Each(items, item => make(item, work));

    private static TWork There<TWork>(TWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return work;
    }
}
