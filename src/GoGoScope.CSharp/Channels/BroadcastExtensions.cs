using System;
using System.Threading;

namespace GoGoScope.CSharp;

/// <summary>One message to many.</summary>
public static class BroadcastExtensions
{
    /// <summary>A broadcast that closes at the end of the scope, after the children have ended.</summary>
    /// <param name="scope">The scope that it belongs to.</param>
    /// <param name="name">What it is called in errors.</param>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Broadcast<T> Broadcast<T>(this Scope scope, string name = "broadcast")
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(name);
        return ChannelExtensions.Made(scope, BroadcastKernel.Create<T, Never>(scope, name));
    }

    /// <summary>
    /// Subscribes from now on, until the scope ends; no earlier messages. Of a broadcast that is closed the subscription ends
    /// at once.
    /// </summary>
    /// <exception cref="ArgumentException">A setting is out of its bounds.</exception>
    /// <exception cref="ObjectDisposedException">The scope has closed.</exception>
    public static Subscription<T> Subscribe<T>(
        this Broadcast<T> broadcast, Scope scope, SubscribeSettings<T>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(broadcast);
        ArgumentNullException.ThrowIfNull(scope);
        var options = SubscribeSettings<T>.ToCore(settings);
        SubscribeOptions.Check(options);
        var made = BroadcastKernel.Subscribe<T, Never>(scope, options, broadcast.Core);
        return made.Result.IsError && broadcast.IsClosed
            ? broadcast.Subscribe(options)
            : ChannelExtensions.Made(scope, made);
    }

    /// <summary>
    /// Sends the message to all subscribers, waiting for those that are too slow and say that they are waited for. The wait
    /// ends with the token, with the current scope where <c>Ambient</c> is on, and with the broadcast's own scope.
    /// </summary>
    /// <param name="broadcast">Where to.</param>
    /// <param name="item">The message.</param>
    /// <param name="cancellationToken">Ends the wait, and nobody got the message.</param>
    /// <returns>A good end when it was sent; <c>Rejected (ChannelClosed)</c> when the broadcast is closed, then or meanwhile.</returns>
    public static ScopeAwaitable<Done, Never> SendAsync<T>(
        this Broadcast<T> broadcast, T item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(broadcast);
        var core = broadcast.Core;
        return new(ItemDoor.Send<Message<T>, Done, Never>(
            core, core.Address(item), ChannelExtensions.Here(core.Owner), cancellationToken));
    }

    /// <inheritdoc cref="SendAsync{T}(Broadcast{T}, T, CancellationToken)"/>
    /// <param name="broadcast">Where to.</param>
    /// <param name="item">The message.</param>
    /// <param name="scope">The scope that waits: its cancellation ends the wait, with its own reason.</param>
    public static ScopeAwaitable<Done, Never> SendAsync<T>(this Broadcast<T> broadcast, T item, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(broadcast);
        ArgumentNullException.ThrowIfNull(scope);
        return new(ItemDoor.Send<Message<T>, Done, Never>(broadcast.Core, broadcast.Core.Address(item), scope, default));
    }

    /// <summary>
    /// Receives the next message, waiting until there is one. The wait ends with the token, with the current scope where
    /// <c>Ambient</c> is on, and with the scope that subscribed.
    /// </summary>
    /// <returns>
    /// The message; <c>Rejected (ChannelClosed)</c> at the end; <c>Rejected (QueueFull)</c> after the last message of a subscriber
    /// that was cut off.
    /// </returns>
    public static ScopeAwaitable<T, Never> ReceiveAsync<T>(
        this Subscription<T> subscription, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        return new(ItemDoor.Receive<T, Never>(
            subscription.Core, ChannelExtensions.Here(subscription.Core.Owner), cancellationToken));
    }

    /// <inheritdoc cref="ReceiveAsync{T}(Subscription{T}, CancellationToken)"/>
    public static ScopeAwaitable<T, Never> ReceiveAsync<T>(this Subscription<T> subscription, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(scope);
        return new(ItemDoor.Receive<T, Never>(subscription.Core, scope, default));
    }

    /// <summary>Waits for one message and takes all that are there now, up to <paramref name="max"/>; none at the end.</summary>
    public static ScopeAwaitable<T[], Never> ReceiveManyAsync<T>(this Subscription<T> subscription, int max, Scope scope)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        ArgumentNullException.ThrowIfNull(scope);
        Checks.atLeastOne(nameof(max), max);
        return new(ChannelKernel.ReceiveMany<T, Never>(scope, subscription.Core, max));
    }
}
