using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// Channels made of channels, by children of a scope. What is made closes when its source is drained, and stops reading when it
/// is closed itself. What a function throws fails the scope.
/// </summary>
public static class PipeExtensions
{
    /// <summary>A channel of the changed items, in their order, as large as the source.</summary>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<TOut> Map<T, TOut>(this Channel<T> source, Scope scope, Func<T, TOut> change)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(change);
        return ChannelExtensions.Made(
            scope, ChannelModule.map<T, TOut, Never>(FuncConvert.FromFunc(change), source, scope));
    }

    /// <summary>A channel of the items that pass, in their order, as large as the source.</summary>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> Filter<T>(this Channel<T> source, Scope scope, Func<T, bool> passes)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(passes);
        return ChannelExtensions.Made(scope, ChannelModule.filter<T, Never>(FuncConvert.FromFunc(passes), source, scope));
    }

    /// <summary>A channel of the first items. It takes no more than these from the source; 0 takes none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 0.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> Take<T>(this Channel<T> source, Scope scope, int count)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scope);
        return ChannelExtensions.Made(scope, ChannelModule.take<T, Never>(count, source).Invoke(scope));
    }

    /// <summary>
    /// A channel of arrays: one is sent when it has <paramref name="size"/> items, when the time has passed since its first item,
    /// and when the source is drained.
    /// </summary>
    /// <param name="source">Where the items come from.</param>
    /// <param name="scope">The scope in whose child it runs.</param>
    /// <param name="size">Most items of one array, 1 or more.</param>
    /// <param name="within">From zero to about 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its bounds.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T[]> Batch<T>(this Channel<T> source, Scope scope, int size, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scope);
        return ChannelExtensions.Made(scope, ChannelModule.batch<T, Never>(size, within, source).Invoke(scope));
    }

    /// <summary>One channel of the items of all, each source's in its order. It closes when all are drained.</summary>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> Merge<T>(this Scope scope, params IEnumerable<Channel<T>> sources)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(sources);
        return ChannelExtensions.Made(scope, ChannelModule.merge<T, Never>(sources.ToArray()).Invoke(scope));
    }

    /// <summary>Receives until the channel is closed and drained, and gives what the function made of all items.</summary>
    public static ScopeAwaitable<TState, Never> ReduceAsync<T, TState>(
        this Channel<T> source, Scope scope, TState seed, Func<TState, T, TState> folder)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(folder);
        return new(ChannelModule.reduce<TState, T, Never>(FuncConvert.FromFunc(folder), seed, source).Invoke(scope));
    }
}
