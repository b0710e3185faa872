using System;

namespace GoGoScope.CSharp;

/// <summary>How a channel behaves. Set what differs from the defaults, which are those of <see cref="ChannelOptions{T}"/>.</summary>
/// <typeparam name="T">The items.</typeparam>
public sealed class ChannelSettings<T>
{
    private static readonly ChannelOptions<T> Standard = ChannelOptions.Default<T>();

    /// <summary>What it is called in errors. Default: "channel".</summary>
    public string Name { get; init; } = Standard.Name;

    /// <summary>
    /// Most items that it holds; 0 hands each item from sender to receiver; <see cref="ChannelOptions.Unbounded"/> for no
    /// limit. Default: 0.
    /// </summary>
    public int Capacity { get; init; } = Standard.Capacity;

    /// <summary>What happens to an item for which there is no place. Default: its sender waits.</summary>
    public FullMode WhenFull { get; init; } = Standard.WhenFull;

    /// <summary>
    /// Called with every item that is dropped, on the thread of the sender that caused it. What it throws goes to the hook
    /// <c>OnUnobserved</c>. Default: nothing.
    /// </summary>
    public Action<T> OnDropped { get; init; } = Standard.OnDropped;

    /// <summary>
    /// A number that says which items are received first: the lowest, and equals in the order in which they were sent.
    /// Default: null, all are equal.
    /// </summary>
    public Func<T, int>? Rank { get; init; } = Standard.Rank;

    internal ChannelOptions<T> ToCore() => new(Name, Capacity, WhenFull, OnDropped, Rank);
}

/// <summary>How one subscriber reads a broadcast. The defaults are those of <see cref="SubscribeOptions{T}"/>.</summary>
/// <typeparam name="T">The messages.</typeparam>
public sealed class SubscribeSettings<T>
{
    private static readonly SubscribeOptions<T> Standard = SubscribeOptions.Default<T>();

    /// <summary>Most messages that it may have unread, 1 or more. Default: 64.</summary>
    public int Lag { get; init; } = Standard.Lag;

    /// <summary>What happens past that. Default: the sender waits.</summary>
    public SlowSubscriber WhenSlow { get; init; } = Standard.WhenSlow;

    /// <summary>
    /// Which messages it wants. Asked once per message, on the thread of the sender; if it throws, the subscriber gets
    /// <see cref="Cause{E}.Crashed"/> after what it has. Default: null, all.
    /// </summary>
    public Func<T, bool>? Filter { get; init; } = Standard.Filter;

    /// <summary>Called with every message that it loses. Default: nothing.</summary>
    public Action<T> OnDropped { get; init; } = Standard.OnDropped;

    internal static SubscribeOptions<T> ToCore(SubscribeSettings<T>? settings) =>
        settings is null ? Standard : new(settings.Lag, settings.WhenSlow, settings.Filter, settings.OnDropped);
}
