namespace GoGoScope.Contracts;

/// <summary>The first of several, some of several, and all of many.</summary>
public abstract class RaceStories(Face face, RaceFace race) : Stories(face)
{
    private static async IAsyncEnumerable<string> Source(params string[] items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private static async Task<Outcome> Echo(string item, Scope scope) => await Sleep(scope, 1, $"<{item}>");

    [Fact]
    public void The_first_to_end_decides_even_with_an_error() =>
        Assert.Equal("failed two", Run(scope => race.First(scope, [
            child => Sleep(child, 9),
            child => FailAfter(child, 3, "two"),
        ])));

    [Fact]
    public void The_first_value_decides_and_the_losers_have_ended()
    {
        Assert.Equal("ok fast", Run(scope => race.FirstOk(scope, [
            child => FailAfter(child, 1, "broken"),
            child => Sleep(child, 3, "fast"),
            child => StopSlowly(child, 2, "slow"),
        ])));
        Assert.Equal(["slow stopped"], Log);
    }

    [Fact]
    public void When_all_have_failed_every_cause_is_kept() =>
        Assert.Equal("failed two + failed one + failed three", Run(scope => race.FirstOk(scope, [
            child => FailAfter(child, 5, "one"),
            child => FailAfter(child, 1, "two"),
            child => FailAfter(child, 9, "three"),
        ])));

    [Fact]
    public void No_competitors_are_rejected() =>
        Assert.Equal("rejected: race: there is nothing to do", Run(scope => race.FirstOk(scope, [])));

    [Fact]
    public void Settings_of_a_race() =>
        Assert.Equal("ok second, timed out after 00:00:02 + failed no, ok third", Run(async scope =>
        {
            var hedged = await race.First(scope, new(Stagger: 2), [child => Sleep(child, 9, "first"), child => Sleep(child, 1, "second")]);
            var late = await race.FirstOk(scope, new(Seconds: 2), [child => Sleep(child, 9), child => FailAfter(child, 1, "no")]);
            var inTurn = await race.FirstOk(scope, new(Concurrency: 1), [child => FailAfter(child, 1, "no"), child => FailAfter(child, 1, "no"), child => Sleep(child, 1, "third")]);
            return Outcome.Ok($"{hedged}, {late}, {inTurn}"[3..]);
        }));

    [Fact]
    public void A_race_outside_any_scope_opens_one() =>
        Assert.Equal("ok here", Run(_ => race.FirstOkAlone([_ => Fail("no"), _ => Ok("here")])));

    [Fact]
    public void Some_are_enough() =>
        Assert.Equal("ok a, ok a,c, failed two + failed four, rejected: quorum of 3 among 1: there is nothing to do", Run(async scope =>
        {
            Work a = child => Sleep(child, 3, "a");
            Work two = child => FailAfter(child, 1, "two");
            Work c = child => Sleep(child, 5, "c");
            Work four = child => FailAfter(child, 2, "four");
            var any = await race.Any(scope, [two, a, c]);
            var quorum = await race.Quorum(scope, 2, [a, two, c, child => Sleep(child, 9, "d")]);
            var impossible = await race.Quorum(scope, 3, [a, two, c, four]);
            var few = await race.Quorum(scope, 3, [a]);
            return Outcome.Ok($"{any}, {quorum}, {impossible}, {few}"[3..]);
        }));

    [Fact]
    public void An_aggregate_tells_values_and_errors_apart() =>
        Assert.Equal("ok 0=a 2=c 1!failed two False", Run(scope => race.Aggregate(scope, [
            child => Sleep(child, 3, "a"),
            child => FailAfter(child, 1, "two"),
            child => Sleep(child, 5, "c"),
        ])));

    [Fact]
    public void Stopping_at_the_first_error_and_progress()
    {
        var told = new List<string>();
        Assert.Equal("ok ok a,failed two,cancelled: its sibling 'item-2' failed", Run(scope =>
        {
            told.Clear();
            return race.SettledUntilError(scope, 1, (completed, total, index) => told.Add($"{completed}/{total}: {index}"), [
                child => Sleep(child, 3, "a"),
                child => FailAfter(child, 1, "two"),
                child => Sleep(child, 5, "c"),
            ]);
        }));
        Assert.Equal(["1/3: 0", "2/3: 1"], told);
    }

    [Fact]
    public void A_joiner_of_ones_own() =>
        Assert.Equal("ok b,c", Run(scope => race.Join(scope, 2, [
            child => Sleep(child, 9, "a"),
            child => Sleep(child, 1, "b"),
            child => Sleep(child, 2, "c"),
        ])));

    [Fact]
    public void Items_with_a_function() =>
        Assert.Equal("ok <a>,<b>, ok <c>,<d>", Run(async scope =>
        {
            var list = await race.Map(scope, ["a", "b"], Echo);
            var source = await race.Map(scope, Source("c", "d"), Echo);
            return Outcome.Ok($"{list}, {source}"[3..]);
        }));

    [Fact]
    public void Items_with_an_action()
    {
        Assert.Equal("ok", Run(async scope =>
        {
            await race.ForEach(scope, ["a"], async (item, child) => Log.Add((await Echo(item, child)).Value!));
            await race.ForEach(scope, Source("b"), async (item, child) => Log.Add((await Echo(item, child)).Value!));
            return Outcome.Ok("");
        }).TrimEnd());
        Assert.Equal(["<a>", "<b>"], Log);
    }
}
