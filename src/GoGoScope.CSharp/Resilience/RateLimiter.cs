using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>How a rate limiter treats those that it does not let through at once. The defaults are those of <see cref="RateLimiterOptions"/>.</summary>
public sealed class RateLimiterSettings
{
    private static readonly RateLimiterOptions Defaults = RateLimiterOptions.Default;

    /// <summary>What it is called in reports. Default: empty.</summary>
    public string Name { get; init; } = Defaults.Name;

    /// <summary>Most callers that wait for their turn, first come first served; zero or more. Default: 0, nobody waits.</summary>
    public int QueueLimit { get; init; } = Defaults.QueueLimit;

    /// <summary>The clock it reads. Default: null, which is the clock of the first scope that uses it.</summary>
    public TimeProvider? Clock { get; init; } = Defaults.Clock;

    internal static RateLimiterOptions ToCore(RateLimiterSettings? settings) =>
        settings is null ? Defaults : new(settings.Name, settings.QueueLimit, settings.Clock);
}

/// <summary>Making rate limiters: arithmetic on their clock, without anything that runs in the background.</summary>
public static class RateLimiters
{
    extension(RateLimiter)
    {
        /// <summary>
        /// At most so many in each of a row of windows, the first of which begins with the first call. Around the seam of two
        /// windows twice as much may happen; a sliding window has no seam.
        /// </summary>
        /// <param name="permits">From 1 to 1,000,000.</param>
        /// <param name="window">From 1 millisecond to about 49 days.</param>
        /// <param name="settings">Default: nobody waits.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
        public static RateLimiter FixedWindow(int permits, TimeSpan window, RateLimiterSettings? settings = null) =>
            RateLimiter.FixedWindow(permits, window, RateLimiterSettings.ToCore(settings));

        /// <summary>At most so many in any window of this length. It remembers when each of the last ones happened.</summary>
        /// <param name="permits">From 1 to 1,000,000.</param>
        /// <param name="window">From 1 millisecond to about 49 days.</param>
        /// <param name="settings">Default: nobody waits.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
        public static RateLimiter SlidingWindow(int permits, TimeSpan window, RateLimiterSettings? settings = null) =>
            RateLimiter.SlidingWindow(permits, window, RateLimiterSettings.ToCore(settings));

        /// <summary>A bucket of tokens, full at first, that fills steadily. Each call takes its cost.</summary>
        /// <param name="capacity">The most tokens it holds, from 1 to 1,000,000.</param>
        /// <param name="tokens">What it gets in each period, from 1 to 1,000,000.</param>
        /// <param name="period">From 1 millisecond to about 49 days.</param>
        /// <param name="settings">Default: nobody waits.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
        public static RateLimiter TokenBucket(int capacity, int tokens, TimeSpan period, RateLimiterSettings? settings = null) =>
            RateLimiter.TokenBucket(capacity, tokens, period, RateLimiterSettings.ToCore(settings));
    }
}

/// <summary>Calls through a rate limiter.</summary>
public static class RateLimiterExtensions
{
    /// <summary>
    /// Lets the work run, in a scope of its own, when the limiter has room. When it has none the work waits in line, if the
    /// limiter has a place left for it, or does not run.
    /// </summary>
    /// <param name="limiter">Counts this call together with all others that go through it.</param>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work, and ends the wait: then nothing was taken.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="cost">How much the call counts, from 1 to the limit.</param>
    /// <returns>
    /// What the work came to; or, without running it, <c>Rejected (RateLimited)</c> with the time after which to try again. It
    /// does not fail the scope.
    /// </returns>
    /// <exception cref="ArgumentNullException">The limiter, the scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cost is below 1 or above the limit.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this RateLimiter limiter,
        Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        int cost = 1) => Run(limiter, scope, Work.Of(work), cost);

    /// <inheritdoc cref="RunAsync{T, TError}(RateLimiter, Scope, Func{Scope, Task{Result{T, TError}}}, int)"/>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this RateLimiter limiter,
        Scope scope,
        Func<Scope, Task<Result<T>>> work,
        int cost = 1) => Run(limiter, scope, Work.Of(work), cost);

    /// <inheritdoc cref="RunAsync{T, TError}(RateLimiter, Scope, Func{Scope, Task{Result{T, TError}}}, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this RateLimiter limiter,
        Scope scope,
        Func<Scope, Task<T>> work,
        int cost = 1) => Run(limiter, scope, Work.Of(work), cost);

    /// <inheritdoc cref="RunAsync{T, TError}(RateLimiter, Scope, Func{Scope, Task{Result{T, TError}}}, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> RunAsync(
        this RateLimiter limiter,
        Scope scope,
        Func<Scope, Task> work,
        int cost = 1) => Run(limiter, scope, Work.Of(work), cost);

    /// <inheritdoc cref="RunAsync{T, TError}(RateLimiter, Scope, Func{Scope, Task{Result{T, TError}}}, int)"/>
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this RateLimiter limiter,
        Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        int cost = 1) => Run(limiter, scope, Work.Of(work), cost);

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        RateLimiter limiter, Scope scope, Body<T, TError, TWork> work, int cost)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(limiter);
        ArgumentNullException.ThrowIfNull(scope);
        limiter.CheckCost(cost);
        return new(LimiterKernel.Run(scope, limiter, cost, Operand.Of(work)));
    }
}
