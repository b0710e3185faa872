using System.Threading.Channels;

namespace GoGoScope.Peers;

/// <summary>The platform's channels, as one would use them by hand.</summary>
public static class ChannelPeers
{
    /// <summary>A channel that holds so many items; below zero: any number.</summary>
    public static Channel<int> Make(int capacity) =>
        capacity < 0 ? Channel.CreateUnbounded<int>() : Channel.CreateBounded<int>(capacity);

    private static async Task Send(ChannelWriter<int> writer, int count)
    {
        for (var number = 0; number < count; number++)
            await writer.WriteAsync(number);
    }

    private static async Task<int> Receive(ChannelReader<int> reader, int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
            sum += await reader.ReadAsync();

        return sum;
    }

    /// <summary>So many senders and as many receivers, each on the pool.</summary>
    public static Task Stream(Channel<int> channel, int sides, int count)
    {
        var tasks = new Task[sides * 2];
        for (var side = 0; side < sides; side++)
        {
            tasks[side] = Task.Run(() => Send(channel.Writer, count / sides));
            tasks[sides + side] = Task.Run(() => Receive(channel.Reader, count / sides));
        }

        return Task.WhenAll(tasks);
    }

    /// <summary>One after the other, nobody waits.</summary>
    public static async Task<int> Ready(Channel<int> channel, int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
        {
            await channel.Writer.WriteAsync(number);
            sum += await channel.Reader.ReadAsync();
        }

        return sum;
    }

    /// <summary>One message to ten readers, each with a channel of its own.</summary>
    public static Task Broadcast(int readers, int lag, int count)
    {
        var channels = new Channel<int>[readers];
        var tasks = new Task[readers + 1];
        for (var reader = 0; reader < readers; reader++)
        {
            var channel = channels[reader] = Channel.CreateBounded<int>(lag);
            tasks[reader] = Task.Run(() => Receive(channel.Reader, count));
        }

        tasks[readers] = Task.Run(async () =>
        {
            for (var number = 0; number < count; number++)
            {
                foreach (var channel in channels)
                    await channel.Writer.WriteAsync(number);
            }
        });

        return Task.WhenAll(tasks);
    }

    /// <summary>An item of either, the usual way: it waits until one may have something, then tries both.</summary>
    public static async Task<int> EitherReady(Channel<int> left, Channel<int> right, int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
        {
            await left.Writer.WriteAsync(number);
            sum += await Either(left.Reader, right.Reader);
        }

        return sum;
    }

    private static async Task<int> Either(ChannelReader<int> left, ChannelReader<int> right)
    {
        while (true)
        {
            if (left.TryRead(out var item) || right.TryRead(out item))
                return item;

            await Task.WhenAny(left.WaitToReadAsync().AsTask(), right.WaitToReadAsync().AsTask());
        }
    }

    /// <summary>The same, with a sender that takes turns between the two and mostly comes later.</summary>
    public static Task EitherWaiting(Channel<int> left, Channel<int> right, int count)
    {
        var receiving = Task.Run(async () =>
        {
            for (var number = 0; number < count; number++)
                await Either(left.Reader, right.Reader);
        });

        var sending = Task.Run(async () =>
        {
            for (var number = 0; number < count; number++)
                await (number % 2 == 0 ? left : right).Writer.WriteAsync(number);
        });

        return Task.WhenAll(receiving, sending);
    }

    private static async Task Cut(ChannelReader<int> reader, CancellationToken token)
    {
        try
        {
            await reader.ReadAsync(token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Receivers that wait, cancelled together.</summary>
    public static Task Cancel(Channel<int> channel, int count)
    {
        using var stop = new CancellationTokenSource();
        var tasks = new Task[count];
        for (var number = 0; number < count; number++)
            tasks[number] = Cut(channel.Reader, stop.Token);

        stop.Cancel();
        return Task.WhenAll(tasks);
    }
}
