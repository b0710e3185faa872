using GoGoScope.CSharp;

namespace GoGoScope.CSharp.Tests;

/// <summary>The C# example of the README, as it stands there.</summary>
public class ReadmeTests
{
    private abstract record ShopError
    {
        public sealed record NoSuchUser(int Id) : ShopError;

        public sealed record SoldOut(string Sku) : ShopError;
    }

    private static class Shop
    {
        public static async Task<Result<string, ShopError>> FindUser(int id, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return id < 0
                ? Result.Fail<string, ShopError>(new ShopError.NoSuchUser(id))
                : Result.Ok<string, ShopError>($"user {id}");
        }

        public static async Task<Result<int, ShopError>> Stock(string sku, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return sku == "umbrella"
                ? Result.Fail<int, ShopError>(new ShopError.SoldOut(sku))
                : Result.Ok<int, ShopError>(3);
        }
    }

    private sealed class Output
    {
        public List<string> Lines { get; } = [];

        public void WriteLine(string line) => Lines.Add(line);
    }

    private static async Task<List<string>> Checkout(int id, string sku)
    {
        var Console = new Output();

        async Task Sell()
        {
            await using var scope = Scope.Open(new() { Name = "checkout", Timeout = TimeSpan.FromSeconds(3) });
            scope.OnDispose(() => Console.WriteLine("closed"));

            var sale = await scope.AllAsync(
                c => Shop.FindUser(id, c), // the child's scope c converts to CancellationToken
                c => Shop.Stock(sku, c)); // at the same time; if one fails, the other is stopped and waited for

            Console.WriteLine(sale switch
            {
                (null, var (user, count)) => $"{user} takes one of {count} {sku}s",
                ({ Cause: Cause<ShopError>.Failed { Error: ShopError.SoldOut(var gone) } }, _) => $"no {gone} left",
                var (error, _) => $"no sale: {error}",
            });
        }

        await Sell();
        return Console.Lines;
    }

    [Fact]
    public async Task The_example_sells() =>
        Assert.Equal(["user 7 takes one of 3 lamps", "closed"], await Checkout(7, "lamp"));

    [Fact]
    public async Task The_example_says_what_is_sold_out() =>
        Assert.Equal(["no umbrella left", "closed"], await Checkout(7, "umbrella"));
}
