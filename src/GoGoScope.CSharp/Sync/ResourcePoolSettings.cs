using System;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>How a pool makes, checks and destroys its resources. The defaults are those of <see cref="ResourcePoolOptions{T}"/>.</summary>
/// <typeparam name="T">The resources.</typeparam>
public sealed class ResourcePoolSettings<T>
{
    private static readonly ResourcePoolOptions<T> Standard = ResourcePoolOptions.Default<T>(1, null!, null!);

    /// <summary>What it is called in errors and in pictures of the tree. Default: "pool".</summary>
    public string Name { get; init; } = Standard.Name;

    /// <summary>
    /// Makes a resource, with the token of whoever borrows it. What it throws is the outcome of that borrow; whoever waits next
    /// tries again.
    /// </summary>
    public required Func<CancellationToken, Task<T>> Create { get; init; }

    /// <summary>
    /// Destroys a resource, once. What it throws goes to the hook <c>OnUnobserved</c>, at the end of the pool to its scope; the
    /// resource counts as destroyed.
    /// </summary>
    public required Func<T, CancellationToken, Task> Destroy { get; init; }

    /// <summary>
    /// Whether a resource that was idle is still good: asked when it is borrowed. One that is not, or for which this throws, is
    /// destroyed, and another one is found or made. Default: null, all are good.
    /// </summary>
    public Func<T, CancellationToken, Task<bool>>? Validate { get; init; } = Standard.Validate;

    /// <summary>So many are made before the pool is there, and are not destroyed for being idle. From 0 to <see cref="Max"/>. Default: 0.</summary>
    public int Min { get; init; } = Standard.Min;

    /// <summary>There are never more, those included that are being made or destroyed. 1 or more.</summary>
    public required int Max { get; init; }

    /// <summary>
    /// The longest wait in line, from zero to about 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>. The making is not
    /// included. Default: 30 s.
    /// </summary>
    public TimeSpan AcquireTimeout { get; init; } = Standard.AcquireTimeout;

    /// <summary>One that was idle for so long is destroyed, as long as there are more than <see cref="Min"/>. Default: no limit.</summary>
    public TimeSpan IdleTimeout { get; init; } = Standard.IdleTimeout;

    /// <summary>One that is as old is destroyed once it is not borrowed. Default: no limit.</summary>
    public TimeSpan MaxLifetime { get; init; } = Standard.MaxLifetime;

    internal ResourcePoolOptions<T> ToCore() =>
        new(Name, Create, Destroy, Validate, Min, Max, AcquireTimeout, IdleTimeout, MaxLifetime);
}
