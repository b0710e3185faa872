namespace GoGoScope.Peers;

/// <summary>Two at once by hand: <c>Task.WhenAll</c>.</summary>
public static class GroupPeers
{
    /// <summary>Two methods that complete at once.</summary>
    public static async Task<int> Completed(int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
        {
            var both = await Task.WhenAll(
                Bodies.AtOnce(number + 1000),
                Bodies.AtOnce(number + 1001));
            sum += both[0] + both[1];
        }

        return sum;
    }

    /// <summary>Two methods that wait once.</summary>
    public static async Task<int> Yielding(int count)
    {
        var sum = 0;
        for (var number = 0; number < count; number++)
        {
            var both = await Task.WhenAll(
                Bodies.Yielding(number + 1000),
                Bodies.Yielding(number + 1001));
            sum += both[0] + both[1];
        }

        return sum;
    }
}
