using System.Threading.Tasks.Sources;

namespace GoGoScope.Peers;

/// <summary>
/// A trip through the thread pool, as <c>Task.Yield</c> makes it, in the shape of a <c>ValueTask</c>: it allocates nothing,
/// and both sides of a row await the very same thing. Up to 1,500 may be awaited at once.
/// </summary>
public sealed class Pauses<T> : IThreadPoolWorkItem, IValueTaskSource<T>
{
    [ThreadStatic]
    private static Pauses<T>[]? ring;

    [ThreadStatic]
    private static int taken;

    private Action<object?>? next;
    private object? state;
    private T value = default!;

    public static ValueTask<T> Next(T value)
    {
        ring ??= [.. Enumerable.Range(0, 2048).Select(_ => new Pauses<T>())];
        var pause = ring[taken++ & 2047];
        pause.value = value;
        return new ValueTask<T>(pause, 0);
    }

    void IThreadPoolWorkItem.Execute() => next!(state);

    T IValueTaskSource<T>.GetResult(short token) => value;

    // it ends only after somebody has begun to wait, so nobody can come too late
    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => ValueTaskSourceStatus.Pending;

    void IValueTaskSource<T>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        next = continuation;
        this.state = state;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }
}
