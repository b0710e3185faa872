namespace GoGoScope.CSharp.Tests;

/// <summary>What a shop can say no to.</summary>
public abstract record ShopError
{
    public sealed record NoSuchUser(int Id) : ShopError;

    public sealed record SoldOut(string Sku) : ShopError;

    public sealed record Broken(string Message) : ShopError;
}

/// <summary>Code as a caller has it: a value or an error of its own, no ceremony.</summary>
public static class Shop
{
    public static async Task<Result<string, ShopError>> FindUser(int id, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellationToken);
        return id < 0 ? Result.Fail<string, ShopError>(new ShopError.NoSuchUser(id)) : Result.Ok<string, ShopError>($"user {id}");
    }

    public static Task<Result<int, ShopError>> Stock(string place, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(place == "moon"
            ? Result.Fail<int, ShopError>(new ShopError.SoldOut(place))
            : Result.Ok<int, ShopError>(place.Length));
    }

    public static Task<int> Count(string place, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<int>(cancellationToken) : Task.FromResult(place.Length);

    public static ValueTask<int> CountFast(string place, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new(place.Length);

    public static ValueTask<Result<int, ShopError>> StockFast(string place) => new(Result.Ok<int, ShopError>(place.Length));
}
