namespace GoGoScope.CSharp.Tests;

/// <summary>Services as a C# program writes them.</summary>
public sealed class ServiceTests
{
    private sealed record Config(string Url);

    private sealed record Db(Config Config);

    private sealed class Connection : IAsyncDisposable
    {
        public bool IsClosed { get; private set; }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return default;
        }
    }

    [Fact]
    public async Task Factories_wait_or_do_not_and_use_the_services_so_far()
    {
        var connection = new Connection();
        var log = new List<string>();
        var result = await Scope.RunAsync(async scope =>
        {
            scope.Provide(_ => new Config("a"));
            scope.Provide(s => new Db(s.Use<Config>()), db => log.Add($"closed {db.Config.Url}"));
            scope.Provide(_ => connection, (it, _) => it.DisposeAsync(), "main");
            var (error, later) = await scope.ProvideAsync(async s =>
            {
                await Task.Yield();
                return new Config(s.Use<Db>().Config.Url + "!");
            }, name: "later");
            Assert.Null(error);
            Assert.Same(later, scope.Use<Config>("later"));
            Assert.False(scope.Use<Connection>("main").IsClosed);
            Assert.True(scope.TryUse<Db>(out var found) && found.Config.Url == "a");
            Assert.False(scope.TryUse<string>(out _));
            Assert.True(scope.Has<Db>());
            var overridden = scope.Override(s => new Db(new(s.Use<Db>().Config.Url + "'")), db => log.Add($"closed {db.Config.Url}"));
            Assert.Same(overridden, scope.Use<Db>());
            return scope.Use<Db>().Config.Url;
        }).InTime();

        Assert.Equal("a'", result.GetValueOrThrow());
        Assert.Equal(["closed a'", "closed a"], log);
        Assert.True(connection.IsClosed);
    }

    [Fact]
    public async Task Every_shape_of_factory_gives_its_outcome()
    {
        var result = await Scope.RunAsync(async scope =>
        {
            var plain = await scope.ProvideAsync(_ => Task.FromResult(1));
            var value = await scope.ProvideAsync(_ => new ValueTask<long>(2));
            var shorter = await scope.ProvideAsync(async _ => await Task.FromResult(Result.Ok("3")));
            var typed = await scope.ProvideAsync(async _ => await Task.FromResult(Result.Fail<Db, string>("no such thing")));
            Assert.Equal("no such thing", ((Cause<string>.Failed)typed.Error!.Cause).Error);
            Assert.False(scope.Has<Db>());
            return $"{plain.GetValueOrThrow()}{value.GetValueOrThrow()}{shorter.GetValueOrThrow()}";
        }).InTime();
        Assert.Equal("123", result.GetValueOrThrow());
    }

    [Fact]
    public async Task What_a_verb_throws_is_the_outcome_of_the_work_as_in_FSharp()
    {
        var missing = await Scope.RunAsync(async scope => await Task.FromResult(scope.Use<Db>())).InTime();
        Assert.IsType<Rejection.NotConfigured>(((Cause<Never>.Rejected)missing.Error!.Cause).Rejection);

        var nested = await Scope.RunAsync(async scope => await Task.FromResult(scope.Provide(s => s.Use<Config>().Url))).InTime();
        Assert.IsType<Rejection.NotConfigured>(((Cause<Never>.Rejected)nested.Error!.Cause).Rejection);

        var circle = await Scope.RunAsync(async scope => await Task.FromResult(scope.Provide(s => s.Use<Db>()))).InTime();
        Assert.IsType<Rejection.WouldDeadlock>(((Cause<Never>.Rejected)circle.Error!.Cause).Rejection);

        var nothing = await Scope.RunAsync(async scope => await Task.FromResult(scope.Override(_ => new Config("a")))).InTime();
        Assert.IsType<Rejection.NotConfigured>(((Cause<Never>.Rejected)nothing.Error!.Cause).Rejection);

        var broken = new FormatException("broken");
        var crashed = await Scope.RunAsync(async scope => await Task.FromResult(scope.Provide<Db>(_ => throw broken))).InTime();
        Assert.Same(broken, ((Cause<Never>.Crashed)crashed.Error!.Cause).Exception);

        var late = Scope.Open();
        await late.DisposeAsync();
        var ended = Assert.Throws<ScopeException<Never>>(() => late.Use<Db>());
        Assert.IsType<Rejection.ScopeEnded>(((Cause<Never>.Rejected)ended.Error.Cause).Rejection);
    }

    [Fact]
    public void Arguments_are_checked_at_the_door()
    {
        var scope = Scope.Open();
        Assert.Throws<ArgumentNullException>("make", () => scope.Provide<Db>(null!));
        Assert.Throws<ArgumentNullException>("release", () => scope.Provide(_ => 1, (Func<int, CancellationToken, ValueTask>)null!));
        Assert.Throws<ArgumentNullException>("name", () => scope.Use<Db>(null!));
        Assert.Throws<ArgumentNullException>("name", () => scope.Has<Db>(null!));
        Assert.Throws<ArgumentNullException>("scope", () => ((Scope)null!).Use<Db>());
        Assert.Throws<ArgumentNullException>("scope", () => ((Scope)null!).Provide(_ => 1));
        Action forgotten = () => scope.Provide(_ => Task.FromResult(1));
        Assert.Throws<ArgumentException>("make", forgotten);
        Assert.Throws<ArgumentNullException>(() => { scope.ProvideAsync((Func<Scope, Task<Db>>)null!); });
    }
}
