namespace GoGoScope.Peers;

/// <summary>Many items at a bounded rate by hand: <c>Parallel.ForEachAsync</c> into an array of results.</summary>
public static class ParallelPeers
{
    /// <summary>Items that are done at once.</summary>
    public static async Task<int[]> Completed(int[] items, int limit)
    {
        var results = new int[items.Length];
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = limit },
            (item, _) =>
            {
                results[item] = item + 1000;
                return ValueTask.CompletedTask;
            });
        return results;
    }

    /// <summary>Items that wait once.</summary>
    public static async Task<int[]> Yielding(int[] items, int limit)
    {
        var results = new int[items.Length];
        await Parallel.ForEachAsync(
            items,
            new ParallelOptions { MaxDegreeOfParallelism = limit },
            async (item, _) => results[item] = item + await Pauses<int>.Next(1000));
        return results;
    }
}
