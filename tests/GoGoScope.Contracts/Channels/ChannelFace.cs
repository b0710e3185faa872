namespace GoGoScope.Contracts;

/// <summary>The verbs around channels, of one language. The end of a channel is "ok (end)", however the language says it.</summary>
public abstract class ChannelFace(Face face)
{
    public Face Scopes => face;

    public abstract Channel<string> Channel(Scope scope, int capacity, string name = "channel");

    public abstract Channel<string> Ranked(Scope scope, int capacity, Func<string, int> rank);

    public abstract Task<Outcome> Send(Scope scope, Channel<string> channel, string item);

    public abstract Task<Outcome> Receive(Scope scope, Channel<string> channel);

    /// <summary>All items until the end, by the language's loop, with spaces between them.</summary>
    public abstract Task<Outcome> ReadAll(Scope scope, Channel<string> channel);

    /// <summary>Maps, filters, takes, merges with itself closed, and batches: all in the scope.</summary>
    public abstract Channel<string[]> Pipeline(Scope scope, Channel<string> source, Func<string, string> change, Func<string, bool> passes, int take, int batch);

    /// <summary>An item of the first, else of the second, or the text after a time; -1: no time.</summary>
    public abstract Task<Outcome> Select(Scope scope, Channel<string> first, Channel<string> second, double seconds = -1);

    public abstract Broadcast<string> Broadcast(Scope scope);

    public abstract Subscription<string> Subscribe(Scope scope, Broadcast<string> broadcast, int lag, SlowSubscriber whenSlow);

    public abstract Task<Outcome> Send(Scope scope, Broadcast<string> broadcast, string item);

    public abstract Task<Outcome> Receive(Scope scope, Subscription<string> subscription);
}
