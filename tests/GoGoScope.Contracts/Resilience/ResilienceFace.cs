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

    /// <summary>"fixed", "sliding" or "bucket" (one token in each window).</summary>
    public abstract RateLimiter Limiter(string kind, int permits, double windowSeconds, int queue = 0);

    public abstract Task<Outcome> Limit(Scope scope, RateLimiter limiter, Work work, int cost = 1);

    public abstract Bulkhead Bulkhead(int concurrency, int queue);

    public abstract Task<Outcome> Guard(Scope scope, Bulkhead bulkhead, Work work);

    public abstract Task<Outcome> Fallback(Scope scope, Work work, string value);

    public abstract Task<Outcome> Fallback(
        Scope scope, Work work, Func<ScopeError<string>, Work> handler, Func<Cause<string>, bool>? when = null);

    public abstract Task<Outcome> Hedge(Scope scope, double delaySeconds, int attempts, Work work);

    public abstract Task<Outcome> Once(Scope scope, IdempotencyKeys<string, string, string> keys, string key, Work work);
}
