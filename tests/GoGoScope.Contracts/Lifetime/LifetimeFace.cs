namespace GoGoScope.Contracts;

/// <summary>Work that says when it is ready, as a story writes it. The answer of <c>ready</c> is whether anybody heard.</summary>
public delegate Task<Outcome> Starting(Scope scope, Func<string, bool> ready);

/// <summary>The verbs around the lives of children, of one language.</summary>
public abstract class LifetimeFace(Face face)
{
    public Face Scopes => face;

    public abstract Handle Daemon(Scope scope, Work work, ChildSetup? setup = null);

    public abstract Task<Outcome> Start(Scope scope, Starting work, ChildSetup? setup = null);

    public abstract Task<Outcome> StartDaemon(Scope scope, Starting work);

    public abstract Task<Outcome> Abandonable(Scope scope, Func<CancellationToken, Task<string>> work, Action? onAbandon = null);

    /// <summary>A child that is shared under a key, with a tag.</summary>
    public abstract Handle Shared(Scope scope, string key, Work work);

    /// <summary>Opens a scope whose hooks write down what they hear; with <c>throws</c> they throw afterwards.</summary>
    public abstract Scope Hear(Setup setup, List<string> heard, bool throws);
}
