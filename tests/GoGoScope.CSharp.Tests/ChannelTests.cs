namespace GoGoScope.CSharp.Tests;

/// <summary>Channels and selects as a C# program writes them.</summary>
public sealed class ChannelTests
{
    [Fact]
    public async Task A_pipeline_of_children()
    {
        var result = await Scope.RunAsync(async scope =>
        {
            var orders = scope.Channel<int>(10);
            var paid = scope.Channel<string>();

            _ = scope.Fork(async c =>
            {
                for (var number = 1; number <= 3; number++)
                    await orders.SendAsync(number, c);

                orders.Close();
            });

            _ = scope.Fork(async c =>
            {
                await foreach (var order in orders.WithCancellation(c))
                    await paid.SendAsync($"paid {order}", c);

                paid.Close();
            });

            return await paid.ReduceAsync(scope, "", (text, item) => text + item + ";");
        });

        Assert.Equal("paid 1;paid 2;paid 3;", result.GetValueOrThrow());
    }

    [Fact]
    public async Task A_token_ends_the_wait_and_nothing_was_taken()
    {
        var channel = new Channel<int>(ChannelOptions.Default<int>());
        using var stop = new CancellationTokenSource();
        var receiving = channel.ReceiveAsync(stop.Token).AsTask();
        var sending = new Channel<int>(ChannelOptions.Default<int>()).SendAsync(1, stop.Token).AsTask();
        Assert.Equal(1, channel.Statistics.WaitingReceivers);
        stop.Cancel();
        var said = (await receiving).Error!.Cause;
        Assert.Equal(Cause<Never>.NewCancelled(CancelReason.NewTokenFired("caller")), said);
        Assert.Equal(said, (await sending).Error!.Cause);
        Assert.Equal(0, channel.Statistics.WaitingReceivers);
        Assert.False(channel.TrySend(1));
        Assert.Equal(said, (await channel.ReceiveAsync(stop.Token)).Error!.Cause);
    }

    [Fact]
    public async Task The_scope_of_a_channel_and_the_current_scope_end_waits_too()
    {
        await using var owner = Scope.Open(new() { Name = "owner" });
        await using var ambient = Scope.Open(new() { Name = "ambient", Ambient = true });
        var channel = owner.Channel<int>();
        var waiting = channel.ReceiveAsync().AsTask();
        var started = ambient.Task(async _ => (await channel.ReceiveAsync()).Error!.Cause);
        Assert.Equal(2, channel.Statistics.WaitingReceivers);
        ambient.Cancel("enough");
        var (_, cause) = await started;
        Assert.Equal("cancelled: its parent ended: enough", $"{cause}");
        owner.Cancel("over");
        Assert.Equal(Cause<Never>.NewCancelled(CancelReason.NewRequested("over")), (await waiting).Error!.Cause);
    }

    [Fact]
    public async Task A_closed_channel_says_so_and_a_scope_that_ended_makes_none()
    {
        var scope = Scope.Open();
        var channel = scope.UnboundedChannel<string?>();
        Assert.True(channel.TrySend(null));
        await scope.DisposeAsync();
        Assert.True(channel.IsClosed);
        Assert.Null((await channel.ReceiveAsync()).GetValueOrThrow());
        Assert.IsType<Cause<Never>.Rejected>((await channel.ReceiveAsync()).Error!.Cause);
        Assert.IsType<Cause<Never>.Rejected>((await channel.SendAsync("a")).Error!.Cause);
        Assert.Throws<ObjectDisposedException>(() => scope.Channel<int>());
        Assert.Throws<ObjectDisposedException>(() => scope.Broadcast<int>());
        Assert.Throws<ArgumentOutOfRangeException>(() => scope.Channel<int>(-1));
    }

    [Fact]
    public async Task A_select_reads_like_a_switch()
    {
        var said = await Scope.RunAsync(async scope =>
        {
            var orders = scope.Channel<int>();
            var replies = scope.Channel<string>(1);
            var done = scope.Task(async c =>
            {
                await orders.SendAsync(7, c);
                return "sent";
            });

            var (_, first) = await scope.SelectAsync(
                Alt.Receive(orders, order => $"order {order}"),
                Alt.Cancelled(reason => $"stopped: {reason}"));

            var (_, second) = await scope.SelectPrioritizedAsync(
                Alt.Receive(orders, order => $"order {order}"),
                Alt.Send(replies, first!, () => "replied").OnlyIf(() => true),
                Alt.Otherwise(() => "nothing"));

            var (_, third) = await scope.SelectAsync(Alt.Task(done, text => text), Alt.Never<string>());
            var (_, fourth) = await scope.SelectAsync(Alt.Choose(Alt.Guard(() => Alt.Receive(replies, async text =>
            {
                await Task.Yield();
                return text + "!";
            }))));
            var limited = await scope.SelectWithinAsync(TimeSpan.Zero, Alt.Receive(orders, order => order));
            orders.Close();
            var (_, closed) = await scope.SelectAsync(Alt.Receive(orders, order => $"{order}", closed: () => "closed"));
            var (_, unsent) = await scope.SelectAsync(Alt.Send(orders, 1, () => "sent", closed: () => "not sent"));
            return string.Join(", ", first, second, third, fourth, limited.Error!.Cause is Cause<Never>.TimedOut, closed, unsent);
        });

        Assert.Equal("order 7, replied, sent, order 7!, True, closed, not sent", said.GetValueOrThrow());
    }

    [Fact]
    public async Task Messages_reach_all_subscribers()
    {
        await using var scope = Scope.Open();
        var news = scope.Broadcast<int>();
        var all = news.Subscribe(scope);
        var even = news.Subscribe(scope, new() { Filter = number => number % 2 == 0 });
        var reading = scope.Task(async c =>
        {
            var sum = 0;

            await foreach (var number in all.WithCancellation(c))
                sum += number;

            return sum;
        });

        for (var number = 1; number <= 4; number++)
            await news.SendAsync(number);

        news.Close();
        var (_, sum) = await reading;
        Assert.Equal(10, sum);
        var some = (await even.ReceiveManyAsync(5, scope)).GetValueOrThrow();
        Assert.Equal([2, 4], some);
        Assert.True(news.Subscribe(scope).ReceiveAsync().IsCompleted);
    }
}
