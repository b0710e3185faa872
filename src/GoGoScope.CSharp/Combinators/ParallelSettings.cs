using System;

namespace GoGoScope.CSharp;

/// <summary>How many things run at once, and who is told. The defaults are those of F#'s <c>Parallel.Options</c>.</summary>
public sealed class ParallelSettings
{
    /// <summary>Most items running at once, 1 or more. Never exceeded. Default: no limit.</summary>
    public int Concurrency { get; init; } = ParallelModule.Options.Default.Concurrency;

    /// <summary>
    /// Called once for each item as it completes, well or not, with how many have completed, how many there are (-1 when the
    /// source does not say) and the item's place, from 0. One call at a time, on whichever thread; it must not wait for another
    /// item. Items that were stopped do not count. What it throws goes to <c>OnUnobserved</c>. Default: nobody.
    /// </summary>
    public Action<int, int, int> OnProgress { get; init; } = ParallelModule.Options.Default.OnProgress;

    /// <summary>
    /// For <c>ParallelSettledAsync</c> and <c>ParallelAggregateAsync</c>: the first failure stops the rest. What has ended keeps
    /// its outcome, and what has not started is <see cref="Cause{E}.Cancelled"/>. Default: false.
    /// </summary>
    public bool StopOnError { get; init; } = ParallelModule.Options.Default.StopOnError;

    internal static ParallelPace ToPace(ParallelSettings? settings) =>
        (settings is null ? ParallelModule.Options.Default : settings.ToCore()).ToPace();

    private ParallelModule.Options ToCore() => new(Concurrency, OnProgress, StopOnError);
}
