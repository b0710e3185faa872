using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>What the server said instead of an answer.</summary>
public abstract record CallError
{
    private CallError()
    {
    }

    public sealed record Status(int Code) : CallError;

    public sealed record TooMany(TimeSpan RetryAfter) : CallError;
}

/// <summary>Calls a server that does not always do what it should, and tells what it took.</summary>
public sealed class FlakyClient
{
    private readonly HttpClient http;
    private readonly Tally tally;

    // no more than 6 requests are under way
    private readonly Bulkhead places = Bulkhead.Create(new() { Name = "server", Concurrency = 6, QueueLimit = int.MaxValue });

    // a call each 15 ms, after 8 at once; 8 may stand in line, the next are told when to come back
    private readonly RateLimiter pace =
        RateLimiter.TokenBucket(8, 1, Milliseconds(15), new RateLimiterSettings { Name = "server", QueueLimit = 8 });

    // 5 failures in a row, and the server has its rest for 150 ms; then one call probes it
    private readonly CircuitBreaker circuit =
        CircuitBreaker.Create(new() { Name = "server", FailureThreshold = 5, ResetTimeout = Milliseconds(150) });

    // what fails is not asked again beside a slow request, but by the retry, after a while
    private readonly HedgeSettings<CallError> hedge = new() { Delay = Milliseconds(100), While = _ => false };

    private readonly RetrySettings<CallError> retry;

    public FlakyClient(HttpClient http, int seed, Tally tally)
    {
        (this.http, this.tally) = (http, tally);
        circuit.OnChange(change => CounterOf(change.To).Add());

        retry = new()
        {
            MaxRetries = 60, // most of them are spent on waiting for the circuit and the limiter
            Rejections = true, // both say when to come back
            Schedule = Schedule.Exponential<CallError>(Milliseconds(20), max: Milliseconds(250), jitter: 0.5),
            Random = new Random(seed),
            RetryAfter = cause => cause is Cause<CallError>.Failed { Error: CallError.TooMany { RetryAfter: var after } } ? after : null,
            OnRetry = attempt =>
            {
                tally.Retried.Add();
                CounterOf(attempt.Error.Cause)?.Add();
            },
        };
    }

    /// <summary>Asks for the item until there is an answer.</summary>
    public async Task<Result<Done, CallError>> CallAsync(int item, Scope scope)
    {
        var (error, answer) = await scope.RetryAsync(c => pace.RunAsync(c, limited => HedgedAsync(limited, item)), retry);

        if (answer == $"item {item}")
            tally.Answered.Add();

        return error is null ? Result.Ok<Done, CallError>(default) : Result.Fail(error);
    }

    private static TimeSpan Milliseconds(double count) => TimeSpan.FromMilliseconds(count);

    /// <summary>A server that says how busy it is, is there.</summary>
    private static bool SpeaksAgainst(Cause<CallError> cause) => cause is not Cause<CallError>.Failed { Error: CallError.TooMany };

    private Counter CounterOf(CircuitState state) => state switch
    {
        CircuitState.Open => tally.Opened,
        CircuitState.HalfOpen => tally.HalfOpened,
        _ => tally.Closed,
    };

    private Counter? CounterOf(Cause<CallError> cause) => cause switch
    {
        Cause<CallError>.Failed { Error: CallError.TooMany } => tally.CameBackLater,
        Cause<CallError>.TimedOut => tally.TimedOut,
        Cause<CallError>.Rejected { Rejection: Rejection.RateLimited } => tally.Limited,
        Cause<CallError>.Rejected { Rejection: Rejection.CircuitOpen } => tally.Refused,
        _ => null,
    };

    /// <summary>Asks again beside a request that is slow.</summary>
    private ScopeAwaitable<string, CallError> HedgedAsync(Scope scope, int item)
    {
        var sent = 0;

        return scope.HedgeAsync(
            child =>
            {
                if (Interlocked.Increment(ref sent) > 1)
                    tally.Hedged.Add();

                return PlacedAsync(child, item);
            },
            hedge);
    }

    /// <summary>In one of the places, which is what the time of a request is counted from.</summary>
    private ScopeAwaitable<string, CallError> PlacedAsync(Scope scope, int item)
    {
        if (places.Running >= places.Concurrency)
            tally.Queued.Add();

        return places.RunAsync(
            scope,
            placed => circuit.RunAsync(
                placed,
                closed => closed.TimeoutAsync(Milliseconds(300), child => RequestAsync(child, item)),
                SpeaksAgainst));
    }

    private async Task<Result<string, CallError>> RequestAsync(Scope scope, int item)
    {
        tally.Sent.Add();
        using var answer = await http.GetAsync($"{item}", scope);

        return (int)answer.StatusCode switch
        {
            200 => Result.Ok<string, CallError>(await answer.Content.ReadAsStringAsync(scope)),
            429 when answer.Headers.RetryAfter?.Delta is { } after => Result.Fail<CallError>(new CallError.TooMany(after)),
            var status => Result.Fail<CallError>(new CallError.Status(status)),
        };
    }
}
