using System;
using System.Threading;

namespace GoGoScope.CSharp;

/// <summary>How a semaphore is made. Set what differs from the defaults, which are those of <see cref="SemaphoreOptions"/>.</summary>
public sealed class SemaphoreSettings
{
    /// <summary>What it is called in errors and in pictures of the tree. Default: "semaphore".</summary>
    public string Name { get; init; } = SemaphoreOptions.Default.Name;

    /// <summary>
    /// How many permits there are, from 0 to <see cref="GoGoScope.Semaphore.MaxTotal"/>; 0 lets nobody pass until <c>SetTotal</c>
    /// changes it. Default: 1.
    /// </summary>
    public int Total { get; init; } = SemaphoreOptions.Default.Total;

    internal SemaphoreOptions ToCore() => new(Name, Total);
}

/// <summary>How permits are asked for. Set what differs from the defaults, which are those of <see cref="AcquireOptions"/>.</summary>
public sealed class AcquireSettings
{
    /// <summary>How many permits are taken, all at once or none; from 1 to the most that there ever were. Default: 1.</summary>
    public int Count { get; init; } = AcquireOptions.Default.Count;

    /// <summary>Who waits with a higher one is served first; equals in the order of their coming. Default: 0.</summary>
    public int Priority { get; init; } = AcquireOptions.Default.Priority;

    /// <summary>
    /// The longest wait, by the clock of the scope that waits, from zero to about 49 days; zero asks without waiting;
    /// <see cref="Timeout.InfiniteTimeSpan"/> for no limit. Default: no limit.
    /// </summary>
    public TimeSpan Patience { get; init; } = AcquireOptions.Default.Patience;

    internal AcquireOptions ToCore() => new(Count, Priority, Patience);
}
