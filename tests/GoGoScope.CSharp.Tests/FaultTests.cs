namespace GoGoScope.CSharp.Tests;

/// <summary>What C# code does wrong, and what comes of it: an outcome, or the documented exception at the door.</summary>
public sealed class FaultTests
{
    private static async Task<string> Said(ScopeAwaitable<int, Never> work) => (await work.InTime()).Error!.Text();

    private static Task<int> Throw(Scope scope) => throw new FormatException("bad");

    [Fact]
    public async Task Every_way_to_fail_is_a_crash()
    {
        Assert.Equal("bad", await Said(Scope.RunAsync(Throw)));
        Assert.Equal("bad", await Said(Scope.RunAsync(_ => Task.FromException<int>(new FormatException("bad")))));
        Assert.Equal("bad", await Said(Scope.RunAsync(_ => ValueTask.FromException<int>(new FormatException("bad")))));
        Assert.Equal("bad", await Said(Scope.RunAsync(async Task<int> (_) =>
        {
            await Task.Yield();
            throw new FormatException("bad");
        })));
        Assert.Equal("bad", await Said(Scope.RunAsync(async ValueTask<int> (_) =>
        {
            await Task.Yield();
            throw new FormatException("bad");
        })));
        Assert.Equal("The work returned null instead of a task.", await Said(Scope.RunAsync(Task<int> (_) => null!)));
    }

    [Fact]
    public async Task Every_way_to_fail_without_a_value_is_a_crash()
    {
        async Task Says(ScopeAwaitable<Done, Never> work) => Assert.Equal("bad", (await work.InTime()).Error!.Text());

        await Says(Scope.RunAsync(_ => Task.FromException(new FormatException("bad"))));
        await Says(Scope.RunAsync(_ => ValueTask.FromException(new FormatException("bad"))));
        await Says(Scope.RunAsync(async Task (_) =>
        {
            await Task.Yield();
            throw new FormatException("bad");
        }));
        await Says(Scope.RunAsync(async ValueTask (_) =>
        {
            await Task.Yield();
            throw new FormatException("bad");
        }));
    }

    [Fact]
    public async Task All_exceptions_of_a_task_are_kept()
    {
        var many = new TaskCompletionSource<int>();
        many.SetException([new FormatException("one"), new FormatException("two")]);
        var (error, _) = await Scope.RunAsync(_ => many.Task).InTime();
        Assert.Equal(["one", "two"], error!.Others.Prepend(error.Cause).Select(cause => ((Cause<Never>.Crashed)cause).Exception.Message));
    }

    [Fact]
    public async Task Its_own_cancellation_is_no_crash()
    {
        using var stop = new CancellationTokenSource();
        var running = Scope.RunAsync(c => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, c), token: stop.Token);
        await stop.CancelAsync();
        var cancelled = Assert.IsType<Cause<Never>.Cancelled>((await running.InTime()).Error!.Cause);
        Assert.Equal(CancelReason.NewTokenFired("caller"), cancelled.Reason);
    }

    [Fact]
    public void Null_work_is_refused_at_the_door()
    {
        using var source = new CancellationTokenSource();
        var scope = Scope.Open();
        Assert.Equal("work", Assert.Throws<ArgumentNullException>(() => { scope.Fork((Func<Scope, Task<int>>)null!); }).ParamName);
        Assert.Equal("work", Assert.Throws<ArgumentNullException>(() => { scope.Task((Func<Scope, ValueTask>)null!); }).ParamName);
        Assert.Throws<ArgumentNullException>(() => { Scope.RunAsync((Func<Scope, Task>)null!); });
        Assert.Throws<ArgumentNullException>(() => { scope.TimeoutAsync(TimeSpan.Zero, (Func<Scope, Task>)null!); });
        Assert.Throws<ArgumentNullException>(() => { scope.AllAsync<int, int>(Throw, null!); });
        Assert.Throws<ArgumentNullException>(() => { scope.ParallelAsync((IEnumerable<Func<Scope, Task<int>>>)null!); });
        Assert.Throws<ArgumentNullException>(() => { scope.ParallelAsync([Throw, null!]); });
        Assert.Throws<ArgumentNullException>(() => { scope.WithErrorsAsync(Throw, mapCrash: (Func<Exception, string>)null!); });
        Assert.Throws<ArgumentNullException>(() => scope.OnDispose((Action)null!));
        Assert.Throws<ArgumentNullException>(() => scope.Use((IDisposable)null!));
        Assert.Throws<ArgumentNullException>(() => scope.OnCancel(null!));
        Assert.Throws<ArgumentNullException>(() => Scope.FirstToken(null!));
        Assert.Throws<ArgumentNullException>(() => { ((Scope)null!).Fork(Throw); });
        Assert.Throws<ArgumentNullException>(() => { ((Scope)null!).DelayAsync(TimeSpan.Zero); });
        Assert.Throws<ArgumentNullException>(() => Try.Run<int>(null!));
    }

    [Fact]
    public void Numbers_out_of_range_are_refused_at_the_door()
    {
        var scope = Scope.Open();
        var below = TimeSpan.FromTicks(-1);
        Assert.Equal("after", Assert.Throws<ArgumentOutOfRangeException>(() => { scope.TimeoutAsync(below, Throw); }).ParamName);
        Assert.Equal("bound", Assert.Throws<ArgumentOutOfRangeException>(() => { scope.ShieldedAsync(below, Throw); }).ParamName);
        Assert.Equal("duration", Assert.Throws<ArgumentOutOfRangeException>(() => { scope.DelayAsync(TimeSpan.MaxValue); }).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => { scope.Fork(Throw, new() { Timeout = below }); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { Scope.RunAsync(Throw, new() { Timeout = TimeSpan.MaxValue }); });
        Assert.Throws<ArgumentOutOfRangeException>(() => Scope.Open(new() { Grace = below }));
        Assert.Throws<ArgumentOutOfRangeException>(() => { scope.ParallelAsync([Throw], new() { Concurrency = 0 }); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { scope.ParallelSettledAsync([Throw], new() { Concurrency = -1 }); });
    }

    [Fact]
    public async Task A_default_handle_is_refused()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await default(ScopeTask<int, ShopError>));
        await Assert.ThrowsAsync<InvalidOperationException>(() => default(ScopeTask<int, Never>).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => default(ScopeTask<Done, Never>).AsTask());
    }
}
