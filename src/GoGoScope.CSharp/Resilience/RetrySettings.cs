using System;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>When work is repeated. Set what differs from the defaults, which are those of <see cref="RetryOptions{E}"/>. Make it once and share it.</summary>
/// <typeparam name="TError">The work's own errors; <see cref="Never"/> for none.</typeparam>
public sealed class RetrySettings<TError>
{
    private static readonly RetryOptions<TError> Defaults = RetryOptions<TError>.Default;

    private RetryOptions<TError>? core;

    /// <summary>
    /// Most repetitions after the first attempt, zero or more. Default: null, which is the schedule's own number where it has
    /// one (<see cref="ScheduleExtensions.UpTo"/>), and 3 where it has none.
    /// </summary>
    public int? MaxRetries { get; init; }

    /// <summary>How long to wait between attempts. A retry ends when the schedule does. Default: not at all.</summary>
    public Schedule<TError> Schedule { get; init; } = Defaults.Schedule;

    /// <summary>
    /// The causes after which an attempt is repeated; a cancellation never is. What it throws ends the retry as
    /// <see cref="Cause{E}.Crashed"/>. Default: null, which is <c>Failed</c>, <c>Crashed</c> and <c>TimedOut</c>.
    /// </summary>
    public Func<Cause<TError>, bool>? While { get; init; }

    /// <summary>Also repeats what an open circuit or a rate limit rejected, after the time that the rejection names. Default: false.</summary>
    public bool Rejections { get; init; } = Defaults.Rejections;

    /// <summary>
    /// The least wait that an error asks for, such as a server's <c>Retry-After</c>; null where it asks for none. What it
    /// throws ends the retry as <see cref="Cause{E}.Crashed"/>. Default: null.
    /// </summary>
    public Func<Cause<TError>, TimeSpan?>? RetryAfter { get; init; }

    /// <summary>
    /// Time for each attempt; past it the attempt is asked to stop, waited for, and counts as <see cref="Cause{E}.TimedOut"/>.
    /// From zero to about 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Default: infinite.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = Defaults.AttemptTimeout;

    /// <summary>Called before the wait for each repetition. What it throws goes to the hook for unobserved errors. Default: null.</summary>
    public Action<RetryAttempt<TError>>? OnRetry { get; init; }

    /// <summary>Limits the repetitions of all calls that share it. Default: null, no limit.</summary>
    public RetryBudget? Budget { get; init; } = Defaults.Budget;

    /// <summary>Decides what is jittered. It is used under a lock. Default: null, the shared source of the process.</summary>
    public Random? Random { get; init; } = Defaults.Random;

    internal static RetryOptions<TError> ToCore(RetrySettings<TError>? settings) => settings?.ToCore() ?? Defaults;

    private RetryOptions<TError> ToCore() => core ??= Checked(new(
        MaxRetries is { } count ? FSharpValueOption<int>.NewValueSome(count) : default,
        Schedule,
        While is null ? Defaults.While : FuncConvert.FromFunc(While),
        Rejections,
        RetryAfter is { } asked ? FuncConvert.FromFunc((Cause<TError> cause) => Given(asked(cause))) : Defaults.RetryAfter,
        AttemptTimeout,
        OnRetry is null ? Defaults.OnRetry : FuncConvert.FromAction(OnRetry),
        Budget,
        Random));

    private static RetryOptions<TError> Checked(RetryOptions<TError> options)
    {
        options.Check();
        return options;
    }

    private static FSharpValueOption<TimeSpan> Given(TimeSpan? value) =>
        value is { } given ? FSharpValueOption<TimeSpan>.NewValueSome(given) : default;
}
