using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>When a slow call is made again beside itself. The defaults are those of <see cref="HedgeOptions{E}"/>. Make it once and share it.</summary>
/// <typeparam name="TError">The work's own errors; <see cref="Never"/> for none.</typeparam>
public sealed class HedgeSettings<TError>
{
    private static readonly HedgeOptions<TError> Defaults = HedgeOptions<TError>.Default;

    private HedgeOptions<TError>? core;

    /// <summary>
    /// How long an attempt has before another is started beside it. From zero, which starts all at once, to about 49 days.
    /// Default: 1 second.
    /// </summary>
    public TimeSpan Delay { get; init; } = Defaults.Delay;

    /// <summary>Most attempts for one call, the first included, 1 or more. Default: 2.</summary>
    public int MaxAttempts { get; init; } = Defaults.MaxAttempts;

    /// <summary>
    /// A failure for these causes is followed by the next attempt at once, any other ends the call; a cancellation does in any
    /// case. What it throws ends the call as <see cref="Cause{E}.Crashed"/>. Default: null, which is <c>Failed</c>,
    /// <c>Crashed</c> and <c>TimedOut</c>.
    /// </summary>
    public Func<Cause<TError>, bool>? While { get; init; }

    /// <summary>Limits the further attempts of all calls that share it. Default: null, no limit.</summary>
    public HedgeBudget? Budget { get; init; } = Defaults.Budget;

    internal static HedgeOptions<TError> ToCore(HedgeSettings<TError>? settings) => settings?.ToCore() ?? Defaults;

    private HedgeOptions<TError> ToCore() => core ??= Checked(
        new(Delay, MaxAttempts, While is null ? Defaults.While : FuncConvert.FromFunc(While), Budget));

    private static HedgeOptions<TError> Checked(HedgeOptions<TError> options)
    {
        options.Check();
        return options;
    }
}

/// <summary>Making slow calls again beside themselves.</summary>
public static class HedgeExtensions
{
    /// <summary>
    /// Starts the work again beside itself when it is slow: for work that may safely be done twice. The first value wins; the
    /// other attempts are told that they lost, and have ended when the call does. A value that nobody gets is disposed; the
    /// errors of the others go to the hook for unobserved errors.
    /// </summary>
    /// <param name="scope">The scope below which the attempts run; its cancellation reaches them.</param>
    /// <param name="work">Gets the attempt's own scope, which is its cancellation token too. Called once for each attempt.</param>
    /// <param name="settings">Default: a second attempt after a second.</param>
    /// <returns>
    /// The first value; or, when all attempts failed, the first failure, with the later ones in <c>Others</c>. It does not fail
    /// the scope.
    /// </returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> HedgeAsync<T, TError>(
        this Scope scope,
        Func<Scope, Task<Result<T, TError>>> work,
        HedgeSettings<TError>? settings = null) => Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="HedgeAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, HedgeSettings{TError})"/>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, Never> HedgeAsync<T>(
        this Scope scope,
        Func<Scope, Task<Result<T>>> work,
        HedgeSettings<Never>? settings = null) => Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="HedgeAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, HedgeSettings{TError})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> HedgeAsync<T>(
        this Scope scope,
        Func<Scope, Task<T>> work,
        HedgeSettings<Never>? settings = null) => Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="HedgeAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, HedgeSettings{TError})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> HedgeAsync(
        this Scope scope,
        Func<Scope, Task> work,
        HedgeSettings<Never>? settings = null) => Run(scope, Work.Of(work), settings);

    /// <inheritdoc cref="HedgeAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, HedgeSettings{TError})"/>
    public static ScopeAwaitable<T, TError> HedgeAsync<T, TError>(
        this Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work,
        HedgeSettings<TError>? settings = null) => Run(scope, Work.Of(work), settings);

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        Scope scope, Body<T, TError, TWork> work, HedgeSettings<TError>? settings)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(HedgeKernel.Run(scope, HedgeSettings<TError>.ToCore(settings), Operand.Of(work)));
    }
}
