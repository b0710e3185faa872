using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The policies of C#, for the stories that both languages tell.</summary>
public sealed class CSharpResilience : ResilienceFace
{
    public override Face Face { get; } = new CSharpFace();

    private static Func<Scope, Task<Result<string, string>>> Of(Work work) => async scope => Of(await work(scope));

    private static Result<string, string> Of(Outcome outcome) =>
        outcome.Error is { } error ? Result.Fail(error) : Result.Ok<string, string>(outcome.Value!);

    private static Outcome Said(Result<string, string> result) => result.Match(Outcome.Ok, Outcome.Of);

    public override async Task<Outcome> Retry(
        Scope scope, Pauses pauses, Work work, Action<string>? told = null, double attemptSeconds = -1) =>
        Said(await scope.RetryAsync(Of(work), new()
        {
            Schedule = Schedule.Linear<string>(TimeSpan.FromSeconds(pauses.First), TimeSpan.FromSeconds(pauses.Step))
                .UpTo(pauses.Count)
                .Max(TimeSpan.FromSeconds(pauses.Max)),
            OnRetry = told is null ? null : attempt => told($"{attempt.Attempt}: {attempt.Error.Cause}"),
            AttemptTimeout = attemptSeconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(attemptSeconds),
        }));

    public override async Task<Outcome> RetryTimes(Scope scope, int count, Work work) =>
        Said(await scope.RetryAsync(Of(work), new() { MaxRetries = count }));

    public override async Task<Outcome> RetryWhile(Scope scope, Func<Cause<string>, bool> goesOn, Work work) =>
        Said(await scope.RetryAsync(Of(work), new() { While = goesOn }));

    public override CircuitBreaker Breaker(string name, int failures, double resetSeconds, int probes = 1) =>
        CircuitBreaker.Create(new()
        {
            Name = name,
            FailureThreshold = failures,
            ResetTimeout = TimeSpan.FromSeconds(resetSeconds),
            Probes = probes,
        });

    public override async Task<Outcome> Guard(Scope scope, CircuitBreaker breaker, Work work) =>
        Said(await breaker.RunAsync(scope, Of(work)));

    public override async Task<Outcome> GuardWhen(
        Scope scope, CircuitBreaker breaker, Func<Cause<string>, bool> counts, Work work) =>
        Said(await breaker.RunAsync(scope, Of(work), counts));

    public override RateLimiter Limiter(string kind, int permits, double windowSeconds, int queue = 0)
    {
        var window = TimeSpan.FromSeconds(windowSeconds);
        return kind switch
        {
            "fixed" => RateLimiter.FixedWindow(permits, window, new() { QueueLimit = queue }),
            "sliding" => RateLimiter.SlidingWindow(permits, window, new() { QueueLimit = queue }),
            _ => RateLimiter.TokenBucket(permits, 1, window, new() { QueueLimit = queue }),
        };
    }

    public override async Task<Outcome> Limit(Scope scope, RateLimiter limiter, Work work, int cost = 1) =>
        Said(await limiter.RunAsync(scope, Of(work), cost));

    public override Bulkhead Bulkhead(int concurrency, int queue) =>
        GoGoScope.Bulkhead.Create(new() { Concurrency = concurrency, QueueLimit = queue });

    public override async Task<Outcome> Guard(Scope scope, Bulkhead bulkhead, Work work) =>
        Said(await bulkhead.RunAsync(scope, Of(work)));

    public override async Task<Outcome> Fallback(Scope scope, Work work, string value) =>
        Said(await scope.FallbackAsync(Of(work), value));

    public override async Task<Outcome> Fallback(
        Scope scope, Work work, Func<ScopeError<string>, Work> handler, Func<Cause<string>, bool>? when = null) =>
        Said(await scope.FallbackAsync(Of(work), (error, child) => Of(handler(error))(child), when));

    public override async Task<Outcome> Hedge(Scope scope, double delaySeconds, int attempts, Work work) =>
        Said(await scope.HedgeAsync(Of(work), new() { Delay = TimeSpan.FromSeconds(delaySeconds), MaxAttempts = attempts }));

    public override async Task<Outcome> Once(
        Scope scope, IdempotencyKeys<string, string, string> keys, string key, Work work) =>
        Said(await keys.RunAsync(scope, key, Of(work)));
}

public sealed class LineParity() : LineStories(new CSharpResilience());

public sealed class AnswerParity() : AnswerStories(new CSharpResilience());

public sealed class CircuitBreakerParity() : CircuitBreakerStories(new CSharpResilience());

public sealed class RetryParity() : RetryStories(new CSharpResilience());
