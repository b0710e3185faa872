using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>How many calls run at once, and how many wait. The defaults are those of <see cref="BulkheadOptions"/>.</summary>
public sealed class BulkheadSettings
{
    private static readonly BulkheadOptions Defaults = BulkheadOptions.Default;

    /// <summary>What it is called in reports. Default: empty.</summary>
    public string Name { get; init; } = Defaults.Name;

    /// <summary>Most calls that run at once, zero or more; none run while it is zero. Default: 10.</summary>
    public int Concurrency { get; init; } = Defaults.Concurrency;

    /// <summary>Most callers that wait for their turn, first come first served; zero or more. Default: 0, nobody waits.</summary>
    public int QueueLimit { get; init; } = Defaults.QueueLimit;

    internal static BulkheadOptions ToCore(BulkheadSettings? settings) =>
        settings is null ? Defaults : new(settings.Name, settings.Concurrency, settings.QueueLimit);
}

/// <summary>Making bulkheads.</summary>
public static class Bulkheads
{
    extension(Bulkhead)
    {
        /// <summary>Makes a bulkhead. Share it between all calls of one service, in whichever scopes they run.</summary>
        /// <param name="settings">Default: ten at once, and nobody waits.</param>
        /// <exception cref="ArgumentOutOfRangeException">A number is below zero.</exception>
        public static Bulkhead Create(BulkheadSettings? settings = null) => new(BulkheadSettings.ToCore(settings));
    }
}

/// <summary>Calls through a bulkhead.</summary>
public static class BulkheadExtensions
{
    /// <summary>
    /// Lets the work run, in a scope of its own, when fewer calls run than the bulkhead allows. Otherwise it waits in line, if
    /// there is a place left for it, or does not run. Its turn is over when the work has ended, with all that it started.
    /// </summary>
    /// <param name="bulkhead">Counts this call together with all others that go through it.</param>
    /// <param name="scope">The scope below which the work runs; its cancellation reaches the work, and ends the wait: then nothing was taken.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <returns>What the work came to; or, without running it, <c>Rejected (QueueFull)</c>. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    [OverloadResolutionPriority(3)]
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this Bulkhead bulkhead,
        Scope scope,
        Func<Scope, Task<Result<T, TError>>> work) => Run(bulkhead, scope, Work.Of(work));

    /// <inheritdoc cref="RunAsync{T, TError}(Bulkhead, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(2)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this Bulkhead bulkhead,
        Scope scope,
        Func<Scope, Task<Result<T>>> work) => Run(bulkhead, scope, Work.Of(work));

    /// <inheritdoc cref="RunAsync{T, TError}(Bulkhead, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> RunAsync<T>(
        this Bulkhead bulkhead,
        Scope scope,
        Func<Scope, Task<T>> work) => Run(bulkhead, scope, Work.Of(work));

    /// <inheritdoc cref="RunAsync{T, TError}(Bulkhead, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<Done, Never> RunAsync(
        this Bulkhead bulkhead,
        Scope scope,
        Func<Scope, Task> work) => Run(bulkhead, scope, Work.Of(work));

    /// <inheritdoc cref="RunAsync{T, TError}(Bulkhead, Scope, Func{Scope, Task{Result{T, TError}}})"/>
    public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
        this Bulkhead bulkhead,
        Scope scope,
        Func<Scope, ScopeAwaitable<T, TError>> work) => Run(bulkhead, scope, Work.Of(work));

    private static ScopeAwaitable<T, TError> Run<T, TError, TWork>(
        Bulkhead bulkhead, Scope scope, Body<T, TError, TWork> work)
        where TWork : struct, IWork<T, TError>
    {
        ArgumentNullException.ThrowIfNull(bulkhead);
        ArgumentNullException.ThrowIfNull(scope);
        return new(BulkheadKernel.Run(scope, bulkhead, Operand.Of(work)));
    }
}
