using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The verbs of C# around channels.</summary>
public sealed class CSharpChannelFace() : ChannelFace(new CSharpFace())
{
    private static Outcome Said(Result<string> received) => received.Match(
        Outcome.Ok,
        error => error.Cause is Cause<Never>.Rejected { Rejection: Rejection.ChannelClosed { Channel: not "select" } }
            ? Outcome.Ok("(end)")
            : Outcome.OfNever(error));

    private static Outcome Said(Result sent) => sent.Match(() => Outcome.Ok(""), Outcome.OfNever);

    public override Channel<string> Channel(Scope scope, int capacity, string name) =>
        scope.Channel<string>(new() { Capacity = capacity, Name = name });

    public override Channel<string> Ranked(Scope scope, int capacity, Func<string, int> rank) => scope.PriorityChannel(capacity, rank);

    public override async Task<Outcome> Send(Scope scope, Channel<string> channel, string item) => Said(await channel.SendAsync(item, scope));

    public override async Task<Outcome> Receive(Scope scope, Channel<string> channel) => Said(await channel.ReceiveAsync(scope));

    public override async Task<Outcome> ReadAll(Scope scope, Channel<string> channel)
    {
        var items = new List<string>();

        await foreach (var item in channel.WithCancellation(scope))
            items.Add(item);

        return Outcome.Ok(string.Join(' ', items));
    }

    public override Channel<string[]> Pipeline(
        Scope scope, Channel<string> source, Func<string, string> change, Func<string, bool> passes, int take, int batch)
    {
        var none = scope.Channel<string>();
        none.Close();
        var taken = source.Map(scope, change).Filter(scope, passes).Take(scope, take);
        return scope.Merge(taken, none).Batch(scope, batch, TimeSpan.FromSeconds(0.5));
    }

    public override async Task<Outcome> Select(Scope scope, Channel<string> first, Channel<string> second, double seconds) => Said(
        seconds < 0
            ? await scope.SelectPrioritizedAsync(
                Alt.Receive(first, item => $"first: {item}"),
                Alt.Receive(second, async item =>
                {
                    await Task.Yield();
                    return $"second: {item}";
                }))
            : await scope.SelectAsync(
                Alt.Receive(first, item => $"first: {item}"),
                Alt.Receive(second, item => $"second: {item}"),
                Alt.After(TimeSpan.FromSeconds(seconds), () => "late")));

    public override Broadcast<string> Broadcast(Scope scope) => scope.Broadcast<string>();

    public override Subscription<string> Subscribe(Scope scope, Broadcast<string> broadcast, int lag, SlowSubscriber whenSlow) =>
        broadcast.Subscribe(scope, new() { Lag = lag, WhenSlow = whenSlow });

    public override async Task<Outcome> Send(Scope scope, Broadcast<string> broadcast, string item) => Said(await broadcast.SendAsync(item, scope));

    public override async Task<Outcome> Receive(Scope scope, Subscription<string> subscription) => Said(await subscription.ReceiveAsync(scope));
}

public sealed class ChannelParity() : ChannelStories(new CSharpChannelFace());
