namespace GoGoScope.Contracts;

/// <summary>A schedule as a story writes it: each delay this much longer than the one before, in seconds.</summary>
public sealed record Pauses(double First, double Step = 0, int Count = 3, double Max = 1000);

/// <summary>The policies of one language.</summary>
public abstract class ResilienceFace
{
    /// <summary>The face for everything else.</summary>
    public abstract Face Face { get; }

    /// <summary>Tells each repetition as "attempt: cause".</summary>
    public abstract Task<Outcome> Retry(Scope scope, Pauses pauses, Work work, Action<string>? told = null, double attemptSeconds = -1);

    public abstract Task<Outcome> RetryTimes(Scope scope, int count, Work work);

    public abstract Task<Outcome> RetryWhile(Scope scope, Func<Cause<string>, bool> goesOn, Work work);

    public abstract CircuitBreaker Breaker(string name, int failures, double resetSeconds, int probes = 1);

    public abstract Task<Outcome> Guard(Scope scope, CircuitBreaker breaker, Work work);

    public abstract Task<Outcome> GuardWhen(Scope scope, CircuitBreaker breaker, Func<Cause<string>, bool> counts, Work work);
}
