using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>
/// The ways in: <c>Scope.RunAsync(..)</c>, <c>Scope.Open(..)</c>. Where the language is older than C# 14, write
/// <c>Scopes.RunAsync(..)</c> and <c>Scopes.Open(..)</c>.
/// </summary>
public static class Scopes
{
    extension(Scope)
    {
        /// <summary>
        /// Opens a scope that ends by <c>await using</c>: what still runs then is cancelled and waited for. Nothing that
        /// went wrong is thrown there: ask <c>JoinAsync</c> before, or what nobody was given goes to <c>OnUnobserved</c>.
        /// </summary>
        /// <param name="settings">How the scope behaves. Default: no limits.</param>
        /// <param name="token">Stops the scope when it fires (<c>TokenFired "caller"</c>).</param>
        /// <returns>The open scope. With a parent that has ended it is a scope that has ended too.</returns>
        /// <exception cref="ArgumentOutOfRangeException">A duration is negative or above about 49 days.</exception>
        public static Scope Open(ScopeSettings? settings = null, CancellationToken token = default) =>
            Root.Open(ScopeSettings.ToCore(settings), token);

        /// <summary>The scope whose code runs here, where <see cref="ScopeSettings.Ambient"/> is on; null elsewhere.</summary>
        public static Scope? Current => Ambient.Current;

        /// <summary>A token that fires with the first of several. Dispose it when done.</summary>
        /// <exception cref="ArgumentNullException">The array is null.</exception>
        public static FirstToken FirstToken(params CancellationToken[] tokens) =>
            ScopeModule.firstToken(tokens ?? throw new ArgumentNullException(nameof(tokens)));

        /// <summary>
        /// Runs the work in a root scope. Done when everything that it started has ended: children are joined, and when the work
        /// or a forked child fails, the rest is cancelled and waited for.
        /// </summary>
        /// <param name="work">Gets the scope, which is its cancellation token too.</param>
        /// <param name="settings">How the scope behaves. Default: no limits.</param>
        /// <param name="token">Stops the scope when it fires (<c>TokenFired "caller"</c>).</param>
        /// <returns>What the work came to, with everything that failed in the scope.</returns>
        /// <exception cref="ArgumentNullException">The work is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">A duration is negative or above about 49 days.</exception>
        [OverloadResolutionPriority(1)]
        public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
            Func<Scope, Task<Result<T, TError>>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        [OverloadResolutionPriority(1)]
        public static ScopeAwaitable<T, Never> RunAsync<T>(
            Func<Scope, Task<Result<T>>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        [OverloadResolutionPriority(1)]
        public static ScopeAwaitable<Done, Never> RunAsync(
            Func<Scope, Task<Result>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        [OverloadResolutionPriority(1)]
        public static ScopeAwaitable<T, Never> RunAsync<T>(
            Func<Scope, Task<T>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        [OverloadResolutionPriority(1)]
        public static ScopeAwaitable<Done, Never> RunAsync(
            Func<Scope, Task> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
            Func<Scope, ValueTask<Result<T, TError>>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        public static ScopeAwaitable<T, Never> RunAsync<T>(
            Func<Scope, ValueTask<T>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        public static ScopeAwaitable<Done, Never> RunAsync(
            Func<Scope, ValueTask> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);

        /// <inheritdoc cref="Scopes.RunAsync{T, TError}(Func{Scope, Task{Result{T, TError}}}, ScopeSettings, CancellationToken)"/>
        public static ScopeAwaitable<T, TError> RunAsync<T, TError>(
            Func<Scope, ScopeAwaitable<T, TError>> work, ScopeSettings? settings = null, CancellationToken token = default) =>
            Child.Root(settings, Work.Of(work), token);
    }
}
