using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>
/// Services: what the work in a scope is given by those above it. A service is found by its type, and by a name where there
/// are several of one type; names are told apart by case.
/// </summary>
public static class ServiceExtensions
{
    /// <summary>
    /// Makes a service and shows it to the scope and to all below it, those that run already too. A service of the same type
    /// and name, here or above, is hidden, not replaced for the scopes above.
    /// </summary>
    /// <param name="scope">The scope whose service it is.</param>
    /// <param name="make">Runs now, once; it is given the scope, and so the services that are there.</param>
    /// <param name="release">
    /// Runs when the scope ends, after its children, in line with its other cleanups, the newest first; from then on the
    /// service is not found any more. Default: none; the service stays the caller's, and nobody closes it.
    /// </param>
    /// <param name="name">Tells services of one type apart. Default: empty.</param>
    /// <returns>The service.</returns>
    /// <exception cref="ScopeException">
    /// There is none: what the factory threw, or that it gave null (<c>Crashed</c>); it provides the very service that it is
    /// making (<c>WouldDeadlock</c>); the scope was told to stop (<c>Cancelled</c>) or has ended (<c>ScopeEnded</c>). In the work
    /// of a scope that is the work's own outcome.
    /// </exception>
    /// <exception cref="ArgumentException">An argument is null, or the service would be a task.</exception>
    public static T Provide<T>(this Scope scope, Func<Scope, T> make, Action<T>? release = null, string name = "") =>
        Services.Now(scope, make, Services.Of(release), name, replaces: false);

    /// <inheritdoc cref="Provide{T}(Scope, Func{Scope, T}, Action{T}, string)"/>
    public static T Provide<T>(
        this Scope scope, Func<Scope, T> make, Func<T, CancellationToken, ValueTask> release, string name = "") =>
        Services.Now(scope, make, Services.Given(release), name, replaces: false);

    /// <summary>
    /// As <c>Provide</c>, for a factory that waits. A cancel reaches it by the scope's token; what it made all the same is
    /// shown to nobody, and released with the scope.
    /// </summary>
    /// <param name="scope">The scope whose service it is. It does not end before the factory has.</param>
    /// <param name="make">Runs now, once; it is given the scope, and so the services that are there.</param>
    /// <param name="release">Runs when the scope ends; its token fires when it takes longer than the scope's grace. Default: none.</param>
    /// <param name="name">Tells services of one type apart. Default: empty.</param>
    /// <returns>The service, or why there is none: see <c>Provide</c>.</returns>
    /// <exception cref="ArgumentException">An argument is null, or the service would be a task.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> ProvideAsync<T, TError>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: false);

    /// <inheritdoc cref="ProvideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ProvideAsync<T>(
        this Scope scope, Func<Scope, Task<Result<T>>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: false);

    /// <inheritdoc cref="ProvideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> ProvideAsync<T>(
        this Scope scope, Func<Scope, Task<T>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: false);

    /// <inheritdoc cref="ProvideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    public static ScopeAwaitable<T, Never> ProvideAsync<T>(
        this Scope scope, Func<Scope, ValueTask<T>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: false);

    /// <summary>
    /// As <c>Provide</c>, for a service that is there already, in the scope, above it, or in the provider that it falls back on;
    /// the factory may ask for it. The scopes above keep theirs, and both are released, the newest first.
    /// </summary>
    /// <inheritdoc cref="Provide{T}(Scope, Func{Scope, T}, Action{T}, string)"/>
    /// <exception cref="ScopeException">As <c>Provide</c>; and when there is nothing to replace (<c>NotConfigured</c>): then the factory does not run.</exception>
    public static T Override<T>(this Scope scope, Func<Scope, T> make, Action<T>? release = null, string name = "") =>
        Services.Now(scope, make, Services.Of(release), name, replaces: true);

    /// <inheritdoc cref="Override{T}(Scope, Func{Scope, T}, Action{T}, string)"/>
    public static T Override<T>(
        this Scope scope, Func<Scope, T> make, Func<T, CancellationToken, ValueTask> release, string name = "") =>
        Services.Now(scope, make, Services.Given(release), name, replaces: true);

    /// <summary>As <c>Override</c>, for a factory that waits: see <c>ProvideAsync</c>.</summary>
    /// <inheritdoc cref="ProvideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, TError> OverrideAsync<T, TError>(
        this Scope scope, Func<Scope, Task<Result<T, TError>>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: true);

    /// <inheritdoc cref="OverrideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> OverrideAsync<T>(
        this Scope scope, Func<Scope, Task<Result<T>>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: true);

    /// <inheritdoc cref="OverrideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<T, Never> OverrideAsync<T>(
        this Scope scope, Func<Scope, Task<T>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: true);

    /// <inheritdoc cref="OverrideAsync{T, TError}(Scope, Func{Scope, Task{Result{T, TError}}}, Func{T, CancellationToken, ValueTask}, string)"/>
    public static ScopeAwaitable<T, Never> OverrideAsync<T>(
        this Scope scope, Func<Scope, ValueTask<T>> make, Func<T, CancellationToken, ValueTask>? release = null, string name = "") =>
        Services.Later(scope, Work.Of(make), release, name, replaces: true);

    /// <summary>
    /// The service of this type and name: the scope's own, the nearest one above, or that of the provider given in
    /// <see cref="ScopeSettings.Services"/>.
    /// </summary>
    /// <exception cref="ScopeException">
    /// There is none (<c>NotConfigured</c>, which names type, name and scope); the factory that makes it asks for it
    /// (<c>WouldDeadlock</c>); the scope has ended (<c>ScopeEnded</c>); the provider threw (<c>Crashed</c>). In the work of a scope
    /// that is the work's own outcome, as it is in F#.
    /// </exception>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static T Use<T>(this Scope scope, string name = "") => Services.Find<T>(scope, name).GetValueOrThrow();

    /// <summary>As <c>Use</c>, without an exception: false when there is none, or the scope has ended.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static bool TryUse<T>(this Scope scope, [MaybeNullWhen(false)] out T service, string name = "")
    {
        Services.Check(scope, name);
        service = default;
        return ScopeServices.TryFind(scope, name, ref service!);
    }

    /// <summary>Whether <c>Use</c> would find the service. False in a scope that has ended.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static bool Has<T>(this Scope scope, string name = "")
    {
        Services.Check(scope, name);
        return ScopeServices.Has<T>(scope, name);
    }
}
