namespace GoGoScope.Peers;

/// <summary>A scope by hand: a token source, a list of tasks, <c>WhenAll</c>.</summary>
public static class ScopePeers
{
    /// <summary>A scope in which nothing is started.</summary>
    public static async Task<int> Empty()
    {
        using var stop = new CancellationTokenSource();
        var tasks = new List<Task>();
        await Task.WhenAll(tasks);
        return tasks.Count;
    }

    /// <summary>Awaits methods that complete at once, one after the other.</summary>
    public static async Task<int> AwaitEach(int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
            sum += await Bodies.AtOnce(number + 1000);
        return sum;
    }

    /// <summary>Starts children that complete at once, keeps them in a list, waits for all.</summary>
    public static async Task<int> Completed(int count)
    {
        using var stop = new CancellationTokenSource();
        var tasks = new List<Task<int>>(count);
        for (var number = 0; number < count; number++)
            tasks.Add(Bodies.AtOnce(number + 1000));
        await Task.WhenAll(tasks);
        return tasks.Count;
    }

    /// <summary>Starts children that wait once, keeps them in a list, waits for all.</summary>
    public static async Task<int> Yielding(int count)
    {
        using var stop = new CancellationTokenSource();
        var tasks = new List<Task<int>>(count);
        for (var number = 0; number < count; number++)
            tasks.Add(Bodies.Yielding(number + 1000));
        await Task.WhenAll(tasks);
        return tasks.Count;
    }

    /// <summary>The bodies alone: the array is there already, and each is awaited in turn.</summary>
    public static async Task Bare(Task<int>[] tasks)
    {
        for (var number = 0; number < tasks.Length; number++)
            tasks[number] = Bodies.Yielding(number + 1000);
        foreach (var task in tasks)
            await task;
    }

    private static async Task Parked(CancellationToken token) =>
        await Task.Delay(Timeout.Infinite, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static async Task ParkedAndCaught(CancellationToken token)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Children that wait for ever are cancelled, and none of them throws.</summary>
    public static async Task<int> CancelSuppressed(int count)
    {
        using var stop = new CancellationTokenSource();
        var tasks = new List<Task>(count);
        for (var number = 0; number < count; number++)
            tasks.Add(Parked(stop.Token));
        stop.Cancel();
        await Task.WhenAll(tasks);
        return tasks.Count;
    }

    /// <summary>Children that wait for ever are cancelled, and each catches its exception.</summary>
    public static async Task<int> CancelCaught(int count)
    {
        using var stop = new CancellationTokenSource();
        var tasks = new List<Task>(count);
        for (var number = 0; number < count; number++)
            tasks.Add(ParkedAndCaught(stop.Token));
        stop.Cancel();
        await Task.WhenAll(tasks);
        return tasks.Count;
    }

    private static async Task<int> Level(int depth) =>
        depth == 0 ? throw new InvalidOperationException("no") : await Level(depth - 1) + 1;

    /// <summary>An exception passes through nested tasks and is caught at the top.</summary>
    public static async Task<int> NestedFailure(int depth)
    {
        try
        {
            return await Level(depth - 1);
        }
        catch (InvalidOperationException)
        {
            return -1;
        }
    }
}
