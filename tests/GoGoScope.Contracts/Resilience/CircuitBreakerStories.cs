namespace GoGoScope.Contracts;

/// <summary>Calls through a circuit breaker.</summary>
public abstract class CircuitBreakerStories(ResilienceFace face) : Stories(face.Face)
{
    private async Task<Outcome> Row(Scope scope, CircuitBreaker breaker, params Work[] works)
    {
        foreach (var work in works)
            Log.Add($"{await face.Guard(scope, breaker, work)}");

        return Outcome.Ok($"{breaker.State} {breaker.FailureCount}");
    }

    [Fact]
    public void It_opens_after_failures_in_a_row_and_closes_after_a_good_probe()
    {
        Assert.Equal("ok Closed 0", Run(async scope =>
        {
            var breaker = face.Breaker("shop", failures: 2, resetSeconds: 10);
            using var told = breaker.OnChange(change => Log.Add($"{change.Circuit} {change.From} {change.To}"));
            await Row(scope, breaker, _ => Fail("a"), _ => throw new InvalidOperationException("bug"), _ => Ok("not run"));
            await Face.Delay(scope, Seconds(4));
            await Row(scope, breaker, _ => Ok("not run"));
            await Face.Delay(scope, Seconds(6));
            return await Row(scope, breaker, _ => Ok("probe"), _ => Ok("open"));
        }));
        Assert.Equal(
            [
                "failed a",
                "shop Closed Open",
                "crashed bug",
                "rejected: the circuit is open; retry after 00:00:10",
                "rejected: the circuit is open; retry after 00:00:06",
                "shop Open HalfOpen",
                "shop HalfOpen Closed",
                "ok probe",
                "ok open",
            ],
            Log);
    }

    [Fact]
    public void Only_as_many_probes_as_configured_run_at_once()
    {
        Assert.Equal("ok Closed 0", Run(async scope =>
        {
            var breaker = face.Breaker("shop", failures: 1, resetSeconds: 10, probes: 2);
            await Row(scope, breaker, _ => Fail("a"));
            await Face.Delay(scope, Seconds(10));
            var calls = Enumerable.Range(0, 4)
                .Select(index => Face.Task(scope, child => face.Guard(child, breaker, probe => Sleep(probe, 1, $"{index}"))))
                .ToList();

            foreach (var call in calls)
                Log.Add($"{await call.Outcome}");

            return Outcome.Ok($"{breaker.State} {breaker.FailureCount}");
        }));
        const string Refused = "rejected: the circuit is open; retry after 00:00:10";
        Assert.Equal(["failed a", "ok 0", "ok 1", Refused, Refused], Log);
    }

    [Fact]
    public void A_failed_probe_opens_it_again()
    {
        Assert.Equal("ok Open 0", Run(async scope =>
        {
            var breaker = face.Breaker("shop", failures: 1, resetSeconds: 10);
            await Row(scope, breaker, _ => Fail("a"));
            await Face.Delay(scope, Seconds(10));
            return await Row(scope, breaker, _ => Fail("probe"), _ => Ok("not run"));
        }));
        Assert.Equal(["failed a", "failed probe", "rejected: the circuit is open; retry after 00:00:10"], Log);
    }

    [Fact]
    public void The_caller_says_what_counts() =>
        Assert.Equal("ok Closed 1", Run(async scope =>
        {
            var breaker = face.Breaker("shop", failures: 2, resetSeconds: 10);

            foreach (var error in new[] { "bad", "fine", "bad" })
                await face.GuardWhen(scope, breaker, cause => cause.As() == "bad", _ => Fail(error));

            return Outcome.Ok($"{breaker.State} {breaker.FailureCount}");
        }));

    [Fact]
    public void It_can_be_told_to_reject_all() =>
        Assert.Equal("rejected: the circuit is open; retry after -00:00:00.0010000", Run(scope =>
        {
            var breaker = face.Breaker("shop", failures: 1, resetSeconds: 10);
            breaker.Isolate();
            return face.Guard(scope, breaker, _ => Ok("not run"));
        }));

    [Fact]
    public void A_threshold_of_zero_is_refused_at_the_door() =>
        Assert.Throws<ArgumentOutOfRangeException>("FailureThreshold", () => face.Breaker("shop", failures: 0, resetSeconds: 1));
}
