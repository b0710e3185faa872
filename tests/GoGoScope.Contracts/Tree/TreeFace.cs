namespace GoGoScope.Contracts;

/// <summary>What the stories of the live tree need of a language.</summary>
public abstract class TreeFace
{
    public abstract Scope Open(string name, TimeProvider clock);

    /// <summary>A child that waits on the clock of its scope.</summary>
    public abstract void Sleeper(Scope parent, string name, double seconds);

    /// <summary>A child with a child of its own that does.</summary>
    public abstract void Parent(Scope parent, string name, string inner, double seconds);

    public abstract string Tree(Scope top);

    public abstract string Tree(Scope top, TreeFormat format);
}
