using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>How a circuit breaker decides. Set what differs from the defaults, which are those of <see cref="CircuitBreakerOptions"/>.</summary>
public sealed class CircuitBreakerSettings
{
    private static readonly CircuitBreakerOptions Defaults = CircuitBreakerOptions.Default;

    /// <summary>What it is called in reports. Default: empty.</summary>
    public string Name { get; init; } = Defaults.Name;

    /// <summary>Opens after this many failures in a row, 1 or more. Default: 5. Not asked when there is a <see cref="FailureRatio"/>.</summary>
    public int FailureThreshold { get; init; } = Defaults.FailureThreshold;

    /// <summary>
    /// Opens when this share of the calls in the <see cref="Window"/> failed. From 0 to 1. Default: 0, which counts failures in
    /// a row instead.
    /// </summary>
    public double FailureRatio { get; init; } = Defaults.FailureRatio;

    /// <summary>
    /// How far back calls are looked at for the ratio, in steps of a tenth of it. From 1 millisecond to about 49 days.
    /// Default: 10 seconds.
    /// </summary>
    public TimeSpan Window { get; init; } = Defaults.Window;

    /// <summary>The ratio is not asked while fewer calls than this are in the window, 1 or more. Default: 20.</summary>
    public int MinimumThroughput { get; init; } = Defaults.MinimumThroughput;

    /// <summary>
    /// How long it stays open before it lets probes through, and how long these have to answer before new ones are let
    /// through. From 1 millisecond to about 49 days. Default: 30 seconds.
    /// </summary>
    public TimeSpan ResetTimeout { get; init; } = Defaults.ResetTimeout;

    /// <summary>Most calls that run at once while it is half open, 1 or more. Default: 1.</summary>
    public int Probes { get; init; } = Defaults.Probes;

    /// <summary>So many probes must succeed before it closes, 1 or more; the first that fails opens it again. Default: 1.</summary>
    public int SuccessThreshold { get; init; } = Defaults.SuccessThreshold;

    /// <summary>The clock it reads. Default: null, which is the clock of the first scope that uses it.</summary>
    public TimeProvider? Clock { get; init; } = Defaults.Clock;

    internal CircuitBreakerOptions ToCore() => new(
        Name, FailureThreshold, FailureRatio, Window, MinimumThroughput, ResetTimeout, Probes, SuccessThreshold, Clock);
}

/// <summary>Making circuit breakers.</summary>
public static class CircuitBreakers
{
    extension(CircuitBreaker)
    {
        /// <summary>Makes a breaker. Share it between all calls of one service, in whichever scopes they run.</summary>
        /// <param name="settings">Default: five failures in a row open it for 30 seconds; then one success closes it.</param>
        /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
        public static CircuitBreaker Create(CircuitBreakerSettings? settings = null) =>
            new(settings?.ToCore() ?? CircuitBreakerOptions.Default);
    }
}

/// <summary>Calls through a circuit breaker.</summary>
public static class CircuitBreakerExtensions
{
    /// <summary>
    /// Lets the work run, in a scope of its own, unless the circuit is open. <c>Failed</c>, <c>Crashed</c> and <c>TimedOut</c>
    /// count as failures; <c>Cancelled</c> and <c>Rejected</c> count as nothing.
    /// </summary>
    /// <param name="breaker">Counts this call together with all others that go through it.</param>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="counts">
    /// A cause for which it is false counts as a success. It is not asked about <c>Cancelled</c> and <c>Rejected</c>. What it
    /// throws is <c>Crashed</c>, with the work's own cause beside it, and counts as a failure. Default: null, all count.
    /// </param>
    /// <returns>
    /// What the work came to; or, without running it, <c>Rejected (CircuitOpen)</c> with the time left, infinite for a breaker
    /// that is isolated. It does not fail the scope.
    /// </returns>
    /// <exception cref="ArgumentNullException">The breaker, the scope or the work is null.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this CircuitBreaker breaker,
        Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        Func<Cause<TError>, bool>? counts = null) => Run(breaker, scope, Work.Of(work), counts);

    /// <inheritdoc cref="RunAsync{T, TError}(CircuitBreaker, Scope, Func{Scope, Task{Result{T, TError}}}, Func{Cause{TError}, bool})"/>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this CircuitBreaker breaker,
        Scope scope,
        Func<Scope, Task<Result<T>>> work,
        Func<Cause<Never>, bool>? counts = null) => Run(breaker, scope, Work.Of(work), counts);

    /// <inheritdoc cref="RunAsync{T, TError}(CircuitBreaker, Scope, Func{Scope, Task{Result{T, TError}}}, Func{Cause{TError}, bool})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this CircuitBreaker breaker, Scope scope, Func<Scope, Task<T>> work, Func<Cause<Never>, bool>? counts = null) =>
        Run(breaker, scope, Work.Of(work), counts);

    /// <inheritdoc cref="RunAsync{T, TError}(CircuitBreaker, Scope, Func{Scope, Task{Result{T, TError}}}, Func{Cause{TError}, bool})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> RunAsync(
        this CircuitBreaker breaker, Scope scope, Func<Scope, Task> work, Func<Cause<Never>, bool>? counts = null) =>
        Run(breaker, scope, Work.Of(work), counts);

    /// <inheritdoc cref="RunAsync{T, TError}(CircuitBreaker, Scope, Func{Scope, Task{Result{T, TError}}}, Func{Cause{TError}, bool})"/>
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this CircuitBreaker breaker,
        Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        Func<Cause<TError>, bool>? counts = null) => Run(breaker, scope, Work.Of(work), counts);

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        CircuitBreaker breaker, Scope scope, Body<T, TError, TWork> work, Func<Cause<TError>, bool>? counts)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(breaker);
        ArgumentNullException.ThrowIfNull(scope);
        return new(BreakerKernel.Run(
            scope, breaker, counts is null ? CountsAll<TError>.Default : FuncConvert.FromFunc(counts), Operand.Of(work)));
    }

    private static class CountsAll<TError>
    {
        public static readonly FSharpFunc<Cause<TError>, bool> Default =
            FuncConvert.FromFunc<Cause<TError>, bool>(BreakerKernel.Counts);
    }
}
