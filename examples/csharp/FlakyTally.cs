using System.Globalization;

namespace FolderIndex.CSharp;

/// <summary>How often something was seen.</summary>
public sealed class Counter(string label)
{
    private int count;

    public string Label => label;

    public int Count => Volatile.Read(ref count);

    public void Add() => Interlocked.Increment(ref count);
}

/// <summary>What was seen at work.</summary>
public sealed class Tally
{
    public Counter Answered { get; } = new("calls answered in the end");

    public Counter Sent { get; } = new("requests sent");

    public Counter Retried { get; } = new("attempts repeated");

    public Counter CameBackLater { get; } = new("  no sooner than the server asked (Retry-After)");

    public Counter TimedOut { get; } = new("  because they took too long");

    public Counter Limited { get; } = new("  because they came too fast for the rate limiter");

    public Counter Refused { get; } = new("  because the circuit was open");

    public Counter Hedged { get; } = new("requests doubled, because the first was slow");

    public Counter Queued { get; } = new("requests that waited for one of the few places");

    public Counter Opened { get; } = new("circuit opened");

    public Counter HalfOpened { get; } = new("circuit half-opened, for a probe");

    public Counter Closed { get; } = new("circuit closed");

    /// <summary>The lines of the table.</summary>
    public IEnumerable<string> Lines
    {
        get
        {
            var width = All.Max(counter => counter.Label.Length);
            return All.Select(counter => counter.Label.PadRight(width) + Number(counter.Count).PadLeft(7));
        }
    }

    /// <summary>What was to be seen and was not.</summary>
    public IEnumerable<Counter> Missing => All.Where(counter => counter.Count == 0);

    /// <summary>In the order of the table.</summary>
    private Counter[] All =>
        [Answered, Sent, Retried, CameBackLater, TimedOut, Limited, Refused, Hedged, Queued, Opened, HalfOpened, Closed];

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
