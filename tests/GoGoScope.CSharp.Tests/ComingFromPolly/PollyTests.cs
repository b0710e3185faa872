using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace ComingFromPolly;

/// <summary>Ten pipelines as a user of Polly writes them, each seen at work.</summary>
public sealed class PollyTests
{
    private static TimeSpan Ms(double count) => TimeSpan.FromMilliseconds(count);

    [Fact]
    public async Task Retry()
    {
        var stock = new Stock(failures: 2);
        var token = CancellationToken.None;

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddRetry(new() { MaxRetryAttempts = 3, Delay = Ms(10) })
            .Build();

        var lamps = await pipeline.ExecuteAsync(stock.CountOrThrow, token);
        Assert.Equal((3, 3), (lamps, stock.Calls));
    }

    [Fact]
    public async Task RetryWithJitter()
    {
        var stock = new Stock(failures: 2);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddRetry(new()
            {
                MaxRetryAttempts = 5,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = Ms(10),
                MaxDelay = Ms(100),
            })
            .Build();

        Assert.Equal(3, await pipeline.ExecuteAsync(stock.CountOrThrow));
    }

    [Fact]
    public async Task RetryOnPredicate()
    {
        var stock = new Stock(failures: 2, error: new StockError.NoSuchLamp());

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddRetry(new()
            {
                ShouldHandle = new PredicateBuilder<int>().Handle<StockException>(failure => failure.Error is StockError.Busy),
                MaxRetryAttempts = 3,
                Delay = Ms(10),
            })
            .Build();

        await Assert.ThrowsAsync<StockException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());
        Assert.Equal(1, stock.Calls);
    }

    [Fact]
    public async Task Timeout()
    {
        var stock = new Stock(hangs: 1);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddTimeout(Ms(20))
            .Build();

        await Assert.ThrowsAsync<TimeoutRejectedException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());
    }

    [Fact]
    public async Task Breaker()
    {
        var stock = new Stock(failures: 4);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddCircuitBreaker(new()
            {
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(30),
            })
            .Build();

        for (var call = 0; call < 4; call++)
            await Assert.ThrowsAsync<StockException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());

        await Assert.ThrowsAsync<BrokenCircuitException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());
        Assert.Equal(4, stock.Calls);
    }

    [Fact]
    public async Task RateLimit()
    {
        var stock = new Stock();

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddRateLimiter(new SlidingWindowRateLimiter(new()
            {
                PermitLimit = 2,
                Window = TimeSpan.FromMinutes(10),
                SegmentsPerWindow = 10,
            }))
            .Build();

        await pipeline.ExecuteAsync(stock.CountOrThrow);
        await pipeline.ExecuteAsync(stock.CountOrThrow);
        await Assert.ThrowsAsync<RateLimiterRejectedException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());
    }

    [Fact]
    public async Task ConcurrencyLimit()
    {
        var stock = new Stock(hangs: 3);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddConcurrencyLimiter(permitLimit: 2, queueLimit: 1)
            .Build();

        Task<int>[] calls = [.. Enumerable.Range(0, 3).Select(_ => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask())];
        await Assert.ThrowsAsync<RateLimiterRejectedException>(() => pipeline.ExecuteAsync(stock.CountOrThrow).AsTask());
        stock.Gate.SetResult();
        var lamps = await Task.WhenAll(calls);
        Assert.Equal([3, 3, 3], lamps);
    }

    [Fact]
    public async Task Hedge()
    {
        var stock = new Stock(hangs: 1);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddHedging(new() { MaxHedgedAttempts = 1, Delay = Ms(20) })
            .Build();

        Assert.Equal(3, await pipeline.ExecuteAsync(stock.CountOrThrow));
    }

    [Fact]
    public async Task Fallback()
    {
        var stock = new Stock(failures: 1);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddFallback(new() { FallbackAction = _ => Outcome.FromResultAsValueTask(0) })
            .Build();

        Assert.Equal(0, await pipeline.ExecuteAsync(stock.CountOrThrow));
    }

    [Fact]
    public async Task AllTogether()
    {
        var stock = new Stock(failures: 3, hangs: 1);

        var pipeline = new ResiliencePipelineBuilder<int>()
            .AddTimeout(TimeSpan.FromSeconds(10))
            .AddRetry(new() { MaxRetryAttempts = 3, Delay = Ms(10), UseJitter = true })
            .AddConcurrencyLimiter(permitLimit: 10, queueLimit: 100)
            .AddCircuitBreaker(new() { FailureRatio = 0.5, MinimumThroughput = 100 })
            .AddTimeout(Ms(50))
            .Build();

        Assert.Equal(3, await pipeline.ExecuteAsync(stock.CountOrThrow));
    }
}
