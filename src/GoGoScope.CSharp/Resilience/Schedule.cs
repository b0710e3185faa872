using System;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// How long to wait between attempts, and when to stop. Delays go from zero to about 49 days: what would be longer is
/// that long. A schedule is immutable: any number of calls may share it, and each runs it from its beginning.
/// </summary>
public static class Schedule
{
    /// <summary>Gives no delay at all: nothing is repeated.</summary>
    public static Schedule<TError> None<TError>() => ScheduleModule.none<TError>();

    /// <summary>The same delay every time.</summary>
    /// <param name="delay">From zero to about 49 days. Default: 1 second.</param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is outside its range.</exception>
    public static Schedule<TError> Fixed<TError>(TimeSpan? delay = null) =>
        ScheduleModule.constant<TError>(delay ?? TimeSpan.FromSeconds(1));

    /// <summary>A first delay, and each time a step more.</summary>
    /// <param name="first">From zero to about 49 days. Default: 100 milliseconds.</param>
    /// <param name="step">From zero to about 49 days. Default: 100 milliseconds.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Schedule<TError> Linear<TError>(TimeSpan? first = null, TimeSpan? step = null) =>
        ScheduleModule.linear<TError>(first ?? TimeSpan.FromMilliseconds(100), step ?? TimeSpan.FromMilliseconds(100));

    /// <summary>Delays that grow by a factor.</summary>
    /// <param name="initial">The first delay. From zero to about 49 days. Default: 100 milliseconds.</param>
    /// <param name="max">No delay is longer, jittered or not. From zero to about 49 days. Default: 30 seconds.</param>
    /// <param name="factor">Each delay is this many times the one before. 1 or more. Default: 2.</param>
    /// <param name="jitter">The share of a delay by which it may be shorter or longer at random. From 0 to 1. Default: 0, none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Schedule<TError> Exponential<TError>(
        TimeSpan? initial = null, TimeSpan? max = null, double? factor = null, double? jitter = null) =>
        ScheduleModule.exponentialWith<TError>(new(
            initial ?? Exponentials.Initial, max ?? Exponentials.Max, factor ?? Exponentials.Factor, jitter ?? Exponentials.Jitter));

    /// <summary>
    /// Each delay at random between <paramref name="initial"/> and three times the one before, and never above
    /// <paramref name="max"/>: callers that failed together do not come back together.
    /// </summary>
    /// <param name="initial">From zero to about 49 days.</param>
    /// <param name="max">From zero to about 49 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Schedule<TError> DecorrelatedJitter<TError>(TimeSpan initial, TimeSpan max) =>
        ScheduleModule.decorrelatedJitter<TError>(initial, max);

    /// <summary>Asks for each delay.</summary>
    /// <param name="delay">
    /// Given the number of the attempt that failed, from 1, and why. What it throws, or a delay below zero, ends the retry as
    /// <see cref="Cause{E}.Crashed"/>, with the attempt's own cause beside it.
    /// </param>
    /// <exception cref="ArgumentNullException">The function is null.</exception>
    public static Schedule<TError> Custom<TError>(Func<int, Cause<TError>, TimeSpan> delay)
    {
        ArgumentNullException.ThrowIfNull(delay);
        return ScheduleModule.custom(FuncConvert.FromFunc(delay));
    }

    private static ScheduleModule.Exponential Exponentials => ScheduleModule.Exponential.Default;
}

/// <summary>What changes a schedule. Each answers a new one.</summary>
public static class ScheduleExtensions
{
    /// <summary>Each delay shorter or longer at random by up to a share of it, and never above its <c>Max</c>.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="share">From 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is outside its range.</exception>
    public static Schedule<TError> Jitter<TError>(this Schedule<TError> schedule, double share) =>
        ScheduleModule.jitter(share, There(schedule));

    /// <summary>Each delay at random between zero and itself.</summary>
    public static Schedule<TError> FullJitter<TError>(this Schedule<TError> schedule) => ScheduleModule.fullJitter(There(schedule));

    /// <summary>No delay longer than this, whatever changes it later.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="limit">From zero to about 49 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is outside its range.</exception>
    public static Schedule<TError> Max<TError>(this Schedule<TError> schedule, TimeSpan limit) =>
        ScheduleModule.max(limit, There(schedule));

    /// <summary>No delay shorter than this, unless its <c>Max</c> is.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="floor">From zero to about 49 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">The floor is outside its range.</exception>
    public static Schedule<TError> Min<TError>(this Schedule<TError> schedule, TimeSpan floor) =>
        ScheduleModule.min(floor, There(schedule));

    /// <summary>At most this many delays, then it ends.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="count">Zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below zero.</exception>
    public static Schedule<TError> UpTo<TError>(this Schedule<TError> schedule, int count) =>
        ScheduleModule.upTo(count, There(schedule));

    /// <summary>Ends before the sum of its delays passes a total. Delays of zero never sum up to anything.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="total">From zero to about 49 days.</param>
    /// <exception cref="ArgumentOutOfRangeException">The total is outside its range.</exception>
    public static Schedule<TError> UpToTotal<TError>(this Schedule<TError> schedule, TimeSpan total) =>
        ScheduleModule.upToTotal(total, There(schedule));

    /// <summary>Ends at the first cause for which the predicate is false.</summary>
    /// <param name="schedule">The schedule to change.</param>
    /// <param name="goesOn">What it throws ends the retry as <see cref="Cause{E}.Crashed"/>, with the attempt's own cause beside it.</param>
    public static Schedule<TError> WhileError<TError>(this Schedule<TError> schedule, Func<Cause<TError>, bool> goesOn)
    {
        ArgumentNullException.ThrowIfNull(goesOn);
        return ScheduleModule.whileError(FuncConvert.FromFunc(goesOn), There(schedule));
    }

    /// <summary>The first until it ends, then the second, whose attempts are counted from 1 again.</summary>
    /// <param name="first">Comes first.</param>
    /// <param name="second">Comes after it.</param>
    public static Schedule<TError> AndThen<TError>(this Schedule<TError> first, Schedule<TError> second) =>
        ScheduleModule.andThen(There(second), There(first));

    private static Schedule<TError> There<TError>(Schedule<TError> schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return schedule;
    }
}
