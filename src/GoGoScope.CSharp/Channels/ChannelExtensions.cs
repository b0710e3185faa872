using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.FSharp.Core;

namespace GoGoScope.CSharp;

/// <summary>Making channels in a scope, sending and receiving. A channel is also an <c>IAsyncEnumerable</c>.</summary>
public static class ChannelExtensions
{
    /// <summary>A channel that closes at the end of the scope, after the children have ended.</summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="capacity">
    /// Most items that it holds, 0 or more; 0 hands each item from sender to receiver. A sender that finds no place waits.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 0.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> Channel<T>(this Scope scope, int capacity = 0) =>
        scope.Channel(new ChannelSettings<T> { Capacity = capacity });

    /// <summary>A channel with settings, which closes at the end of the scope, after the children have ended.</summary>
    /// <exception cref="ArgumentException">A setting is out of its bounds.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    [OverloadResolutionPriority(1)]
    public static Channel<T> Channel<T>(this Scope scope, ChannelSettings<T> settings)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(settings);
        var options = settings.ToCore();
        ChannelOptions.Check(options);
        return Made(scope, ChannelKernel.Create<T, Never>(scope, options));
    }

    /// <summary>A channel without a limit: only for senders that must not wait, and receivers that keep up.</summary>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> UnboundedChannel<T>(this Scope scope) =>
        scope.Channel(new ChannelSettings<T> { Capacity = ChannelOptions.Unbounded });

    /// <summary>
    /// A channel that gives the item with the lowest rank first, equals in the order in which they were sent. Of senders that
    /// wait for a place the best is next.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is below 0.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Channel<T> PriorityChannel<T>(this Scope scope, int capacity, Func<T, int> rank)
    {
        ArgumentNullException.ThrowIfNull(rank);
        return scope.Channel(new ChannelSettings<T> { Capacity = capacity, Rank = rank });
    }

    /// <summary>
    /// Sends the item, waiting until a receiver or a place takes it. The wait ends with the token, with the current scope
    /// where <c>Ambient</c> is on, and with the channel's own scope.
    /// </summary>
    /// <param name="channel">Where to.</param>
    /// <param name="item">The item; null is one like others.</param>
    /// <param name="cancellationToken">Ends the wait, and the item was not sent (<c>TokenFired "caller"</c>).</param>
    /// <returns>A good end when it was sent; <c>Rejected (ChannelClosed)</c> when the channel is closed, then or meanwhile.</returns>
    public static ScopeAwaitable<Done, Never> SendAsync<T>(
        this Channel<T> channel, T item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new(ItemDoor.Send<T, Done, Never>(channel.Core, item, Here(channel.Core.Owner), cancellationToken));
    }

    /// <inheritdoc cref="SendAsync{T}(Channel{T}, T, CancellationToken)"/>
    /// <param name="channel">Where to.</param>
    /// <param name="item">The item; null is one like others.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Done, Never> SendAsync<T>(this Channel<T> channel, T item, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(scope);
        return new(ItemDoor.Send<T, Done, Never>(channel.Core, item, scope, default));
    }

    /// <summary>
    /// Receives the next item, waiting until there is one. The wait ends with the token, with the current scope where
    /// <c>Ambient</c> is on, and with the channel's own scope.
    /// </summary>
    /// <param name="channel">Where from.</param>
    /// <param name="cancellationToken">Ends the wait, and nothing was taken (<c>TokenFired "caller"</c>).</param>
    /// <returns>
    /// The item; <c>Rejected (ChannelClosed)</c> when the channel is closed and drained; <c>Crashed</c> when it was failed and
    /// is drained.
    /// </returns>
    public static ScopeAwaitable<T, Never> ReceiveAsync<T>(this Channel<T> channel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return new(ItemDoor.Receive<T, Never>(channel.Core, Here(channel.Core.Owner), cancellationToken));
    }

    /// <inheritdoc cref="ReceiveAsync{T}(Channel{T}, CancellationToken)"/>
    /// <param name="channel">Where from.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<T, Never> ReceiveAsync<T>(this Channel<T> channel, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(scope);
        return new(ItemDoor.Receive<T, Never>(channel.Core, scope, default));
    }

    /// <summary>Waits for one item and takes all that are there now, in their order.</summary>
    /// <param name="channel">Where from.</param>
    /// <param name="max">The most items to take, 1 or more.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, and nothing was taken.</param>
    /// <returns>The items; none when the channel is closed and drained.</returns>
    public static ScopeAwaitable<T[], Never> ReceiveManyAsync<T>(this Channel<T> channel, int max, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(scope);
        Checks.atLeastOne(nameof(max), max);
        return new(ChannelKernel.ReceiveMany<T, Never>(scope, channel.Core, max));
    }

    /// <summary>Where a wait without a scope of its own is parked.</summary>
    internal static WorkContext Here(WorkContext owner) => Scope.Current ?? owner;

    internal static T Made<T>(Scope scope, ValueTask<FSharpResult<T, ScopeError<Never>>> made) =>
        made.Result is { IsOk: true, ResultValue: var value }
            ? value
            : throw new ObjectDisposedException(scope.Name, "The scope has ended: nothing can be made in it.");
}
