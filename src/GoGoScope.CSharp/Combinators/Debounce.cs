using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>When a call of a debounced function runs. The defaults are those of F#'s <c>Debounce.Options</c>.</summary>
public sealed class DebounceSettings
{
    /// <summary>A burst is over when no call has come for this long. Above zero, at most about 49 days. Default: 300 ms.</summary>
    public TimeSpan Wait { get; init; } = DebounceModule.Options.Default.Wait;

    /// <summary>Whether the first call of a burst runs, at once. Default: false.</summary>
    public bool Leading { get; init; } = DebounceModule.Options.Default.Leading;

    /// <summary>Whether the last call of a burst runs, when it is over. A burst of one call runs it once. Default: true.</summary>
    public bool Trailing { get; init; } = DebounceModule.Options.Default.Trailing;

    internal static DebounceModule.Options ToCore(DebounceSettings? settings) =>
        settings is null ? DebounceModule.Options.Default : new(settings.Wait, settings.Leading, settings.Trailing);
}

/// <summary>When a call of a throttled function runs. The defaults are those of F#'s <c>Throttle.Options</c>.</summary>
public sealed class ThrottleSettings
{
    /// <summary>At most one call starts in each interval. Above zero, at most about 49 days. Default: 300 ms.</summary>
    public TimeSpan Interval { get; init; } = ThrottleModule.Options.Default.Interval;

    /// <summary>Whether a call that comes after an interval without one runs at once. Default: true.</summary>
    public bool Leading { get; init; } = ThrottleModule.Options.Default.Leading;

    /// <summary>Whether the last call that came in an interval runs at its end. Default: false.</summary>
    public bool Trailing { get; init; } = ThrottleModule.Options.Default.Trailing;

    internal static ThrottleModule.Options ToCore(ThrottleSettings? settings) =>
        settings is null ? ThrottleModule.Options.Default : new(settings.Interval, settings.Leading, settings.Trailing);
}

/// <summary>Functions whose calls come in bursts.</summary>
public static class DebounceExtensions
{
    /// <summary>A debounced function of the scope: one call of a burst runs, as a task of the scope.</summary>
    /// <param name="scope">The scope that it belongs to: when that is told to stop, or has ended, what waits ends too.</param>
    /// <param name="work">Gets an argument and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: the last call of a burst, 300 ms after it.</param>
    /// <returns>The function: call it with <c>CallAsync</c>.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentException">A duration is out of range, or no call would ever run.</exception>
    [OverloadResolutionPriority(1)]
    public static Debounce<TArgument, T, TError> Debounce<TArgument, T, TError>(
        this Scope scope, Func<TArgument, Scope, Task<Result<T, TError>>> work, DebounceSettings? settings = null) =>
        Child.Made(scope, DebounceModule.makeWith<TArgument, T, TError, Never>(DebounceSettings.ToCore(settings), Operand.Function(work)));

    /// <inheritdoc cref="Debounce{TArgument, T, TError}(Scope, Func{TArgument, Scope, Task{Result{T, TError}}}, DebounceSettings)"/>
    public static Debounce<TArgument, T, Never> Debounce<TArgument, T>(
        this Scope scope, Func<TArgument, Scope, Task<T>> work, DebounceSettings? settings = null) =>
        Child.Made(scope, DebounceModule.makeWith<TArgument, T, Never, Never>(DebounceSettings.ToCore(settings), Operand.Function(work)));

    /// <summary>A throttled function of the scope: at most one call starts in each interval, as a task of the scope.</summary>
    /// <param name="scope">The scope that it belongs to: when that is told to stop, or has ended, what waits ends too.</param>
    /// <param name="work">Gets an argument and its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: the first call in 300 ms.</param>
    /// <returns>The function: call it with <c>CallAsync</c>.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentException">A duration is out of range, or no call would ever run.</exception>
    [OverloadResolutionPriority(1)]
    public static Throttle<TArgument, T, TError> Throttle<TArgument, T, TError>(
        this Scope scope, Func<TArgument, Scope, Task<Result<T, TError>>> work, ThrottleSettings? settings = null) =>
        Child.Made(scope, ThrottleModule.makeWith<TArgument, T, TError, Never>(ThrottleSettings.ToCore(settings), Operand.Function(work)));

    /// <inheritdoc cref="Throttle{TArgument, T, TError}(Scope, Func{TArgument, Scope, Task{Result{T, TError}}}, ThrottleSettings)"/>
    public static Throttle<TArgument, T, Never> Throttle<TArgument, T>(
        this Scope scope, Func<TArgument, Scope, Task<T>> work, ThrottleSettings? settings = null) =>
        Child.Made(scope, ThrottleModule.makeWith<TArgument, T, Never, Never>(ThrottleSettings.ToCore(settings), Operand.Function(work)));

    /// <summary>
    /// Calls it, and waits for what becomes of the call: it runs, or a later one takes its place. A cancel of the caller withdraws
    /// a call that has not begun to run.
    /// </summary>
    /// <param name="debounce">The function.</param>
    /// <param name="scope">The caller's scope; its cancellation ends the wait.</param>
    /// <param name="argument">What the work gets.</param>
    /// <returns>What became of the call; when the function's scope was told to stop or has ended, <c>Cancelled</c> or <c>Rejected (ScopeEnded)</c>.</returns>
    /// <exception cref="ArgumentNullException">The function or the scope is null.</exception>
    public static ScopeAwaitable<Debounced<T>, TError> CallAsync<TArgument, T, TError>(
        this Debounce<TArgument, T, TError> debounce, Scope scope, TArgument argument)
    {
        ArgumentNullException.ThrowIfNull(debounce);
        ArgumentNullException.ThrowIfNull(scope);
        return new(debounce.Call(scope, argument));
    }

    /// <summary>
    /// Calls it, and waits for what becomes of the call: it runs, or is skipped. A cancel of the caller withdraws a call that has
    /// not begun to run.
    /// </summary>
    /// <param name="throttle">The function.</param>
    /// <param name="scope">The caller's scope; its cancellation ends the wait.</param>
    /// <param name="argument">What the work gets.</param>
    /// <returns>What became of the call; when the function's scope was told to stop or has ended, <c>Cancelled</c> or <c>Rejected (ScopeEnded)</c>.</returns>
    /// <exception cref="ArgumentNullException">The function or the scope is null.</exception>
    public static ScopeAwaitable<Throttled<T>, TError> CallAsync<TArgument, T, TError>(
        this Throttle<TArgument, T, TError> throttle, Scope scope, TArgument argument)
    {
        ArgumentNullException.ThrowIfNull(throttle);
        ArgumentNullException.ThrowIfNull(scope);
        return new(throttle.Call(scope, argument));
    }
}
