using System.Threading.RateLimiting;
using Polly;

namespace ComingFromPolly;

/// <summary>
/// The two verbs of Polly's package for rate limiting, with its signatures, on Polly's core and the platform's limiters: enough to
/// compile and run what a user of that package writes.
/// </summary>
internal static class PollyRateLimiting
{
    public static ResiliencePipelineBuilder<T> AddRateLimiter<T>(this ResiliencePipelineBuilder<T> builder, RateLimiter limiter) =>
        builder.AddStrategy(_ => new Limited<T>(limiter), new Options());

    public static ResiliencePipelineBuilder<T> AddConcurrencyLimiter<T>(
        this ResiliencePipelineBuilder<T> builder, int permitLimit, int queueLimit = 0) =>
        builder.AddRateLimiter(new ConcurrencyLimiter(new() { PermitLimit = permitLimit, QueueLimit = queueLimit }));

    private sealed class Options : ResilienceStrategyOptions;

    private sealed class Limited<T>(RateLimiter limiter) : ResilienceStrategy<T>
    {
        protected override async ValueTask<Outcome<T>> ExecuteCore<TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<T>>> callback, ResilienceContext context, TState state)
        {
            using var lease = await limiter.AcquireAsync(1, context.CancellationToken);

            return lease.IsAcquired
                ? await callback(context, state)
                : Outcome.FromException<T>(new RateLimiterRejectedException());
        }
    }
}

internal sealed class RateLimiterRejectedException : Exception;
