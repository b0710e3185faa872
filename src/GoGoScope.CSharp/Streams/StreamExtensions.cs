using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>
/// Asynchronous sources that belong to a scope, and the operators that .NET's own lack: what is shaped by time, and what runs
/// several at once. Each enumeration runs as a daemon of the scope and has ended, its source closed, when the loop over it has; a
/// cancel ends the wait for an item at once, also when the source is stuck.
/// </summary>
public static class StreamExtensions
{
    /// <summary>The source, bound to the scope: it gets its token, and is given up when the scope is told to stop.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static IAsyncEnumerable<T> Stream<T>(this Scope scope, IAsyncEnumerable<T> source) =>
        StreamKernel.Bind(There(scope), source);

    /// <summary>
    /// Items in arrays of at most <paramref name="count"/>: when there are so many, or <paramref name="within"/> after the first of
    /// them; the rest at the end.
    /// </summary>
    /// <param name="source">The items.</param>
    /// <param name="scope">The scope that the enumeration belongs to.</param>
    /// <param name="count">1 or more.</param>
    /// <param name="within">Above zero, at most about 49 days, or infinite.</param>
    /// <returns>The arrays; what the source throws comes after the items before it.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static IAsyncEnumerable<T[]> Buffer<T>(this IAsyncEnumerable<T> source, Scope scope, int count, TimeSpan within) =>
        StreamKernel.Buffer(There(scope), count, within, source);

    /// <summary>The last item of each burst, when <paramref name="wait"/> has passed without another, or at the end.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public static IAsyncEnumerable<T> Debounce<T>(this IAsyncEnumerable<T> source, Scope scope, TimeSpan wait) =>
        StreamKernel.Debounce(There(scope), wait, source);

    /// <summary>An item, and then none until <paramref name="interval"/> has passed since.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is out of range.</exception>
    public static IAsyncEnumerable<T> Throttle<T>(this IAsyncEnumerable<T> source, Scope scope, TimeSpan interval) =>
        StreamKernel.Throttle(There(scope), interval, source);

    /// <summary>The items of all sources as they come. It ends when all have; the first failure stops the others.</summary>
    /// <exception cref="ArgumentNullException">An argument, or a source, is null.</exception>
    public static IAsyncEnumerable<T> Merge<T>(this Scope scope, params IAsyncEnumerable<T>[] sources)
    {
        ArgumentNullException.ThrowIfNull(sources);
        return StreamKernel.Merge(There(scope), sources);
    }

    /// <summary>
    /// Runs the work for each item, at most <paramref name="concurrency"/> at once, each in a child scope on the thread pool. A
    /// failure stops the rest and is thrown: an exception as itself, any other error as <see cref="UntypedFailure"/>.
    /// </summary>
    /// <param name="source">The items.</param>
    /// <param name="scope">The scope that the enumeration belongs to.</param>
    /// <param name="concurrency">1 or more.</param>
    /// <param name="work">Gets an item and its own scope, which is its cancellation token too.</param>
    /// <returns>The values in the order of the items; one that is slow holds up those behind it.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static IAsyncEnumerable<T> MapParallel<TItem, T, TError>(
        this IAsyncEnumerable<TItem> source, Scope scope, int concurrency, Func<TItem, Scope, Task<Result<T, TError>>> work) =>
        StreamKernel.MapParallel(There(scope), concurrency, true, Operand.Function(work), source);

    /// <inheritdoc cref="MapParallel{TItem, T, TError}(IAsyncEnumerable{TItem}, Scope, int, Func{TItem, Scope, Task{Result{T, TError}}})"/>
    public static IAsyncEnumerable<T> MapParallel<TItem, T>(
        this IAsyncEnumerable<TItem> source, Scope scope, int concurrency, Func<TItem, Scope, Task<T>> work) =>
        StreamKernel.MapParallel(There(scope), concurrency, true, Operand.Function(work), source);

    /// <summary>As <c>MapParallel</c>, but the values come out as they are ready.</summary>
    /// <inheritdoc cref="MapParallel{TItem, T, TError}(IAsyncEnumerable{TItem}, Scope, int, Func{TItem, Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static IAsyncEnumerable<T> MapParallelUnordered<TItem, T, TError>(
        this IAsyncEnumerable<TItem> source, Scope scope, int concurrency, Func<TItem, Scope, Task<Result<T, TError>>> work) =>
        StreamKernel.MapParallel(There(scope), concurrency, false, Operand.Function(work), source);

    /// <inheritdoc cref="MapParallelUnordered{TItem, T, TError}(IAsyncEnumerable{TItem}, Scope, int, Func{TItem, Scope, Task{Result{T, TError}}})"/>
    public static IAsyncEnumerable<T> MapParallelUnordered<TItem, T>(
        this IAsyncEnumerable<TItem> source, Scope scope, int concurrency, Func<TItem, Scope, Task<T>> work) =>
        StreamKernel.MapParallel(There(scope), concurrency, false, Operand.Function(work), source);

    private static Scope There(Scope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return scope;
    }
}
