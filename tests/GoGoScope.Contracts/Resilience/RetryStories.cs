namespace GoGoScope.Contracts;

/// <summary>Work that is repeated.</summary>
public abstract class RetryStories(ResilienceFace face) : Stories(face.Face)
{
    /// <summary>Fails so often, then gives a value.</summary>
    private Work FailsFirst(int times)
    {
        var attempt = 0;
        return scope =>
        {
            Log.Add($"{scope.Clock.GetUtcNow().TimeOfDay.TotalSeconds}");
            return ++attempt <= times ? Fail($"no {attempt}") : Ok($"attempt {attempt}");
        };
    }

    [Fact]
    public void Work_that_fails_is_repeated_by_its_schedule()
    {
        Assert.Equal("ok attempt 4", Run(scope => face.Retry(scope, new(1, Step: 2), FailsFirst(3), Log.Add)));
        Assert.Equal(["0", "1: failed: \"no 1\"", "1", "2: failed: \"no 2\"", "4", "3: failed: \"no 3\"", "9"], Log);
    }

    [Fact]
    public void No_delay_is_longer_than_its_max()
    {
        Assert.Equal("ok attempt 4", Run(scope => face.Retry(scope, new(1, Step: 2, Max: 2), FailsFirst(3))));
        Assert.Equal(["0", "1", "3", "5"], Log);
    }

    [Fact]
    public void The_last_error_comes_first_and_the_earlier_ones_beside_it() =>
        Assert.Equal("failed no 3 + failed no 1 + failed no 2", Run(scope => face.RetryTimes(scope, 2, FailsFirst(9))));

    [Fact]
    public void An_error_that_is_not_wanted_again_is_given_at_once() =>
        Assert.Equal(
            "failed no 2 + failed no 1",
            Run(scope => face.RetryWhile(scope, cause => cause.As() != "no 2", FailsFirst(9))));

    [Fact]
    public void A_crash_and_a_time_out_are_repeated_too()
    {
        var attempt = 0;
        Assert.Equal("ok done", Run(scope =>
        {
            attempt = 0;
            return face.Retry(
                scope,
                new(0),
                child => ++attempt switch
                {
                    1 => throw new InvalidOperationException("bug"),
                    2 => Sleep(child, 100),
                    _ => Ok("done"),
                },
                attemptSeconds: 1);
        }));
        Assert.Equal(3, attempt);
    }

    [Fact]
    public void An_attempt_that_does_not_hear_is_waited_for()
    {
        Assert.Equal("ok second", Run(scope => face.Retry(
            scope,
            new(0),
            child => Log.Count > 0 ? Ok("second") : StopSlowly(child, 5, "first"),
            attemptSeconds: 1)));
        Assert.Equal(["first stopped"], Log);
    }

    [Fact]
    public void A_cancel_ends_the_wait_for_the_next_attempt() =>
        Assert.Equal("ok cancelled: enough after 3", Run(async scope =>
        {
            Outcome? said = null;
            var child = Face.Task(scope, async child =>
            {
                said = await face.Retry(child, new(100), FailsFirst(9));
                return Outcome.Ok("");
            });
            await Face.Delay(scope, Seconds(3));
            child.Cancel("enough");
            await child.Outcome;
            return Outcome.Ok($"{said} after {scope.Clock.GetUtcNow().TimeOfDay.TotalSeconds}");
        }));

    [Fact]
    public void A_number_below_zero_is_refused_at_the_door() =>
        Assert.StartsWith("crashed Must be 0 or more", Run(scope => face.RetryTimes(scope, -1, _ => Ok(""))), StringComparison.Ordinal);
}
