namespace GoGoScope.Peers;

/// <summary>A race by hand: a token source, <c>Task.WhenAny</c>, and <c>Task.WhenAll</c> for the losers.</summary>
public static class RacePeers
{
    /// <summary>Competitors that are done at once.</summary>
    public static async Task<int> Completed(int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
            sum += await Race(static (number, _) => Bodies.AtOnce(number));

        return sum;
    }

    /// <summary>Competitors that wait once.</summary>
    public static async Task<int> Yielding(int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
            sum += await Race(static (number, _) => Bodies.Yielding(number));

        return sum;
    }

    private static async Task<int> Race(Func<int, CancellationToken, Task<int>> competitor)
    {
        using var source = new CancellationTokenSource();
        var tasks = new Task<int>[10];
        for (var number = 0; number < tasks.Length; number++)
            tasks[number] = competitor(number + 1000, source.Token);

        var winner = await Task.WhenAny(tasks);
        await source.CancelAsync();
        await Task.WhenAll(tasks);
        return await winner;
    }
}
