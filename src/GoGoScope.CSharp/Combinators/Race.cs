using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>How the competitors of a race start, and how long they have. The defaults are those of F#'s <c>Race.Options</c>.</summary>
public sealed class RaceSettings
{
    /// <summary>
    /// Time for the whole race; past it all that runs is asked to stop and waited for, and unless one still gives a value the
    /// error is <see cref="Cause{E}.TimedOut"/>, with the failures so far beside it. From zero to about 49 days, or infinite.
    /// Default: infinite.
    /// </summary>
    public TimeSpan Timeout { get; init; } = RaceModule.Options.Default.Timeout;

    /// <summary>Most competitors running at once, 1 or more; the next one starts when one fails. Default: no limit.</summary>
    public int Concurrency { get; init; } = RaceModule.Options.Default.Concurrency;

    /// <summary>
    /// The next competitor starts when this has passed since the last start, or when one fails: hedging. Zero starts all at
    /// once; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> starts the next one only when one fails. Default: zero.
    /// </summary>
    public TimeSpan Stagger { get; init; } = RaceModule.Options.Default.Stagger;

    internal RaceModule.Options ToCore() => new(Timeout, Concurrency, Stagger);
}

/// <summary>Several ways to the same thing: the first one decides.</summary>
public static class RaceExtensions
{
    /// <summary>
    /// Starts every competitor, each in a child scope, and gives the first value. The others are cancelled
    /// (<see cref="CancelReason.RaceLost"/>) and have ended when this answers; one that ignores its token is waited for, and
    /// named after the grace. A losing value that is <see cref="IDisposable"/> or <see cref="IAsyncDisposable"/> is disposed; a
    /// loser's failure goes to <c>OnUnobserved</c>. Once a competitor wins at once, no other starts.
    /// </summary>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="works">Each gets its own scope, which is its cancellation token too.</param>
    /// <returns>The first value; when all have failed one error that holds every cause; or <c>Rejected (NothingToDo)</c> for none.</returns>
    /// <exception cref="ArgumentNullException">The scope, or a piece of work, is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> RaceAsync<T, TError>(
        this Scope scope, params Func<Scope, Task<Result<T, TError>>>[] works) =>
        Quick(scope, true, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="RaceAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}[])"/>
    public static ScopeAwaitable<T, Never> RaceAsync<T>(this Scope scope, params Func<Scope, Task<T>>[] works) =>
        Quick(scope, true, Operand.Each(works, Operand.Plain));

    /// <inheritdoc cref="RaceAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}[])"/>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="settings">How the competitors start, and how long they have.</param>
    /// <param name="works">Each gets its own scope, which is its cancellation token too.</param>
    /// <exception cref="ArgumentOutOfRangeException">A duration is out of range, or the concurrency is below 1.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> RaceAsync<T, TError>(
        this Scope scope, RaceSettings settings, params Func<Scope, Task<Result<T, TError>>>[] works) =>
        Run(scope, true, settings, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="RaceAsync{T, TError}(Scope, RaceSettings, Func{Scope, Task{Result{T, TError}}}[])"/>
    public static ScopeAwaitable<T, Never> RaceAsync<T>(
        this Scope scope, RaceSettings settings, params Func<Scope, Task<T>>[] works) =>
        Run(scope, true, settings, Operand.Each(works, Operand.Plain));

    /// <summary>As <c>RaceAsync</c>, but the first that ends decides: an error may win, and losers' failures stand beside it.</summary>
    /// <inheritdoc cref="RaceAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}[])"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> RaceFirstAsync<T, TError>(
        this Scope scope, params Func<Scope, Task<Result<T, TError>>>[] works) =>
        Quick(scope, false, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="RaceFirstAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}[])"/>
    public static ScopeAwaitable<T, Never> RaceFirstAsync<T>(this Scope scope, params Func<Scope, Task<T>>[] works) =>
        Quick(scope, false, Operand.Each(works, Operand.Plain));

    /// <inheritdoc cref="RaceFirstAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}[])"/>
    /// <param name="scope">The scope below which they run; its cancellation reaches them.</param>
    /// <param name="settings">How the competitors start, and how long they have.</param>
    /// <param name="works">Each gets its own scope, which is its cancellation token too.</param>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> RaceFirstAsync<T, TError>(
        this Scope scope, RaceSettings settings, params Func<Scope, Task<Result<T, TError>>>[] works) =>
        Run(scope, false, settings, Operand.Each(works, Operand.Typed));

    /// <inheritdoc cref="RaceFirstAsync{T, TError}(Scope, RaceSettings, Func{Scope, Task{Result{T, TError}}}[])"/>
    public static ScopeAwaitable<T, Never> RaceFirstAsync<T>(
        this Scope scope, RaceSettings settings, params Func<Scope, Task<T>>[] works) =>
        Run(scope, false, settings, Operand.Each(works, Operand.Plain));

    private static ScopeAwaitable<T, TError> Quick<T, TError>(
        Scope scope, bool okOnly, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new(RaceKernel.Quick(scope, okOnly, works));
    }

    private static ScopeAwaitable<T, TError> Run<T, TError>(
        Scope scope, bool okOnly, RaceSettings settings, FSharpFunc<Scope, ValueTask<FSharpResult<T, ScopeError<TError>>>>[] works)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(settings);
        var options = settings.ToCore();
        options.Check();
        return new(RaceKernel.Run(scope, okOnly, options.Timeout, options.Concurrency, options.Stagger, works));
    }
}

/// <summary>Races outside any scope: each opens one for itself.</summary>
public static class Race
{
    /// <summary>The first value, as <c>scope.RaceAsync</c>, in a scope of its own.</summary>
    /// <param name="works">Each gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">How the competitors start, and how long they have. Default: all at once, no limit.</param>
    /// <param name="token">Stops the race when it fires.</param>
    /// <returns>The first value; when all have failed one error that holds every cause; or <c>Rejected (NothingToDo)</c> for none.</returns>
    /// <exception cref="ArgumentNullException">The array, or a piece of work, is null.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> FirstOkAsync<T, TError>(
        Func<Scope, Task<Result<T, TError>>>[] works, RaceSettings? settings = null, CancellationToken token = default) =>
        Scope.RunAsync(scope => scope.RaceAsync(settings ?? new(), works), token: token);

    /// <inheritdoc cref="FirstOkAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}[], RaceSettings, CancellationToken)"/>
    public static ScopeAwaitable<T, Never> FirstOkAsync<T>(
        Func<Scope, Task<T>>[] works, RaceSettings? settings = null, CancellationToken token = default) =>
        Scope.RunAsync(scope => scope.RaceAsync(settings ?? new(), works), token: token);

    /// <summary>The first that ends, as <c>scope.RaceFirstAsync</c>, in a scope of its own.</summary>
    /// <inheritdoc cref="FirstOkAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}[], RaceSettings, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> FirstAsync<T, TError>(
        Func<Scope, Task<Result<T, TError>>>[] works, RaceSettings? settings = null, CancellationToken token = default) =>
        Scope.RunAsync(scope => scope.RaceFirstAsync(settings ?? new(), works), token: token);

    /// <inheritdoc cref="FirstAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}[], RaceSettings, CancellationToken)"/>
    public static ScopeAwaitable<T, Never> FirstAsync<T>(
        Func<Scope, Task<T>>[] works, RaceSettings? settings = null, CancellationToken token = default) =>
        Scope.RunAsync(scope => scope.RaceFirstAsync(settings ?? new(), works), token: token);
}
