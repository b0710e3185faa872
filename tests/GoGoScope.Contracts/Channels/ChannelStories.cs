namespace GoGoScope.Contracts;

/// <summary>Channels, through the face of one language.</summary>
public abstract class ChannelStories(ChannelFace channels) : Stories(channels.Scopes)
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void What_is_sent_is_received_in_order_until_the_end(int capacity) =>
        Assert.Equal("ok a b c", Run(async scope =>
        {
            var channel = channels.Channel(scope, capacity);
            Face.Fork(scope, async child =>
            {
                foreach (var item in new[] { "a", "b", "c" })
                    await channels.Send(child, channel, item);

                channel.Close();
                return Outcome.Ok("");
            });
            return await channels.ReadAll(scope, channel);
        }));

    [Fact]
    public void A_sender_that_waits_is_refused_when_the_channel_closes() =>
        Assert.Equal("ok rejected: the channel 'orders' is closed, ok (end)", Run(async scope =>
        {
            var channel = channels.Channel(scope, 0, "orders");
            var sender = Face.Task(scope, child => channels.Send(child, channel, "a"));
            await Sleep(scope, 1);
            channel.Close();
            return Outcome.Ok($"{await sender.Outcome}, {await channels.Receive(scope, channel)}");
        }));

    [Fact]
    public void A_failed_channel_gives_what_it_holds_then_its_failure() =>
        Assert.Equal("ok ok a, crashed bug", Run(async scope =>
        {
            var channel = channels.Channel(scope, 1);
            await channels.Send(scope, channel, "a");
            channel.Fail(new InvalidOperationException("bug"));
            return Outcome.Ok($"{await channels.Receive(scope, channel)}, {await channels.Receive(scope, channel)}");
        }));

    [Fact]
    public void A_cancelled_wait_took_nothing() =>
        Assert.Equal("ok cancelled: enough, ok a", Run(async scope =>
        {
            var channel = channels.Channel(scope, 0);
            var receiver = Face.Task(scope, child => channels.Receive(child, channel));
            await Sleep(scope, 1);
            receiver.Cancel("enough");
            var cancelled = await receiver.Outcome;
            Assert.Equal(0, channel.Statistics.WaitingReceivers);
            var sender = Face.Fork(scope, child => channels.Send(child, channel, "a"));
            var received = await channels.Receive(scope, channel);
            await sender.Outcome;
            return Outcome.Ok($"{cancelled}, {received}");
        }));

    [Fact]
    public void The_best_come_first() =>
        Assert.Equal("ok a bb ccc", Run(async scope =>
        {
            var channel = channels.Ranked(scope, 3, item => item.Length);

            foreach (var item in new[] { "ccc", "a", "bb" })
                await channels.Send(scope, channel, item);

            channel.Close();
            return await channels.ReadAll(scope, channel);
        }));

    [Fact]
    public void Pipes_run_in_the_scope() =>
        Assert.Equal("ok A,C;E", Run(async scope =>
        {
            var source = channels.Channel(scope, 10);

            foreach (var item in new[] { "a", "b", "c", "d", "e", "f", "g" })
                await channels.Send(scope, source, item);

            var batches = channels.Pipeline(scope, source, item => item.ToUpperInvariant(), item => "ACEG".Contains(item, StringComparison.Ordinal), 3, 2);
            await Sleep(scope, 1);
            Assert.True(batches.TryReceive(out var first));
            await Sleep(scope, 1);
            Assert.True(batches.TryReceive(out var second));
            return Outcome.Ok($"{string.Join(',', first)};{string.Join(',', second)}");
        }));

    [Fact]
    public void A_select_takes_one_and_leaves_the_others() =>
        Assert.Equal("ok ok first: a, ok second: b, ok late, rejected: the channel 'select' is closed", Run(async scope =>
        {
            var first = channels.Channel(scope, 1);
            var second = channels.Channel(scope, 1);
            await channels.Send(scope, first, "a");
            await channels.Send(scope, second, "b");
            var one = await channels.Select(scope, first, second);
            var two = await channels.Select(scope, first, second);
            var late = await channels.Select(scope, first, second, 1);
            first.Close();
            second.Close();
            return Outcome.Ok($"{one}, {two}, {late}, {await channels.Select(scope, first, second)}");
        }));

    [Fact]
    public void A_broadcast_reaches_all_and_cuts_off_who_is_too_slow() =>
        Assert.Equal("ok ok a, ok b, ok a, rejected: the queue is full (1), ok (end)", Run(async scope =>
        {
            var news = channels.Broadcast(scope);
            var quick = channels.Subscribe(scope, news, 5, SlowSubscriber.Wait);
            var slow = channels.Subscribe(scope, news, 1, SlowSubscriber.Disconnect);
            await channels.Send(scope, news, "a");
            await channels.Send(scope, news, "b");
            news.Close();
            var said = new List<Outcome>();

            foreach (var subscription in new[] { quick, quick, slow, slow, quick })
                said.Add(await channels.Receive(scope, subscription));

            return Outcome.Ok(string.Join(", ", said));
        }));
}
