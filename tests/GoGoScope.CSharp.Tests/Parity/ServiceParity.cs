using GoGoScope.Contracts;

namespace GoGoScope.CSharp.Tests.Parity;

/// <summary>The verbs of C# around services.</summary>
public sealed class CSharpServiceFace() : ServiceFace(new CSharpFace())
{
    private static Func<Scope, Task<Result<Tool, string>>> Of(Make make) => async scope =>
    {
        var (tool, failure) = await make(scope);
        return failure?.Error is { } error ? Result.Fail(error) : Result.Ok<Tool, string>(tool!);
    };

    private static Func<Tool, CancellationToken, ValueTask>? Of(Action<Tool>? release) => release is null
        ? null
        : (tool, _) =>
        {
            release(tool);
            return default;
        };

    private static async Task<Outcome> Said(ScopeAwaitable<Tool, string> made) =>
        (await made).Match(tool => Outcome.Ok(tool.Text), Outcome.Of);

    public override Scope Open(Setup setup, IServiceProvider services) =>
        Scope.Open(new() { Name = setup.Name, Services = services });

    public override Task<Outcome> Provide(Scope scope, Make make, Action<Tool>? release, string name) =>
        Said(scope.ProvideAsync(Of(make), Of(release), name));

    public override Task<Outcome> Replace(Scope scope, Make make, Action<Tool>? release, string name) =>
        Said(scope.OverrideAsync(Of(make), Of(release), name));

    public override async Task<Outcome> Find(Scope scope, string name)
    {
        try
        {
            return Outcome.Ok(scope.Use<Tool>(name).Text);
        }
        catch (ScopeException<Never> missing)
        {
            return Outcome.OfNever(missing.Error);
        }
    }

    public override Task<bool> Has(Scope scope, string name) => Task.FromResult(scope.Has<Tool>(name));
}

public sealed class ServiceParity() : ServiceStories(new CSharpServiceFace());
