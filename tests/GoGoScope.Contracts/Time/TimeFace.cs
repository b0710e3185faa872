namespace GoGoScope.Contracts;

/// <summary>What is shaped by time, in one language. All durations are seconds.</summary>
public abstract class TimeFace
{
    public abstract Poll Poll(Scope scope, double interval, bool immediate, Action<string> failed, Work work);

    public abstract Task<Outcome> Every(Scope scope, double interval, Work work);

    /// <summary>What becomes of calls at these times, with commas between.</summary>
    public abstract Task<Outcome> Debounce(Scope scope, double wait, bool leading, IReadOnlyList<double> times);

    /// <inheritdoc cref="Debounce"/>
    public abstract Task<Outcome> Throttle(Scope scope, double interval, bool trailing, IReadOnlyList<double> times);

    /// <summary>Adds the items to a batch.</summary>
    public abstract Outcome Batch(Scope scope, int size, IReadOnlyList<string> items, Action<string> flushed);

    /// <summary>What comes out, with blanks between.</summary>
    public abstract Task<Outcome> Buffer(Scope scope, int count, double within, IAsyncEnumerable<string> source);

    /// <inheritdoc cref="Buffer"/>
    public abstract Task<Outcome> Quiet(Scope scope, double wait, IAsyncEnumerable<string> source);

    /// <inheritdoc cref="Buffer"/>
    public abstract Task<Outcome> Sampled(Scope scope, double interval, IAsyncEnumerable<string> source);

    /// <inheritdoc cref="Buffer"/>
    public abstract Task<Outcome> Merged(Scope scope, params IAsyncEnumerable<string>[] sources);

    /// <inheritdoc cref="Buffer"/>
    public abstract Task<Outcome> Mapped(Scope scope, int concurrency, bool ordered, IAsyncEnumerable<string> source, Func<string, Scope, Task<string>> work);

    /// <inheritdoc cref="Buffer"/>
    public abstract Task<Outcome> Bound(Scope scope, IAsyncEnumerable<string> source);
}
