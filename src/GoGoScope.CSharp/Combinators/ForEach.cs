using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Bounded concurrency over the items of a sequence.</summary>
public static class ForEachExtensions
{
    /// <summary>
    /// Runs the work for each item, at most <see cref="ParallelSettings.Concurrency"/> at once, each in a child scope, on the
    /// thread pool. The first failure cancels the rest and waits for it.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="items">Read once, before anything starts.</param>
    /// <param name="work">Gets an item and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>Ok, or the first failure. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    public static ScopeAwaitable<Done, Never> ParallelForEachAsync<TItem>(
        this Scope scope, IEnumerable<TItem> items, Func<TItem, Scope, Task> work, ParallelSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(work);
        var works = Operand.Each(items, item => Operand.Of(Work.Of(child => work(item, child))));
        return Child.Changed(
            scope,
            ParallelKernel.All(scope, ParallelSettings.ToPace(settings), works.Length, Operand.At(works)),
            outcome => new Result<Done[]>(outcome).Map(_ => default(Done)).Core);
    }

    /// <summary>
    /// As above, over an asynchronous source: the next item is pulled when fewer than <see cref="ParallelSettings.Concurrency"/>
    /// run. The source gets the token; a cancel ends the wait for it at once. It is closed when this answers.
    /// </summary>
    /// <inheritdoc cref="ParallelForEachAsync{TItem}(Scope, IEnumerable{TItem}, Func{TItem, Scope, Task}, ParallelSettings)"/>
    public static ScopeAwaitable<Done, Never> ParallelForEachAsync<TItem>(
        this Scope scope, IAsyncEnumerable<TItem> items, Func<TItem, Scope, Task> work, ParallelSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(work);
        return Child.Changed(
            scope,
            ParallelKernel.ForEach(
                scope,
                ParallelSettings.ToPace(settings),
                FuncConvert.FromFunc((TItem item) => Operand.Of(Work.Of(child => work(item, child)))),
                items,
                FuncConvert.FromAction<int, Done>((_, _) => { })),
            Child.ToDone);
    }

    /// <summary>
    /// The work's values in the order of the items of an asynchronous source: the next item is pulled when fewer than
    /// <see cref="ParallelSettings.Concurrency"/> run. The source gets the token; a cancel ends the wait for it at once.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="items">Closed when this answers.</param>
    /// <param name="work">Gets an item and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: no limit.</param>
    /// <returns>The values, or the first failure. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T[], TError> ParallelAsync<TItem, T, TError>(
        this Scope scope, IAsyncEnumerable<TItem> items, Func<TItem, Scope, Task<Result<T, TError>>> work, ParallelSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Map(scope, items, settings, (TItem item) => Operand.Typed(child => work(item, child)));
    }

    /// <inheritdoc cref="ParallelAsync{TItem, T, TError}(Scope, IAsyncEnumerable{TItem}, Func{TItem, Scope, Task{Result{T, TError}}}, ParallelSettings)"/>
    public static ScopeAwaitable<T[], Never> ParallelAsync<TItem, T>(
        this Scope scope, IAsyncEnumerable<TItem> items, Func<TItem, Scope, Task<T>> work, ParallelSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Map(scope, items, settings, (TItem item) => Operand.Plain(child => work(item, child)));
    }

    private static ScopeAwaitable<T[], TError> Map<TItem, T, TError>(
        Scope scope,
        IAsyncEnumerable<TItem> items,
        ParallelSettings? settings,
        Func<TItem, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>> make)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(items);
        return new(ParallelKernel.Map(scope, ParallelSettings.ToPace(settings), FuncConvert.FromFunc(make), items));
    }
}
