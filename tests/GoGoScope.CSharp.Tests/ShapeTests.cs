namespace GoGoScope.CSharp.Tests;

/// <summary>Every shape in which C# work comes finds its overload, and its outcome comes out as one expects.</summary>
public sealed class ShapeTests
{
    private sealed class Pages
    {
        public static Task<string> Get(string url, CancellationToken cancellationToken) =>
            Task.FromResult(cancellationToken.CanBeCanceled ? url : "no token");
    }

    [Fact]
    public async Task A_method_that_takes_a_token_takes_the_child() =>
        Assert.Equal("/", (await Scope.RunAsync(c => Pages.Get("/", c)).InTime()).GetValueOrThrow());

    [Fact]
    public async Task Children_of_every_shape_end_well()
    {
        var outcome = await Scope.RunAsync(async scope =>
        {
            Result<string, ShopError> typed = await scope.Fork(c => Shop.FindUser(7, c));
            Result<int> plain = await scope.Fork(c => Shop.Count("east", c));
            Result<int> valueTask = await scope.Fork(c => Shop.CountFast("east", c));
            Result<int, ShopError> typedValueTask = await scope.Fork(_ => Shop.StockFast("east"));
            Result nothing = await scope.Fork(_ => Task.CompletedTask);
            Result nothingValueTask = await scope.Fork(_ => ValueTask.CompletedTask);
            Result<int> lambda = await scope.Fork(async c => await Shop.Count("west", c));
            Result lambdaOfNothing = await scope.Fork(async _ => await Task.Yield());
            Result<int> passedOn = await scope.Fork(async c => await c.Fork(x => Shop.Count("west", x)));
            Result passedOnNothing = await scope.Fork(async c => await c.DelayAsync(TimeSpan.Zero));
            Result verb = await scope.Fork(c => c.DelayAsync(TimeSpan.Zero));
            Result<int, ShopError> verbOfWork = await scope.Fork(c => c.TimeoutAsync(TimeSpan.FromHours(1), x => Shop.Stock("east", x)));
            return (typed, plain, valueTask, typedValueTask, nothing, nothingValueTask, lambda, lambdaOfNothing, passedOn, passedOnNothing, verb, verbOfWork);
        }).InTime();

        var ended = outcome.GetValueOrThrow();
        Assert.Equal(Result.Ok<string, ShopError>("user 7"), ended.typed);
        Assert.Equal(Result.Ok(4), ended.plain);
        Assert.Equal(Result.Ok(4), ended.valueTask);
        Assert.Equal(Result.Ok<int, ShopError>(4), ended.typedValueTask);
        Assert.Equal(Result.Ok(), ended.nothing);
        Assert.Equal(Result.Ok(), ended.nothingValueTask);
        Assert.Equal(Result.Ok(4), ended.lambda);
        Assert.Equal(Result.Ok(), ended.lambdaOfNothing);
        Assert.Equal(Result.Ok(4), ended.passedOn);
        Assert.Equal(Result.Ok(), ended.passedOnNothing);
        Assert.Equal(Result.Ok(), ended.verb);
        Assert.Equal(Result.Ok<int, ShopError>(4), ended.verbOfWork);
    }
}
