using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>What is shaped by time, in C#.</summary>
public sealed class CSharpTimeFace : TimeFace
{
    private static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);

    private static async Task Run(Work work, Scope scope)
    {
        var outcome = await work(scope);

        if (outcome.Error is not null)
            throw new InvalidOperationException($"{outcome}");
    }

    private static Outcome Said(Result result) => result.Match(() => Outcome.Ok("added"), Outcome.OfNever);

    private static async Task<Outcome> All<T>(IAsyncEnumerable<T> items)
    {
        var said = new List<string>();

        await foreach (var item in items)
            said.Add($"{item}");

        return Outcome.Ok(string.Join(' ', said));
    }

    private static async Task<Outcome> Calls<T>(Scope scope, IReadOnlyList<double> times, Func<int, Scope, ScopeAwaitable<T, Never>> call, Func<T, string> say)
    {
        var said = await scope.ParallelAsync(Enumerable.Range(0, times.Count), async (index, child) =>
        {
            await child.DelayAsync(Seconds(times[index]));
            return say((await call(index, child)).GetValueOrThrow());
        });

        return Outcome.Ok(string.Join(',', said.GetValueOrThrow()));
    }

    public override Poll Poll(Scope scope, double interval, bool immediate, Action<string> failed, Work work) =>
        scope.Poll(child => Run(work, child), new()
        {
            Interval = Seconds(interval),
            Immediate = immediate,
            OnError = error => failed(((Cause<Never>.Crashed)error.Cause).Exception.Message),
        });

    public override async Task<Outcome> Every(Scope scope, double interval, Work work) =>
        (await scope.EveryAsync(Seconds(interval), child => Run(work, child))).Match(() => Outcome.Ok(""), Outcome.OfNever);

    public override Task<Outcome> Debounce(Scope scope, double wait, bool leading, IReadOnlyList<double> times)
    {
        var debounce = scope.Debounce((int index, Scope _) => Task.FromResult(index), new() { Wait = Seconds(wait), Leading = leading });
        return Calls(scope, times, (index, child) => debounce.CallAsync(child, index), called => called switch
        {
            Debounced<int>.Ran { Value: var value } => $"ran {value}",
            _ => "superseded",
        });
    }

    public override Task<Outcome> Throttle(Scope scope, double interval, bool trailing, IReadOnlyList<double> times)
    {
        var throttle = scope.Throttle((int index, Scope _) => Task.FromResult(index), new() { Interval = Seconds(interval), Trailing = trailing });
        return Calls(scope, times, (index, child) => throttle.CallAsync(child, index), called => called switch
        {
            Throttled<int>.Ran { Value: var value } => $"ran {value}",
            Throttled<int>.Skipped { RetryAfter: var after } => $"skipped {after.TotalSeconds}",
            _ => "",
        });
    }

    public override Outcome Batch(Scope scope, int size, IReadOnlyList<string> items, Action<string> flushed)
    {
        var batch = scope.Batch<string>(
            (rows, _) =>
            {
                flushed(string.Concat(rows));
                return Task.CompletedTask;
            },
            new() { Size = size });
        return items.Select(item => Said(batch.Add(item))).ToList()[^1];
    }

    public override async Task<Outcome> Buffer(Scope scope, int count, double within, IAsyncEnumerable<string> source) =>
        await All(source.Buffer(scope, count, Seconds(within)).Select(rows => string.Concat(rows)));

    public override async Task<Outcome> Quiet(Scope scope, double wait, IAsyncEnumerable<string> source) =>
        await All(source.Debounce(scope, Seconds(wait)));

    public override async Task<Outcome> Sampled(Scope scope, double interval, IAsyncEnumerable<string> source) =>
        await All(source.Throttle(scope, Seconds(interval)));

    public override async Task<Outcome> Merged(Scope scope, params IAsyncEnumerable<string>[] sources) =>
        await All(scope.Merge(sources));

    public override async Task<Outcome> Mapped(
        Scope scope, int concurrency, bool ordered, IAsyncEnumerable<string> source, Func<string, Scope, Task<string>> work) =>
        await All(ordered ? source.MapParallel(scope, concurrency, work) : source.MapParallelUnordered(scope, concurrency, work));

    public override async Task<Outcome> Bound(Scope scope, IAsyncEnumerable<string> source) => await All(scope.Stream(source));
}

public sealed class TimeParity() : TimeStories(new CSharpFace(), new CSharpTimeFace());
