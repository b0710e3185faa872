using System;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>How often a poll asks. The defaults are those of F#'s <c>Poll.defaults</c>.</summary>
public sealed class PollSettings
{
    private static readonly PollModule.Options<Never> Defaults = PollModule.defaults<Never>();

    /// <summary>From the end of one run to the start of the next. From zero to about 49 days. Default: 5 s.</summary>
    public TimeSpan Interval { get; init; } = Defaults.Interval;

    /// <summary>Whether the first run begins at the start; otherwise it begins an interval later. Default: true.</summary>
    public bool Immediate { get; init; } = Defaults.Immediate;

    /// <summary>
    /// Called with what a run failed with; the poll goes on. Not called for a run that was stopped. What it throws goes to
    /// <c>OnUnobserved</c>. Default: null, which is that hook.
    /// </summary>
    public Action<ScopeError<Never>>? OnError { get; init; } = Defaults.OnError;

    /// <summary>What it is called in the tree. Default: "poll".</summary>
    public string Name { get; init; } = Defaults.Name;

    internal static PollModule.Options<Never> ToCore(PollSettings? settings) => settings?.ToCore() ?? Defaults;

    private PollModule.Options<Never> ToCore() => new(Interval, Immediate, OnError, Name);
}

/// <summary>Asking again and again.</summary>
public static class PollExtensions
{
    /// <summary>
    /// Runs the work, and again a time after each run has ended, until the scope ends or the poll is stopped. Its runs are those
    /// of a daemon: when everything else in the scope has ended, it is stopped.
    /// </summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <param name="settings">Default: every 5 seconds, at once.</param>
    /// <param name="start">False: not before its <c>Start</c> is called.</param>
    /// <returns>The poll, to be stopped, started again, and asked for its status.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The interval is negative or above about 49 days.</exception>
    public static Poll Poll(this Scope scope, Func<Scope, Task> work, PollSettings? settings = null, bool start = true)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var poll = Child.Made(scope, PollModule.make<Never, Never>(PollSettings.ToCore(settings), Operand.Unit(work)));

        if (start)
            poll.Start();

        return poll;
    }

    /// <summary>
    /// Runs the work at every point of time that is a multiple of <paramref name="interval"/> from now, for ever: it ends only with
    /// the work's first failure or a cancel, so it is mostly a daemon. Points do not drift, and runs do not overlap: a point that
    /// comes due while a run goes on is left out.
    /// </summary>
    /// <param name="scope">The scope below which it runs; its cancellation reaches it.</param>
    /// <param name="interval">Above zero, at most about 49 days, by the scope's clock.</param>
    /// <param name="work">Gets its own scope, which is its cancellation token too.</param>
    /// <returns>The work's first failure, or the cancellation. It does not fail the scope.</returns>
    /// <exception cref="ArgumentNullException">The scope or the work is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The interval is out of range.</exception>
    public static ScopeAwaitable<Done, Never> EveryAsync(this Scope scope, TimeSpan interval, Func<Scope, Task> work)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return Child.Changed(scope, EveryModule.run(interval, Operand.Unit(work)).Invoke(scope), Child.ToDone);
    }
}
