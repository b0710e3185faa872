namespace GoGoScope.Contracts;

/// <summary>What a story provides: a service with a text.</summary>
public sealed record Tool(string Text);

/// <summary>A factory as a story writes it: it waits, and may fail.</summary>
public delegate Task<(Tool? Tool, Outcome? Failure)> Make(Scope scope);

/// <summary>The verbs around services, of one language. What a verb cannot do ends the story's work, as it does in both languages.</summary>
public abstract class ServiceFace(Face face)
{
    public Face Scopes => face;

    /// <summary>The setup, with a provider to fall back on.</summary>
    public abstract Scope Open(Setup setup, IServiceProvider services);

    public abstract Task<Outcome> Provide(Scope scope, Make make, Action<Tool>? release = null, string name = "");

    public abstract Task<Outcome> Replace(Scope scope, Make make, Action<Tool>? release = null, string name = "");

    /// <summary>The service's text.</summary>
    public abstract Task<Outcome> Find(Scope scope, string name = "");

    public abstract Task<bool> Has(Scope scope, string name = "");
}
