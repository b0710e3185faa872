using System;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;

namespace GoGoScope.CSharp;

/// <summary>Starting children that say when they are ready.</summary>
public static class StartExtensions
{
    /// <summary>
    /// Starts a child and waits until it says that it is ready: a server that listens, a consumer that has subscribed. What
    /// it fails with before is this wait's error and does not touch the scope; afterwards it is a child like any other of
    /// <c>Fork</c>. A child that ends without a word is a crash. A cancel of the scope ends the wait, and the child.
    /// </summary>
    /// <typeparam name="TReady">What the child says when it is ready.</typeparam>
    /// <typeparam name="T">What the child gives at its end.</typeparam>
    /// <typeparam name="TError">The work's own errors.</typeparam>
    /// <param name="scope">The scope that owns the child and ends only after it.</param>
    /// <param name="work">
    /// Gets the child's own scope, which is its cancellation token too, and what to call when it is ready. Write the types of
    /// its parameters, <c>(Scope c, Ready&lt;int&gt; ready) => ..</c>, and the compiler finds the rest.
    /// </param>
    /// <param name="settings">Name, time limit and start. Default: none, inline.</param>
    /// <param name="file">The place of the call, for reports; given by the compiler.</param>
    /// <param name="line">The place of the call, for reports; given by the compiler.</param>
    /// <returns>What the child gave to <see cref="Ready{R}.Signal"/>, or why it never did.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentException">The settings set <c>Dedupe</c>, <c>Retry</c> or <c>AttemptTimeout</c>.</exception>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<TReady, TError> StartAsync<TReady, T, TError>(
        this Scope scope,
        Func<Scope, Ready<TReady>, Task<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        var wait = Child.Starting<TReady, T, TError>(scope);
        return Child.Start(wait, ChildKind.Fork, settings, Work.Of(child => work(child, wait.ReadyIn(child))), file, line);
    }

    /// <inheritdoc cref="StartAsync{TReady, T, TError}(Scope, Func{Scope, Ready{TReady}, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeAwaitable<TReady, Never> StartAsync<TReady>(
        this Scope scope,
        Func<Scope, Ready<TReady>, Task> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        var wait = Child.Starting<TReady, Done, Never>(scope);
        return Child.Start(wait, ChildKind.Fork, settings, Work.Of(child => work(child, wait.ReadyIn(child))), file, line);
    }

    /// <summary>
    /// As <c>StartAsync</c>, for a daemon: it is stopped when nothing else is left in the scope.
    /// </summary>
    /// <inheritdoc cref="StartAsync{TReady, T, TError}(Scope, Func{Scope, Ready{TReady}, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    [OverloadResolutionPriority(1)]
    public static ScopeAwaitable<TReady, TError> StartDaemonAsync<TReady, T, TError>(
        this Scope scope,
        Func<Scope, Ready<TReady>, Task<Result<T, TError>>> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        var wait = Child.Starting<TReady, T, TError>(scope);
        return Child.Start(wait, ChildKind.Daemon, settings, Work.Of(child => work(child, wait.ReadyIn(child))), file, line);
    }

    /// <inheritdoc cref="StartDaemonAsync{TReady, T, TError}(Scope, Func{Scope, Ready{TReady}, Task{Result{T, TError}}}, TaskSettings, string, int)"/>
    public static ScopeAwaitable<TReady, Never> StartDaemonAsync<TReady>(
        this Scope scope,
        Func<Scope, Ready<TReady>, Task> work,
        TaskSettings? settings = null,
        [CallerFilePath] string file = "",
        [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(work);
        var wait = Child.Starting<TReady, Done, Never>(scope);
        return Child.Start(wait, ChildKind.Daemon, settings, Work.Of(child => work(child, wait.ReadyIn(child))), file, line);
    }
}
