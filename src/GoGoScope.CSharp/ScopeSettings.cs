using System;
using System.Collections.Generic;
using System.Threading;
using Microsoft.Extensions.Logging;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>How a scope behaves. Set what differs from the defaults, which are those of <see cref="ScopeOptions"/>.</summary>
public sealed class ScopeSettings
{
    /// <summary>What it is called in reasons, reports and the tree. Default: empty, which makes a name of its number.</summary>
    public string Name { get; init; } = ScopeOptions.Default.Name;

    /// <summary>
    /// Time for the whole scope, from its start, by <see cref="Clock"/>; past it the scope is asked to stop and ends as
    /// <see cref="Cause{E}.TimedOut"/>. From zero to about 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Default: infinite.
    /// </summary>
    public TimeSpan Timeout { get; init; } = ScopeOptions.Default.Timeout;

    /// <summary>Point in time after which it is asked to stop; the nearer one of this and <see cref="Timeout"/> counts. Default: none.</summary>
    public DateTimeOffset Deadline { get; init; } = ScopeOptions.Default.Deadline;

    /// <summary>The scope above it: that one waits for it, and its cancellation reaches it. Default: null, a root.</summary>
    public Scope? Parent { get; init; } = ScopeOptions.Default.Parent;

    /// <summary>Stops the scope when it fires (<see cref="CancelReason.TokenFired"/>). Default: none.</summary>
    public CancellationToken CancellationToken { get; init; } = ScopeOptions.Default.CancellationToken;

    /// <summary>
    /// Most tasks running at once in this scope and all below it, 1 or more; the others wait for their turn. A task with all
    /// that it starts counts as one: nested tasks need no permit of their own. The scope's body and daemons need none.
    /// Default: <see cref="int.MaxValue"/>, which is no limit.
    /// </summary>
    public int Concurrency { get; init; } = ScopeOptions.Default.Concurrency;

    /// <summary>
    /// Every task in this scope and below it goes through this circuit breaker, attempt by attempt; daemons do not. Default:
    /// null, which is the parent's, or none.
    /// </summary>
    public CircuitBreaker? CircuitBreaker { get; init; } = ScopeOptions.Default.CircuitBreaker;

    /// <summary>What happens to running children when the body has ended well. Default: they are waited for.</summary>
    public OnExit OnExit { get; init; } = ScopeOptions.Default.OnExit;

    /// <summary>What a failure does to the rest of the scope. Default: it stops them.</summary>
    public OnFailure OnFailure { get; init; } = ScopeOptions.Default.OnFailure;

    /// <summary>
    /// How long after a cancel it takes until what still runs is reported as stuck, and the time each cleanup has. From
    /// zero to about 49 days, or infinite. Default: null, which is the parent's, or 30 seconds.
    /// </summary>
    public TimeSpan? Grace { get; init; }

    /// <summary>
    /// Who is told of what happens: <c>new() { OnUnobserved = error => .. }</c>. A hook that throws changes nothing but a line
    /// in the log. Default: null, which is the parent's, or nobody.
    /// </summary>
    public HookSettings? Hooks { get; init; }

    /// <summary>Where stuck children and unobserved errors are written. Default: null, which is the parent's, or nowhere.</summary>
    public ILogger? Logger { get; init; } = ScopeOptions.Default.Logger;

    /// <summary>The only clock the scope reads. Default: null, which is the parent's, or the system clock.</summary>
    public TimeProvider? Clock { get; init; } = ScopeOptions.Default.Clock;

    /// <summary>Where wake-ups and new work go. Default: null, which is the parent's, or the thread pool.</summary>
    public Dispatcher? Dispatcher { get; init; } = ScopeOptions.Default.Dispatcher;

    /// <summary>Whether <c>Scope.Current</c> is set inside. Default: null, which is the parent's, or off.</summary>
    public bool? Ambient { get; init; }

    /// <summary>
    /// Who is asked for a service that neither the scope nor one above it provides. What it gives stays its own. A named
    /// service is asked of it as a keyed one. Default: null, which is the parent's, or nobody.
    /// </summary>
    public IServiceProvider? Services { get; init; } = ScopeOptions.Default.Services;

    internal static ScopeOptions ToCore(ScopeSettings? settings) => settings?.ToCore() ?? ScopeOptions.Default;

    private ScopeOptions ToCore() => new(
        Name, Timeout, Deadline, Parent, CancellationToken, Concurrency, CircuitBreaker, OnExit, OnFailure, Given(Grace), Hooks?.ToCore(), Logger, Clock, Dispatcher, Given(Ambient), Services);

    private static FSharpValueOption<T> Given<T>(T? value)
        where T : struct => value is { } given ? FSharpValueOption<T>.NewValueSome(given) : default;
}

/// <summary>How one child behaves. Set what differs from the defaults, which are those of <see cref="TaskOptions"/>.</summary>
public sealed class TaskSettings
{
    /// <summary>What it is called in reasons, reports and the tree. Default: empty, which makes a name of its kind and place.</summary>
    public string Name { get; init; } = TaskOptions.Default.Name;

    /// <summary>
    /// Time for the whole child, from its start; past it the child is asked to stop and ends as
    /// <see cref="Cause{E}.TimedOut"/>. From zero to about 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Default: infinite.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TaskOptions.Default.Timeout;

    /// <summary>
    /// Time for each attempt, from the moment it has its permit; past it the attempt is asked to stop, waited for, and ends as
    /// <see cref="Cause{E}.TimedOut"/>. From zero to about 49 days, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>. Default: infinite.
    /// </summary>
    public TimeSpan AttemptTimeout { get; init; } = TaskOptions.Default.AttemptTimeout;

    /// <summary>
    /// When the work is repeated: <c>new() { MaxRetries = 2 }</c>. Each attempt takes its permit anew and passes the scope's
    /// circuit breaker; none is held during the wait for the next one. What the settings see of typed errors is boxed.
    /// Default: null, never.
    /// </summary>
    public RetrySettings<object>? Retry { get; init; }

    /// <summary>Where its body starts. Default: at once, on the caller's thread.</summary>
    public StartMode Start { get; init; } = TaskOptions.Default.Start;

    /// <summary>What observers are told of it: attributes of its span, values for the hooks. Default: none.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Tags { get; init; } = TaskOptions.Default.Tags;

    /// <summary>
    /// Its place among those that wait for a permit of a scope with <see cref="ScopeSettings.Concurrency"/>: the higher number
    /// goes first, equals in the order of their start. Default: 0.
    /// </summary>
    public int Priority { get; init; } = TaskOptions.Default.Priority;

    /// <summary>
    /// While a child runs under this key, starting another under it gives the handle of the first; both must have the same
    /// types, or an <see cref="ArgumentException"/> is thrown. Keys belong to the scope in which the child is started.
    /// Default: empty, which shares nothing.
    /// </summary>
    public string Dedupe { get; init; } = TaskOptions.Default.Dedupe;

    internal TaskOptions ToCore() => new(
        Name, Timeout, AttemptTimeout, Retry is null ? null : RetrySettings<object>.ToCore(Retry), Start, Tags, Priority, Dedupe);
}
