namespace GoGoScope.Contracts;

/// <summary>Fallbacks, hedges and keys.</summary>
public abstract class AnswerStories(ResilienceFace face) : Stories(face.Face)
{
    [Fact]
    public void A_failure_is_answered_with_a_value() =>
        Assert.Equal("ok good, cached, cached", Run(async scope =>
        {
            var good = await face.Fallback(scope, _ => Ok("good"), "cached");
            var failed = await face.Fallback(scope, child => FailAfter(child, 1, "no"), "cached");
            var crashed = await face.Fallback(scope, _ => throw new InvalidOperationException("bug"), "cached");
            return Outcome.Ok($"{good.Value}, {failed.Value}, {crashed.Value}");
        }));

    [Fact]
    public void Only_the_chosen_causes_are_answered() =>
        Assert.Equal("ok was no, crashed bug", Run(async scope =>
        {
            static Work Handler(ScopeError<string> error) => _ => Ok($"was {error.Cause.As()}");
            static bool When(Cause<string> cause) => cause is Cause<string>.Failed;
            var failed = await face.Fallback(scope, _ => Fail("no"), Handler, When);
            var crashed = await face.Fallback(scope, _ => throw new InvalidOperationException("bug"), Handler, When);
            return Outcome.Ok($"{failed.Value}, {crashed}");
        }));

    [Fact]
    public void When_the_answer_fails_too_both_are_kept() =>
        Assert.Equal("failed worse + failed no", Run(scope => face.Fallback(scope, _ => Fail("no"), _ => _ => Fail("worse"))));

    [Fact]
    public void A_slow_call_is_made_again_and_the_loser_has_ended()
    {
        var attempt = 0;
        Assert.Equal("ok second after 8", Run(async scope =>
        {
            attempt = 0;
            var said = await face.Hedge(
                scope, 2, 2, child => ++attempt == 1 ? StopSlowly(child, 5, "first") : Sleep(child, 1, "second"));
            return Outcome.Ok($"{said.Value} after {scope.Clock.GetUtcNow().TimeOfDay.TotalSeconds}");
        }));
        Assert.Equal(["first stopped"], Log);
    }

    [Fact]
    public void When_all_attempts_fail_all_causes_are_kept()
    {
        var attempt = 0;
        Assert.Equal("failed no 1 + failed no 2", Run(scope =>
        {
            attempt = 0;
            return face.Hedge(scope, 2, 2, _ => Fail($"no {++attempt}"));
        }));
    }

    [Fact]
    public void Under_a_key_work_is_done_once()
    {
        Assert.Equal("ok run 1, run 1, run 1, run 2", Run(async scope =>
        {
            var runs = 0;
            var keys = new IdempotencyKeys<string, string, string>(Seconds(60));
            Work work = child => Sleep(child, 5, $"run {++runs}");
            var first = Face.Task(scope, child => face.Once(child, keys, "a", work));
            var second = Face.Task(scope, child => face.Once(child, keys, "a", work));
            var said = $"{(await first.Outcome).Value}, {(await second.Outcome).Value}";
            var kept = await face.Once(scope, keys, "a", work);
            await Face.Delay(scope, Seconds(60));
            var anew = await face.Once(scope, keys, "a", work);
            return Outcome.Ok($"{said}, {kept.Value}, {anew.Value}");
        }));
    }

    [Fact]
    public void A_failure_frees_the_key() =>
        Assert.Equal("ok failed no, ok yes", Run(async scope =>
        {
            var keys = new IdempotencyKeys<string, string, string>(Seconds(60));
            var failed = await face.Once(scope, keys, "a", _ => Fail("no"));
            return Outcome.Ok($"{failed}, {await face.Once(scope, keys, "a", _ => Ok("yes"))}");
        }));
}
