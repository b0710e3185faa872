using System.Threading.Tasks.Sources;

namespace GoGoScope.Peers;

/// <summary>
/// A wait that its own pool work item ends, from a ring made beforehand: it allocates nothing, and both sides of a row
/// await the very same thing. At most half of the ring may be awaited at once.
/// </summary>
public sealed class Pauses<T> : IThreadPoolWorkItem, IValueTaskSource<T>
{
    private const int Size = 4096;
    private static readonly Pauses<T>[] Ring = [.. Enumerable.Range(0, Size).Select(_ => new Pauses<T>())];
    private static int taken;

    private ManualResetValueTaskSourceCore<T> core;
    private T? value;

    public static ValueTask<T> Next(T value)
    {
        var pause = Ring[Interlocked.Increment(ref taken) & (Size - 1)];
        pause.core.Reset();
        pause.value = value;
        var wait = new ValueTask<T>(pause, pause.core.Version);
        ThreadPool.UnsafeQueueUserWorkItem(pause, preferLocal: true);
        return wait;
    }

    void IThreadPoolWorkItem.Execute() => core.SetResult(value!);

    T IValueTaskSource<T>.GetResult(short token) => core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        core.OnCompleted(continuation, state, token, flags);
}
