namespace GoGoScope.CSharp.Tests;

/// <summary>What a scope closes at its end.</summary>
public sealed class CleanupTests
{
    private readonly List<string> log = [];

    private sealed class File(string name, List<string> log) : IDisposable
    {
        public string Name => name;

        public void Dispose() => log.Add($"{name} closed");
    }

    private sealed class Connection(string name, List<string> log) : IAsyncDisposable, IDisposable
    {
        public void Dispose() => log.Add($"{name} closed in haste");

        public async ValueTask DisposeAsync()
        {
            await Task.Yield();
            log.Add($"{name} closed");
        }
    }

    [Fact]
    public async Task Resources_are_released_last_first_after_the_children()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = await Scope.RunAsync(async scope =>
        {
            var file = scope.Use(new File("file", log));
            var connection = scope.Use(new Connection("connection", log));
            _ = scope.Fork(async _ =>
            {
                await gate.Task;
                log.Add($"child has {file.Name}");
            });
            await Task.Yield();
            gate.SetResult();
            return connection;
        }).InTime();
        Assert.True(outcome.IsOk);
        Assert.Equal(["child has file", "connection closed", "file closed"], log);
    }

    [Fact]
    public async Task Cleanups_of_every_shape_run()
    {
        await Scope.RunAsync(async scope =>
        {
            await Task.Yield();
            Assert.True(scope.OnDispose(() => log.Add("action")).IsOk);
            Assert.True(scope.OnDispose(async Task (_) =>
            {
                await Task.Yield();
                log.Add("task");
            }).IsOk);
            Assert.True(scope.OnDispose(async ValueTask (_) =>
            {
                await Task.Yield();
                log.Add("value task");
            }).IsOk);
        }).InTime();
        Assert.Equal(["value task", "task", "action"], log);
    }

    private async Task<Scope> Ended(List<UnobservedError> unobserved)
    {
        Scope? kept = null;
        await Scope.RunAsync(
            scope =>
            {
                kept = scope;
                return Task.CompletedTask;
            },
            new() { Name = "ended", Hooks = new() { OnUnobserved = unobserved.Add } }).InTime();
        return kept!;
    }

    [Fact]
    public async Task A_resource_of_an_ended_scope_is_released_at_once()
    {
        var ended = await Ended([]);
        Assert.Throws<ObjectDisposedException>(() => ended.Use(new File("file", log)));
        Assert.Equal(["file closed"], log);
    }

    [Fact]
    public async Task A_late_cleanup_that_fails_at_once_says_so()
    {
        var ended = await Ended([]);
        var late = ended.OnDispose(() => throw new FormatException("late"));
        Assert.IsType<Cause<Never>.Rejected>(late.Error!.Cause);
        Assert.Equal("late", Assert.IsType<Cause<Never>.CleanupFailed>(late.Error.Others.Single()).Exception.Message);
    }

    [Fact]
    public async Task A_late_cleanup_that_fails_later_is_unobserved()
    {
        var unobserved = new List<UnobservedError>();
        var ended = await Ended(unobserved);
        var gate = new TaskCompletionSource();
        var late = ended.OnDispose(_ => gate.Task);
        Assert.IsType<Cause<Never>.Rejected>(late.Error!.Cause);
        Assert.Empty(unobserved);
        gate.SetException(new FormatException("late"));
        await Eventually(() => unobserved.Count == 1);
        Assert.Equal("late", unobserved[0].Exception.Message);
    }

    private static async Task Eventually(Func<bool> holds)
    {
        var end = TimeProvider.System.GetTimestamp();

        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(end) < TimeSpan.FromSeconds(20));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_resource_is_acquired_by_the_scope_that_releases_it()
    {
        var resource = new AsyncResource<string>(
            _ => Task.FromResult("lock"),
            (value, _) =>
            {
                log.Add($"{value} released");
                return Task.CompletedTask;
            });
        var outcome = await Scope.RunAsync(async scope => (await resource.AcquireAsync(scope)).GetValueOrThrow() + resource.Value).InTime();
        Assert.Equal(Result.Ok("locklock"), outcome);
        Assert.Equal(["lock released"], log);
        Assert.False(resource.IsAcquired);
    }
}
