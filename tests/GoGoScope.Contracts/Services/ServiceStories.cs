namespace GoGoScope.Contracts;

/// <summary>Services, through the face of one language.</summary>
public abstract class ServiceStories(ServiceFace services) : Stories(services.Scopes)
{
    private static Make Tool(string text) => _ => Task.FromResult<(Tool?, Outcome?)>((new(text), null));

    private Action<Tool> Release => tool => Log.Add($"released {tool.Text}");

    private static async Task<string> Or(Task<Outcome> asked) => (await asked).ToString();

    [Fact]
    public void A_service_is_found_below_and_released_with_its_scope()
    {
        Assert.Equal("ok saw a", Run(async scope =>
        {
            await services.Provide(scope, Tool("a"), Release);
            var child = Face.Fork(scope, async below =>
            {
                await Sleep(below, 1);
                Log.Add("used");
                return Outcome.Ok($"saw {(await services.Find(below)).Value}");
            });
            return await child.Outcome;
        }));
        Assert.Equal(["used", "released a"], Log);
    }

    [Fact]
    public void Releases_and_cleanups_run_newest_first() =>
        Assert.Equal("ok ", RunAndTell(async scope =>
        {
            await services.Provide(scope, Tool("a"), Release);
            await Face.OnDispose(scope, () => Log.Add("cleanup"));
            await services.Provide(scope, Tool("b"), Release, "named");
            await services.Replace(scope, Tool("c"), Release);
            return Outcome.Ok("");
        }, ["released c", "released b", "cleanup", "released a"]));

    [Fact]
    public void A_missing_service_ends_the_work_that_asked_for_it()
    {
        var said = Run(async scope => await services.Find(scope, "main"));
        Assert.StartsWith("rejected: not configured: the service GoGoScope.Contracts.Tool 'main'", said);
        Assert.Contains("'root'", said);
    }

    [Fact]
    public void What_is_missing_cannot_be_replaced()
    {
        var said = Run(async scope => await services.Replace(scope, async _ =>
        {
            Log.Add("made");
            return (new Tool("a"), await Task.FromResult<Outcome?>(null));
        }));
        Assert.StartsWith("rejected: not configured: the service GoGoScope.Contracts.Tool: there is nothing to replace", said);
        Assert.Empty(Log);
    }

    [Fact]
    public void A_replacement_below_leaves_the_scope_above_alone() =>
        Assert.Equal("ok ok a ok b", Run(async scope =>
        {
            await services.Provide(scope, Tool("a"));
            var child = Face.Fork(scope, async below =>
            {
                await services.Replace(below, Tool("b"));
                return Outcome.Ok(await Or(services.Find(below)));
            });
            var inner = await child.Outcome;
            return Outcome.Ok($"{await Or(services.Find(scope))} {inner.Value}");
        }));

    [Fact]
    public void A_running_child_sees_what_is_provided_later() =>
        Assert.Equal("ok False True", Run(async scope =>
        {
            var child = Face.Fork(scope, async below =>
            {
                var before = await services.Has(below);
                await Sleep(below, 2);
                return Outcome.Ok($"{before} {await services.Has(below)}");
            });
            await Sleep(scope, 1);
            await services.Provide(scope, Tool("late"));
            return await child.Outcome;
        }));

    [Fact]
    public void A_factory_that_throws_or_fails_registers_nothing()
    {
        Assert.Equal("ok crashed broken, failed no, False", Run(async scope =>
        {
            var crashed = await services.Provide(scope, async below =>
            {
                await Sleep(below, 1);
                throw new InvalidOperationException("broken");
            }, Release);
            var failed = await services.Provide(scope, async below =>
            {
                await Sleep(below, 1);
                return (null, Outcome.Fail("no"));
            }, Release);
            return Outcome.Ok($"{crashed}, {failed}, {await services.Has(scope)}");
        }));
        Assert.Empty(Log);
    }

    [Fact]
    public void A_factory_that_asks_for_itself_is_told_so()
    {
        var said = Run(scope => services.Provide(scope, async owner =>
        {
            await Sleep(owner, 1);
            var asked = await services.Find(owner);
            return asked.Error is null ? (new(asked.Value!), null) : (null, asked);
        }));
        Assert.StartsWith("rejected: this would deadlock", said);
        Assert.Contains("Tool -> GoGoScope.Contracts.Tool", said);
    }

    [Fact]
    public void A_cancelled_factory_shows_nothing_and_releases_what_it_made()
    {
        Assert.Equal("cancelled: enough", Run(async scope =>
        {
            await Face.OnDispose(scope, async _ => Log.Add($"{await services.Has(scope)}"));
            var canceller = Face.Fork(scope, async below =>
            {
                await Sleep(below, 1);
                scope.Cancel("enough");
                return Outcome.Ok("");
            });
            return await services.Provide(scope, async owner =>
            {
                await Task.Delay(Seconds(3), owner.Clock, CancellationToken.None);
                return (new("stubborn"), null);
            }, Release);
        }));
        Assert.Equal(["released stubborn", "False"], Log);
    }

    [Fact]
    public async Task A_scope_falls_back_on_its_provider_and_ends_with_nothing()
    {
        var scope = services.Open(new Setup { Name = "root" }, new Only(new Tool("fallback")));
        Assert.Equal("ok fallback", await Or(services.Find(scope)));
        Assert.False(await services.Has(scope, "named"));
        await services.Provide(scope, Tool("own"));
        Assert.Equal("ok own", await Or(services.Find(scope)));
        await scope.DisposeAsync();
        Assert.Equal("rejected: the scope 'root' has ended", await Or(services.Find(scope)));
        Assert.False(await services.Has(scope));
    }

    private string RunAndTell(Work work, string[] told)
    {
        var said = Run(work);
        Assert.Equal(told, Log);
        return said;
    }

    private sealed class Only(Tool tool) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(Tool) ? tool : null;
    }
}
