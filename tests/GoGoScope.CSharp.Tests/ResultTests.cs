namespace GoGoScope.CSharp.Tests;

/// <summary>Results as values.</summary>
public sealed class ResultTests
{
    private static readonly Result<int, ShopError> Good = Result.Ok<int, ShopError>(7);

    private static readonly Result<int, ShopError> Bad = Result.Fail<int, ShopError>(new ShopError.SoldOut("tea"));

    [Fact]
    public void A_value_comes_apart()
    {
        var (error, value) = Good;
        Assert.Null(error);
        Assert.Equal(7, value);
        Assert.True(Good.IsOk);
        Assert.Null(Good.Error);
        Assert.True(Good.TryGet(out var got, out var none));
        Assert.Equal(7, got);
        Assert.Null(none);
        Assert.Equal(7, Good.GetValueOrThrow());
        Assert.Equal("ok 7", Good.Match(ok => $"ok {ok}", _ => "error"));
        Assert.Equal("Ok(7)", Good.ToString());
    }

    [Fact]
    public void An_error_comes_apart()
    {
        var (error, value) = Bad;
        Assert.Equal(new ShopError.SoldOut("tea"), Assert.IsType<Cause<ShopError>.Failed>(error!.Cause).Error);
        Assert.Equal(0, value);
        Assert.False(Bad.IsOk);
        Assert.False(Bad.TryGet(out _));
        Assert.False(Bad.TryGet(out _, out var same));
        Assert.Same(error, same);
        Assert.Same(error, Bad.Match(_ => null!, given => given));
        Assert.StartsWith("Error(failed: ", Bad.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_outcomes_are_equal()
    {
        Assert.True(Good == Result.Ok<int, ShopError>(7));
        Assert.True(Bad == Result.Fail<int, ShopError>(new ShopError.SoldOut("tea")));
        Assert.True(Bad != Result.Fail<int, ShopError>(new ShopError.SoldOut("milk")));
        Assert.True(Good != Bad);
        Assert.Equal(Bad.GetHashCode(), Result.Fail<int, ShopError>(new ShopError.SoldOut("tea")).GetHashCode());
        Assert.Equal(Result.Ok(7), Result.Ok(7));
        Assert.NotEqual(Result.Ok(7), Result.Ok(8));
        Assert.Equal(Result.Ok(), default);
    }

    [Fact]
    public void Short_spellings_convert()
    {
        Result<int, ShopError> failed = Result.Fail<ShopError>(new ShopError.SoldOut("tea"));
        Assert.Equal(Bad, failed);
        Result<string, ShopError> passedOn = Result.Fail(Bad.Error!);
        Assert.Same(Bad.Error, passedOn.Error);
        Result<int, Never> longer = Result.Ok(7);
        Result<int> shorter = longer;
        Assert.Equal(Result.Ok(7), shorter);
        Assert.Equal("8", Result.Ok(7).Map(value => $"{value + 1}").GetValueOrThrow());
        Assert.Same(Bad.Error, Bad.Map(value => $"{value}").Error);
    }

    [Fact]
    public void The_exception_carries_the_error()
    {
        var thrown = Assert.Throws<ScopeException<ShopError>>(() => Bad.GetValueOrThrow());
        Assert.Same(Bad.Error, thrown.Error);
        Assert.Contains("SoldOut", thrown.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<ScopeException>(thrown);
    }

    [Fact]
    public async Task The_exception_keeps_what_was_thrown_as_its_inner_one()
    {
        var crash = await Scope.RunAsync(async _ =>
        {
            await Task.Yield();
            throw new FormatException("bad");
        }).InTime();
        var thrown = Assert.Throws<ScopeException<Never>>(() => crash.ThrowIfFailed());
        Assert.IsType<FormatException>(thrown.InnerException);
        Assert.True(crash.TryGetError(out var error));
        Assert.Equal("bad", error.Text());
    }

    [Fact]
    public async Task GetValueOrThrow_passes_an_error_on_without_loss()
    {
        var outcome = await Scope.RunAsync(async Task<Result<int, ShopError>> (scope) =>
        {
            var stock = (await scope.Fork(c => Shop.Stock("moon", c))).GetValueOrThrow();
            return Result.Ok<int, ShopError>(stock);
        }).InTime();
        Assert.Equal(new ShopError.SoldOut("moon"), Assert.IsType<Cause<ShopError>.Failed>(outcome.Error!.Cause).Error);
        Assert.Empty(outcome.Error.Others);
    }

    [Fact]
    public async Task GetValueOrThrow_crosses_into_a_scope_with_other_errors_as_a_crash()
    {
        var outcome = await Scope.RunAsync(async scope => (await scope.Task(c => Shop.Stock("moon", c))).GetValueOrThrow()).InTime();
        var crash = Assert.IsType<Cause<Never>.Crashed>(outcome.Error!.Cause);
        Assert.Equal(new ShopError.SoldOut("moon"), Assert.IsType<UntypedFailure>(crash.Exception).Error);
    }

    [Fact]
    public async Task GetValueOrThrow_outside_of_async_code_passes_the_error_on_too()
    {
        var outcome = await Scope.RunAsync(_ => Task.FromResult(Bad.GetValueOrThrow())).InTime();
        Assert.IsType<UntypedFailure>(Assert.IsType<Cause<Never>.Crashed>(outcome.Error!.Cause).Exception);
        var fast = await Scope.RunAsync(_ => new ValueTask<int>(Bad.GetValueOrThrow())).InTime();
        Assert.IsType<UntypedFailure>(Assert.IsType<Cause<Never>.Crashed>(fast.Error!.Cause).Exception);
    }

    [Fact]
    public async Task A_result_in_a_value_cannot_hide_its_error()
    {
        var outcome = await Scope.RunAsync(scope => scope.AllAsync(
            async c => await c.Task(async _ => await Task.FromException<int>(new FormatException("hidden"))),
            async c => await c.Task(async _ => await Task.FromResult(1)))).InTime();
        Assert.Equal("hidden", outcome.Error!.Text());
    }
}

/// <summary>The message of a crash.</summary>
internal static class Crash
{
    public static string Text<TError>(this ScopeError<TError> error) =>
        error.Cause is Cause<TError>.Crashed crash ? crash.Exception.Message : error.ToString();
}
