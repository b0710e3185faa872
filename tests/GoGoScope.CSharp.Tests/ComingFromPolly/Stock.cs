namespace ComingFromPolly;

/// <summary>Why the stock has no answer.</summary>
public abstract record StockError
{
    public sealed record Busy : StockError;

    public sealed record NoSuchLamp : StockError;
}

/// <summary>The same for code that throws.</summary>
public sealed class StockException(StockError error) : Exception($"{error}")
{
    public StockError Error => error;
}

/// <summary>A service that fails as often as it was told to, or hangs, and then has three lamps.</summary>
public sealed class Stock(int failures = 0, int hangs = 0, StockError? error = null)
{
    private int calls;

    public int Calls => calls;

    /// <summary>Lets those go on that hang. Until then they wait for it.</summary>
    public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<int> CountOrThrow(CancellationToken token)
    {
        var call = Interlocked.Increment(ref calls);

        if (call <= hangs)
            await Gate.Task.WaitAsync(token);

        return call <= failures ? throw new StockException(error ?? new StockError.Busy()) : 3;
    }

    public async Task<GoGoScope.CSharp.Result<int, StockError>> Count(CancellationToken token)
    {
        try
        {
            return GoGoScope.CSharp.Result.Ok<int, StockError>(await CountOrThrow(token));
        }
        catch (StockException failure)
        {
            return GoGoScope.CSharp.Result.Fail(failure.Error);
        }
    }
}
