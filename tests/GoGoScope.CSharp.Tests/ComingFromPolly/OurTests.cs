using GoGoScope;
using GoGoScope.CSharp;

namespace ComingFromPolly;

/// <summary>The same ten pipelines here, each seen at work.</summary>
public sealed class OurTests : IAsyncDisposable
{
    private readonly Scope scope = Scope.Open();

    public async ValueTask DisposeAsync() => await scope.DisposeAsync();

    private static TimeSpan Ms(double count) => TimeSpan.FromMilliseconds(count);

    private static Cause<StockError>? CauseOf(Result<int, StockError> outcome) => outcome.Error?.Cause;

    [Fact]
    public async Task Retry()
    {
        var stock = new Stock(failures: 2);

        var settings = new RetrySettings<StockError> { MaxRetries = 3, Schedule = Schedule.Fixed<StockError>(Ms(10)) };

        var outcome = await scope.RetryAsync(c => stock.Count(c), settings);
        Assert.Equal((true, 3), (outcome.IsOk, stock.Calls));
    }

    [Fact]
    public async Task RetryWithJitter()
    {
        var stock = new Stock(failures: 2);

        var settings = new RetrySettings<StockError>
        {
            MaxRetries = 5,
            Schedule = Schedule.Exponential<StockError>(initial: Ms(10), max: Ms(100), jitter: 0.5),
        };

        var outcome = await scope.RetryAsync(c => stock.Count(c), settings);
        Assert.True(outcome.IsOk);
    }

    [Fact]
    public async Task RetryOnPredicate()
    {
        var stock = new Stock(failures: 2, error: new StockError.NoSuchLamp());

        var settings = new RetrySettings<StockError>
        {
            While = cause => cause is Cause<StockError>.Failed { Error: StockError.Busy },
            MaxRetries = 3,
            Schedule = Schedule.Fixed<StockError>(Ms(10)),
        };

        var outcome = await scope.RetryAsync(c => stock.Count(c), settings);
        Assert.IsType<StockError.NoSuchLamp>(Assert.IsType<Cause<StockError>.Failed>(CauseOf(outcome)).Error);
        Assert.Equal(1, stock.Calls);
    }

    [Fact]
    public async Task Timeout()
    {
        var stock = new Stock(hangs: 1);

        var outcome = await scope.TimeoutAsync(Ms(20), c => stock.Count(c));

        Assert.IsType<Cause<StockError>.TimedOut>(CauseOf(outcome));
    }

    [Fact]
    public async Task Breaker()
    {
        var stock = new Stock(failures: 4);

        var breaker = CircuitBreaker.Create(new()
        {
            FailureRatio = 0.5,
            MinimumThroughput = 4,
            Window = TimeSpan.FromSeconds(10),
            ResetTimeout = TimeSpan.FromSeconds(30),
        });

        var outcome = await breaker.RunAsync(scope, c => stock.Count(c));

        for (var call = 1; call <= 4; call++)
        {
            Assert.IsType<Cause<StockError>.Failed>(CauseOf(outcome));
            outcome = await breaker.RunAsync(scope, c => stock.Count(c));
        }

        var refused = Assert.IsType<Cause<StockError>.Rejected>(CauseOf(outcome));
        Assert.IsType<Rejection.CircuitOpen>(refused.Rejection);
        Assert.Equal(4, stock.Calls);
    }

    [Fact]
    public async Task RateLimit()
    {
        var stock = new Stock();

        var limiter = RateLimiter.SlidingWindow(permits: 2, window: TimeSpan.FromMinutes(10));

        var outcome = await limiter.RunAsync(scope, c => stock.Count(c));
        Assert.True(outcome.IsOk);
        Assert.True((await limiter.RunAsync(scope, c => stock.Count(c))).IsOk);
        outcome = await limiter.RunAsync(scope, c => stock.Count(c));
        Assert.IsType<Rejection.RateLimited>(Assert.IsType<Cause<StockError>.Rejected>(CauseOf(outcome)).Rejection);
    }

    [Fact]
    public async Task ConcurrencyLimit()
    {
        var stock = new Stock(hangs: 3);
        stock.Gate.SetResult();

        var bulkhead = Bulkhead.Create(new() { Concurrency = 2, QueueLimit = 1 });

        var outcome = await bulkhead.RunAsync(scope, c => stock.Count(c));
        Assert.True(outcome.IsOk);
    }

    [Fact]
    public async Task ConcurrencyLimitInUse()
    {
        var stock = new Stock(hangs: 3);
        var bulkhead = Bulkhead.Create(new() { Concurrency = 2, QueueLimit = 1 });

        ScopeTask<int, StockError>[] calls =
            [.. Enumerable.Range(0, 3).Select(_ => scope.Fork(child => bulkhead.RunAsync(child, c => stock.Count(c)).AsTask()))];

        var outcome = await bulkhead.RunAsync(scope, c => stock.Count(c));
        Assert.IsType<Rejection.QueueFull>(Assert.IsType<Cause<StockError>.Rejected>(CauseOf(outcome)).Rejection);
        stock.Gate.SetResult();

        foreach (var call in calls)
            Assert.True((await call).IsOk);
    }

    [Fact]
    public async Task Hedge()
    {
        var stock = new Stock(hangs: 1);

        var settings = new HedgeSettings<StockError> { MaxAttempts = 2, Delay = Ms(20) };

        var outcome = await scope.HedgeAsync(c => stock.Count(c), settings);
        Assert.True(outcome.IsOk);
    }

    [Fact]
    public async Task Fallback()
    {
        var stock = new Stock(failures: 1);

        var (error, lamps) = await scope.FallbackAsync(c => stock.Count(c), value: 0);

        Assert.Equal((null, 0), (error, lamps));
    }

    [Fact]
    public async Task AllTogether()
    {
        var stock = new Stock(failures: 3, hangs: 1);

        var retry = new RetrySettings<StockError> { MaxRetries = 3, Schedule = Schedule.Fixed<StockError>(Ms(10)).Jitter(0.5) };
        var bulkhead = Bulkhead.Create(new() { Concurrency = 10, QueueLimit = 100 });
        var breaker = CircuitBreaker.Create(new() { FailureRatio = 0.5, MinimumThroughput = 100 });

        var (error, lamps) = await scope.TimeoutAsync(
            TimeSpan.FromSeconds(10),
            whole => whole.RetryAsync(
                attempt => bulkhead.RunAsync(
                    attempt,
                    placed => breaker.RunAsync(placed, closed => closed.TimeoutAsync(Ms(50), c => stock.Count(c)))),
                retry));

        Assert.Equal((null, 3), (error, lamps));
    }
}
