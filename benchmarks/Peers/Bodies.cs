namespace GoGoScope.Peers;

/// <summary>What children do, as C# methods: run bare, by hand, and inside our scopes.</summary>
public static class Bodies
{
    private static readonly Task<int> Ready = Task.FromResult(7);

    /// <summary>Ends at once. The sum keeps the runtime from handing out a cached task.</summary>
    public static async Task<int> AtOnce(int number) => number + await Ready;

    /// <summary>Waits once.</summary>
    public static async Task<int> Yielding(int number) => number + await Pauses<int>.Next(7);

    /// <summary>Waits once and gives what it is told to.</summary>
    public static async Task<T> YieldingTo<T>(T result)
    {
        await Pauses<int>.Next(7);
        return result;
    }
}
