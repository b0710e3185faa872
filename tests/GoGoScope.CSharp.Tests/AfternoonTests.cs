namespace GoGoScope.CSharp.Tests;

/// <summary>The first lines that a reader of the README sees, compiled and run.</summary>
public sealed class AfternoonTests
{
    private static async Task<string> Checkout(int id, string place, List<string> said)
    {
        await using var scope = Scope.Open(new() { Name = "checkout", Timeout = TimeSpan.FromSeconds(10) });

        var (error, user) = await scope.Task(c => Shop.FindUser(id, c));
        said.Add(error is null ? $"hello {user}" : $"no user: {error}");

        var stock = await scope.Task(c => Shop.Stock(place, c));

        return stock switch
        {
            (null, var count) => $"{count} left",
            ({ Cause: Cause<ShopError>.TimedOut { After: var budget } }, _) => $"gave up after {budget}",
            ({ Cause: Cause<ShopError>.Failed { Error: ShopError.SoldOut(var sku) } }, _) => $"{sku} is sold out",
            var (other, _) => $"failed: {other}",
        };
    }

    [Theory]
    [InlineData(7, "east", "hello user 7", "4 left")]
    [InlineData(7, "moon", "hello user 7", "moon is sold out")]
    public async Task The_afternoon_example_says(int id, string place, string greeting, string stock)
    {
        var said = new List<string>();
        Assert.Equal(stock, await Checkout(id, place, said).InTime());
        Assert.Equal([greeting], said);
    }

    [Fact]
    public async Task An_unknown_user_is_an_error_and_no_exception()
    {
        var said = new List<string>();
        Assert.Equal("4 left", await Checkout(-1, "east", said).InTime());
        Assert.StartsWith("no user: failed:", said.Single(), StringComparison.Ordinal);
    }
}
