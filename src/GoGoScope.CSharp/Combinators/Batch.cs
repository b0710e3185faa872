using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>When a batch is full. The defaults are those of F#'s <c>Batch.Options</c>.</summary>
public sealed class BatchSettings
{
    /// <summary>Most items in a batch, 1 or more. Default: 100.</summary>
    public int Size { get; init; } = BatchModule.Options.Default.Size;

    /// <summary>How long the oldest item waits at most for others. Above zero, at most about 49 days, or infinite. Default: 1 s.</summary>
    public TimeSpan Within { get; init; } = BatchModule.Options.Default.Within;

    internal static BatchModule.Options ToCore(BatchSettings? settings) =>
        settings is null ? BatchModule.Options.Default : new(settings.Size, settings.Within);
}

/// <summary>Gathering, then acting.</summary>
public static class BatchExtensions
{
    /// <summary>
    /// Gathers items in the scope and hands them on, in the order in which they were added, one batch after the other. A batch
    /// that has begun is brought to its end, also when the scope is told to stop, and what is left when everything else in the scope
    /// has ended is handed on then: no item is lost. A batch that fails fails the scope.
    /// </summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="flush">Gets the items and its own scope.</param>
    /// <param name="settings">Default: 100 items, or those of one second.</param>
    /// <returns>The batch: add to it with <c>Add</c>.</returns>
    /// <exception cref="ArgumentNullException">The scope or the function is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1, or the time out of range.</exception>
    public static Batch<T> Batch<T>(this Scope scope, Func<IReadOnlyList<T>, Scope, Task> flush, BatchSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(flush);
        return Child.Made(scope, BatchModule.makeWith(
            BatchSettings.ToCore(settings),
            FuncConvert.FromFunc((T[] items) => Operand.Unit(child => flush(items, child)))));
    }

    /// <summary>Adds an item; does not wait until it is handed on.</summary>
    /// <returns>Ok; or <c>Rejected (ScopeEnded)</c> when the batch has closed.</returns>
    /// <exception cref="ArgumentNullException">The batch is null.</exception>
    public static Result Add<T>(this Batch<T> batch, T item)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new(Child.ToDone(batch.Add<Never>(item).Result));
    }
}
