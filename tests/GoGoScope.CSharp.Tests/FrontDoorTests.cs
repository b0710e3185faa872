using GoGoScope.Testing;

namespace GoGoScope.CSharp.Tests;

/// <summary>The ways in, settings, and waiting.</summary>
public sealed class FrontDoorTests
{
    [Fact]
    public void Defaults_are_those_of_the_options()
    {
        var settings = new ScopeSettings();
        var options = ScopeOptions.Default;
        Assert.Equal((options.Name, options.Timeout, options.Deadline), (settings.Name, settings.Timeout, settings.Deadline));
        Assert.Equal((options.OnExit, options.OnFailure), (settings.OnExit, settings.OnFailure));
        Assert.Equal((TaskOptions.Default.Name, TaskOptions.Default.Timeout, TaskOptions.Default.Start), (new TaskSettings().Name, new TaskSettings().Timeout, new TaskSettings().Start));
        Assert.Equal(ParallelModule.Options.Default.Concurrency, new ParallelSettings().Concurrency);
    }

    [Fact]
    public async Task Every_setting_arrives()
    {
        var clock = new VirtualClock();
        using var stop = new CancellationTokenSource();
        await using var parent = Scope.Open(new() { Name = "parent", Clock = clock });
        await using var scope = Scope.Open(new()
        {
            Name = "child",
            Parent = parent,
            Timeout = TimeSpan.FromMinutes(2),
            Deadline = clock.GetUtcNow() + TimeSpan.FromMinutes(1),
            CancellationToken = stop.Token,
            Ambient = true,
        });
        Assert.Equal("child", scope.Name);
        Assert.Same(clock, scope.Clock);
        Assert.Equal(TimeSpan.FromMinutes(1), scope.Remaining);
        Assert.Equal("child", (await scope.Task(child => Task.FromResult(ReferenceEquals(child, Scope.Current) ? "child" : "another"))).GetValueOrThrow());
        Assert.Null(Scope.Current);
        await stop.CancelAsync();
        Assert.Equal(CancelReason.NewTokenFired("options"), scope.Reason);
    }

    [Fact]
    public async Task Older_languages_write_Scopes()
    {
        await using var scope = Scopes.Open(new() { Name = "older" });
        Assert.Equal("older", scope.Name);
        Assert.Equal(Result.Ok(1), await Scopes.RunAsync(_ => Task.FromResult(1)).InTime());
    }

    [Fact]
    public void Code_that_cannot_await_waits()
    {
        Assert.Equal(Result.Ok(1), Scope.RunAsync(async _ =>
        {
            await Task.Yield();
            return 1;
        }).Wait());
        Assert.Equal(Result.Ok(), Scope.RunAsync(async _ => await Task.Yield()).Wait());
        Assert.Equal(Result.Ok<int, ShopError>(4), Scope.RunAsync(c => Shop.Stock("east", c)).Wait());
    }

    [Fact]
    public async Task A_child_knows_where_it_was_started()
    {
        await using var scope = Scope.Open();
        var gate = new TaskCompletionSource();
        var child = scope.Fork(_ => gate.Task, new() { Name = "search" });
        Assert.Matches(@"search \[running\] at .*FrontDoorTests\.cs:\d+", scope.DebugTree());
        gate.SetResult();
        Assert.True((await child.AsTask().InTime()).IsOk);
    }

    [Fact]
    public async Task A_wait_comes_back_to_its_context()
    {
        var context = new Recorded();
        SynchronizationContext.SetSynchronizationContext(context);
        var gate = new TaskCompletionSource();

        async Task Wait()
        {
            await Scope.RunAsync(_ => gate.Task);
        }

        var waiting = Wait();
        SynchronizationContext.SetSynchronizationContext(null);
        gate.SetResult();
        await waiting.InTime();
        Assert.Equal(1, context.Posts);
    }

    private sealed class Recorded : SynchronizationContext
    {
        public int Posts { get; private set; }

        public override void Post(SendOrPostCallback d, object? state)
        {
            Posts++;
            base.Post(d, state);
        }
    }

    [Fact]
    public async Task Reading_a_child_that_has_ended_allocates_nothing()
    {
        await using var scope = Scope.Open();
        var child = scope.Fork(_ => Task.FromResult(1));
        Read(child);
        var sum = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
            sum += Read(child);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(100, sum);

        static int Read(ScopeTask<int, Never> child) => child.GetAwaiter().GetResult().GetValueOrThrow();
    }

    [Fact]
    public async Task Errors_are_spelled_in_the_callers_own()
    {
        var outcome = await Scope.RunAsync(scope => scope.WithErrorsAsync(
            c => Task.FromException<int>(new FormatException("bad")),
            mapCrash: failure => (ShopError)new ShopError.Broken(failure.Message))).InTime();
        Assert.Equal(new ShopError.Broken("bad"), Assert.IsType<Cause<ShopError>.Failed>(outcome.Error!.Cause).Error);

        var every = await Scope.RunAsync(scope => scope.WithErrorsAsync(
            c => c.DelayAsync(TimeSpan.Zero).AsTask(),
            mapError: cause => cause.ToString()!)).InTime();
        Assert.True(every.IsOk);
    }
}
