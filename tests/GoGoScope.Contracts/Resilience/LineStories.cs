namespace GoGoScope.Contracts;

/// <summary>Calls through rate limiters and bulkheads.</summary>
public abstract class LineStories(ResilienceFace face) : Stories(face.Face)
{
    /// <summary>Notes when it ran.</summary>
    private Work Step(string name, double seconds = 0) => async scope =>
    {
        Log.Add($"{scope.Clock.GetUtcNow().TimeOfDay.TotalSeconds} {name}");
        return seconds == 0 ? Outcome.Ok(name) : await Sleep(scope, seconds, name);
    };

    /// <summary>Starts all at once, and says what became of each.</summary>
    private async Task<Outcome> Together(Scope scope, params Work[] calls)
    {
        var children = calls.Select(call => Face.Task(scope, call)).ToList();
        var said = new List<string>();

        foreach (var child in children)
            said.Add($"{await child.Outcome}");

        return Outcome.Ok(string.Join(", ", said));
    }

    [Theory]
    [InlineData("fixed")]
    [InlineData("sliding")]
    [InlineData("bucket")]
    public void A_limiter_without_places_tells_when_to_come_back(string kind)
    {
        Assert.Equal(
            "ok ok a, ok b, rejected: the rate limit is reached; retry after 00:00:10, ok d",
            Run(async scope =>
            {
                var limiter = face.Limiter(kind, 2, 10);
                var first = await Together(scope, [.. new[] { "a", "b", "c" }.Select<string, Work>(name => child => face.Limit(child, limiter, Step(name)))]);
                await Face.Delay(scope, Seconds(10));
                return Outcome.Ok($"{first.Value}, {await face.Limit(scope, limiter, Step("d"))}");
            }));
        Assert.Equal(["0 a", "0 b", "10 d"], Log);
    }

    [Fact]
    public void Callers_wait_in_line_at_their_cost()
    {
        Assert.Equal("ok ok a, ok large, ok small", Run(scope =>
        {
            var limiter = face.Limiter("bucket", 4, 10, queue: 2);
            return Together(
                scope,
                child => face.Limit(child, limiter, Step("a"), cost: 3),
                child => face.Limit(child, limiter, Step("large"), cost: 4),
                child => face.Limit(child, limiter, Step("small")));
        }));
        Assert.Equal(["0 a", "30 large", "40 small"], Log);
    }

    [Fact]
    public void A_cost_above_the_limit_is_refused_at_the_door() =>
        Assert.StartsWith(
            "crashed Must be from 1 to the limit, 2",
            Run(scope => face.Limit(scope, face.Limiter("fixed", 2, 1), Step("a"), cost: 3)),
            StringComparison.Ordinal);

    [Fact]
    public void A_bulkhead_lets_some_run_some_wait_and_rejects_the_rest()
    {
        Assert.Equal("ok ok a, ok b, ok c, rejected: the queue is full (1)", Run(scope =>
        {
            var bulkhead = face.Bulkhead(2, 1);
            return Together(scope, [.. new[] { "a", "b", "c", "d" }.Select<string, Work>(name => child => face.Guard(child, bulkhead, Step(name, 5)))]);
        }));
        Assert.Equal(["0 a", "0 b", "5 c"], Log);
    }

    [Fact]
    public void Who_is_cancelled_in_line_has_taken_nothing()
    {
        Assert.Equal("ok cancelled: enough, ok c, 0 0", Run(async scope =>
        {
            var bulkhead = face.Bulkhead(1, 2);
            var first = Face.Task(scope, child => face.Guard(child, bulkhead, Step("a", 5)));
            var second = Face.Task(scope, child => face.Guard(child, bulkhead, Step("b", 5)));
            var third = Face.Task(scope, child => face.Guard(child, bulkhead, Step("c", 5)));
            await Face.Delay(scope, Seconds(1));
            second.Cancel("enough");
            var said = $"{await second.Outcome}, {await third.Outcome}";
            await first.Outcome;
            return Outcome.Ok($"{said}, {bulkhead.Running} {bulkhead.Waiting}");
        }));
        Assert.Equal(["0 a", "5 c"], Log);
    }
}
