namespace GoGoScope.Contracts;

/// <summary>How a story wants its race.</summary>
public sealed record RaceSetup(double Seconds = -1, int Concurrency = int.MaxValue, double Stagger = 0)
{
    public TimeSpan Timeout => Seconds < 0 ? System.Threading.Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(Seconds);

    public TimeSpan Pause => TimeSpan.FromSeconds(Stagger);
}

/// <summary>Racing, and the rest of running many things, in one language.</summary>
public abstract class RaceFace
{
    public abstract Task<Outcome> First(Scope scope, IReadOnlyList<Work> works);

    public abstract Task<Outcome> First(Scope scope, RaceSetup setup, IReadOnlyList<Work> works);

    public abstract Task<Outcome> FirstOk(Scope scope, IReadOnlyList<Work> works);

    public abstract Task<Outcome> FirstOk(Scope scope, RaceSetup setup, IReadOnlyList<Work> works);

    /// <summary>Outside any scope.</summary>
    public abstract Task<Outcome> FirstOkAlone(IReadOnlyList<Work> works);

    public abstract Task<Outcome> Any(Scope scope, IReadOnlyList<Work> works);

    /// <summary>The values with commas between.</summary>
    public abstract Task<Outcome> Quorum(Scope scope, int needed, IReadOnlyList<Work> works);

    /// <summary>The values, then the errors, each with its place; then whether all completed.</summary>
    public abstract Task<Outcome> Aggregate(Scope scope, IReadOnlyList<Work> works);

    /// <summary>The outcomes with commas between.</summary>
    public abstract Task<Outcome> SettledUntilError(Scope scope, int concurrency, Action<int, int, int> progress, IReadOnlyList<Work> works);

    /// <summary>The values with commas between, of a joiner that decides at so many outcomes.</summary>
    public abstract Task<Outcome> Join(Scope scope, int enough, IReadOnlyList<Work> works);

    /// <summary>The values with commas between.</summary>
    public abstract Task<Outcome> Map(Scope scope, IReadOnlyList<string> items, Func<string, Scope, Task<Outcome>> work);

    /// <inheritdoc cref="Map(Scope, IReadOnlyList{string}, Func{string, Scope, Task{Outcome}})"/>
    public abstract Task<Outcome> Map(Scope scope, IAsyncEnumerable<string> items, Func<string, Scope, Task<Outcome>> work);

    public abstract Task<Outcome> ForEach(Scope scope, IReadOnlyList<string> items, Func<string, Scope, Task> work);

    public abstract Task<Outcome> ForEach(Scope scope, IAsyncEnumerable<string> items, Func<string, Scope, Task> work);
}
