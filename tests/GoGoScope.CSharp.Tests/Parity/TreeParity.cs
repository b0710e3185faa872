using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

public sealed class CSharpTreeFace : TreeFace
{
    public override Scope Open(string name, TimeProvider clock) => Scopes.Open(new() { Name = name, Clock = clock });

    public override void Sleeper(Scope parent, string name, double seconds) =>
        parent.Fork(async child => await child.DelayAsync(TimeSpan.FromSeconds(seconds)), new() { Name = name });

    public override void Parent(Scope parent, string name, string inner, double seconds) =>
        parent.Fork(
            child =>
            {
                Sleeper(child, inner, seconds);
                return Task.CompletedTask;
            },
            new() { Name = name });

    public override string Tree(Scope top) => top.DebugTree();

    public override string Tree(Scope top, TreeFormat format) => top.DebugTree(format);
}

public sealed class TreeParity() : TreeStories(new CSharpTreeFace());
