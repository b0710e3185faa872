using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using GoGoScope.CompilerServices;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>
/// The cases of a select: what may come true, and what follows. A case does nothing until a select runs with it, and may stand in
/// any number of them. What follows runs after the commit, when all other cases are out of the game.
/// </summary>
public static class Alt
{
    /// <summary>
    /// An item of the channel. A channel that is closed and drained is out of the game, unless <paramref name="closed"/> says what
    /// follows then; one that was failed gives <see cref="Cause{E}.Crashed"/>.
    /// </summary>
    public static Alt<TOut, Never> Receive<T, TOut>(Channel<T> channel, Func<T, TOut> then, Func<TOut>? closed = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(then);
        return closed is null
            ? AltModule.map(FuncConvert.FromFunc(then), AltModule.receive<T, Never>(channel))
            : AltModule.map(
                FuncConvert.FromFunc((FSharpValueOption<T> item) => item.IsSome ? then(item.Value) : closed()),
                AltModule.receiveOrClosed<T, Never>(channel));
    }

    /// <inheritdoc cref="Receive{T, TOut}(Channel{T}, Func{T, TOut}, Func{TOut})"/>
    [OverloadResolutionPriority(1)]
    public static Alt<TOut, Never> Receive<T, TOut>(Channel<T> channel, Func<T, Task<TOut>> then)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return Wrap(AltModule.receive<T, Never>(channel), then);
    }

    /// <summary>A message of the subscription. At its end it is out of the game.</summary>
    public static Alt<TOut, Never> Receive<T, TOut>(Subscription<T> subscription, Func<T, TOut> then)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.map(FuncConvert.FromFunc(then), SubscriptionModule.alt<T, Never>(subscription));
    }

    /// <inheritdoc cref="Receive{T, TOut}(Subscription{T}, Func{T, TOut})"/>
    [OverloadResolutionPriority(1)]
    public static Alt<TOut, Never> Receive<T, TOut>(Subscription<T> subscription, Func<T, Task<TOut>> then)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return Wrap(SubscriptionModule.alt<T, Never>(subscription), then);
    }

    /// <summary>
    /// The item was sent: a receiver or a place took it. A closed channel is out of the game, unless <paramref name="closed"/> says
    /// what follows then.
    /// </summary>
    public static Alt<TOut, Never> Send<T, TOut>(Channel<T> channel, T item, Func<TOut> then, Func<TOut>? closed = null)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(then);
        return closed is null
            ? Then(AltModule.send<T, Never>(item, channel), then)
            : AltModule.map(FuncConvert.FromFunc((bool sent) => sent ? then() : closed()), AltModule.sendOrClosed<T, Never>(item, channel));
    }

    /// <summary>The end of a child. Its error is the select's; it is observed only if this case is the one.</summary>
    public static Alt<TOut, Never> Task<T, TOut>(ScopeTask<T, Never> child, Func<T, TOut> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.map(FuncConvert.FromFunc(then), AltModule.task(child));
    }

    /// <summary>This time has passed, by the scope's clock, since the select began to wait. From zero to about 49 days.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The duration is out of its bounds.</exception>
    public static Alt<TOut, Never> After<TOut>(TimeSpan duration, Func<TOut> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return Then(AltModule.after<Never>(duration), then);
    }

    /// <summary>The scope was asked to stop while the select waits.</summary>
    public static Alt<TOut, Never> Cancelled<TOut>(Func<CancelReason, TOut> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.map(FuncConvert.FromFunc(then), AltModule.cancelled<Never>());
    }

    /// <summary>Taken when nothing else is ready: the select does not wait. Of several the first one counts.</summary>
    public static Alt<TOut, Never> Otherwise<TOut>(Func<TOut> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.map(FuncConvert.FromFunc((Done _) => then()), AltModule.otherwise<Done, Never>(default));
    }

    /// <summary>Always ready.</summary>
    public static Alt<TOut, Never> Always<TOut>(TOut value) => AltModule.always<TOut, Never>(value);

    /// <summary>Never ready.</summary>
    public static Alt<TOut, Never> Never<TOut>() => AltModule.never<TOut, Never>();

    /// <summary>Several cases as one.</summary>
    public static Alt<TOut, TError> Choose<TOut, TError>(params IEnumerable<Alt<TOut, TError>> cases)
    {
        ArgumentNullException.ThrowIfNull(cases);
        return AltModule.choose(cases);
    }

    /// <summary>A case that is made anew whenever a select begins.</summary>
    public static Alt<TOut, TError> Guard<TOut, TError>(Func<Alt<TOut, TError>> make)
    {
        ArgumentNullException.ThrowIfNull(make);
        return AltModule.guard(FuncConvert.FromFunc(make));
    }

    /// <summary>The case, if the condition holds when a select begins; otherwise it is out of the game.</summary>
    public static Alt<TOut, TError> OnlyIf<TOut, TError>(this Alt<TOut, TError> alt, Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(alt);
        ArgumentNullException.ThrowIfNull(condition);
        return AltModule.onlyIf(FuncConvert.FromFunc(condition), alt);
    }

    private static Alt<TOut, Never> Then<TOut>(Alt<Unit, Never> alt, Func<TOut> then) =>
        AltModule.map(FuncConvert.FromFunc((Unit _) => then()), alt);

    private static Alt<TOut, Never> Wrap<T, TOut>(Alt<T, Never> alt, Func<T, Task<TOut>> then)
    {
        ArgumentNullException.ThrowIfNull(then);
        return AltModule.wrap(
            FuncConvert.FromFunc((T item) => FuncConvert.FromFunc((Scope scope) => Lift.Task<TOut, Never>(scope, then(item), false))),
            alt);
    }
}

/// <summary>Waiting for one of several things.</summary>
public static class SelectExtensions
{
    /// <summary>
    /// Waits until one of the cases is ready and commits exactly that one; the others have no effect. Among several that are ready
    /// each has the same chance. The scope's cancellation ends the wait, and no case was committed.
    /// </summary>
    /// <returns>
    /// What followed the case; <c>NothingToDo</c> without cases; <c>ChannelClosed</c> when a channel of it is closed and no other
    /// case can come true.
    /// </returns>
    public static ScopeAwaitable<T, TError> SelectAsync<T, TError>(this Scope scope, params IEnumerable<Alt<T, TError>> cases) =>
        Run(scope, cases, false);

    /// <summary>As <c>SelectAsync</c>; among several that are ready the first is taken.</summary>
    public static ScopeAwaitable<T, TError> SelectPrioritizedAsync<T, TError>(
        this Scope scope, params IEnumerable<Alt<T, TError>> cases) => Run(scope, cases, true);

    /// <summary>As <c>SelectAsync</c>, for at most <paramref name="limit"/>: then <c>TimedOut</c>, and no case was committed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not from zero to about 49 days.</exception>
    public static ScopeAwaitable<T, TError> SelectWithinAsync<T, TError>(
        this Scope scope, TimeSpan limit, params IEnumerable<Alt<T, TError>> cases)
    {
        Checks.duration(nameof(limit), limit);
        ArgumentNullException.ThrowIfNull(cases);
        return Run(scope, cases.Append(SelectKernel.Limit<T, TError>(limit)), false);
    }

    private static ScopeAwaitable<T, TError> Run<T, TError>(Scope scope, IEnumerable<Alt<T, TError>> cases, bool isPrioritized)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(cases);
        return new(SelectKernel.Select(cases, isPrioritized).Invoke(scope));
    }
}
