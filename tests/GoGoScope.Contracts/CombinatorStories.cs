namespace GoGoScope.Contracts;

/// <summary>Delays, time limits, shields, groups, parallel work and changed errors.</summary>
public abstract class CombinatorStories(Face face) : Stories(face)
{
    [Fact]
    public void A_delay_takes_its_time() =>
        Assert.Equal("ok 3", Run(async scope =>
        {
            var start = scope.Clock.GetTimestamp();
            await Face.Delay(scope, Seconds(3));
            return Outcome.Ok($"{scope.Clock.GetElapsedTime(start).TotalSeconds}");
        }));

    [Fact]
    public void A_cancel_ends_a_delay_at_once() =>
        Assert.Equal("ok cancelled: enough after 1", Run(async scope =>
        {
            var start = scope.Clock.GetTimestamp();
            Outcome? said = null;
            var child = Face.Task(scope, async child =>
            {
                said = await Face.Delay(child, Seconds(10));
                return Outcome.Ok("");
            });
            await Face.Delay(scope, Seconds(1));
            child.Cancel("enough");
            await child.Outcome;
            return Outcome.Ok($"{said} after {scope.Clock.GetElapsedTime(start).TotalSeconds}");
        }));

    [Fact]
    public void Work_within_its_time_gives_its_value() =>
        Assert.Equal("ok slept", Run(scope => Face.Timeout(scope, Seconds(2), child => Sleep(child, 1))));

    [Fact]
    public void Work_past_its_time_is_stopped_and_waited_for()
    {
        var said = Run(async scope =>
        {
            var late = await Face.Timeout(scope, Seconds(2), child => StopSlowly(child, 3, "late"));
            Log.Add("answered");
            return Outcome.Ok(late.ToString());
        });
        Assert.Equal("ok timed out after 00:00:02", said);
        Assert.Equal(["late stopped", "answered"], Log);
    }

    [Fact]
    public void A_time_limit_below_zero_is_refused_at_the_door() =>
        Assert.StartsWith("crashed A duration must be", Run(scope => Face.Timeout(scope, Seconds(-1), _ => Ok(""))), StringComparison.Ordinal);

    [Fact]
    public void Shielded_work_does_not_hear_a_cancel() =>
        Assert.Equal("ok ok slept", Run(async scope =>
        {
            Outcome? inner = null;
            var child = Face.Task(scope, async child =>
            {
                inner = await Face.Shielded(child, Seconds(10), shielded => Sleep(shielded, 5));
                return Outcome.Ok("");
            });
            child.Cancel("enough");
            await child.Outcome;
            return Outcome.Ok($"{inner}");
        }));

    [Fact]
    public void Shielded_work_starts_in_a_cancelled_scope_too() =>
        Assert.Equal("ok ok slept", Run(async scope =>
        {
            Outcome? inner = null;
            var child = Face.Task(scope, async child =>
            {
                child.Cancel("enough");
                inner = await Face.Shielded(child, Seconds(10), shielded => Sleep(shielded, 5));
                return Outcome.Ok("");
            });
            await child.Outcome;
            return Outcome.Ok($"{inner}");
        }));

    [Fact]
    public void Shielded_work_has_its_bound() =>
        Assert.Equal("timed out after 00:00:02", Run(scope => Face.Shielded(scope, Seconds(2), child => Sleep(child, 5))));

    [Fact]
    public void All_gives_the_values_in_order() =>
        Assert.Equal("ok a+b & a+b+c & a+b+c+d", Run(async scope =>
        {
            Work a = child => Sleep(child, 3, "a"), b = _ => Ok("b"), c = child => Sleep(child, 1, "c"), d = _ => Ok("d");
            var two = await Face.All(scope, a, b);
            var three = await Face.All(scope, a, b, c);
            var four = await Face.All(scope, a, b, c, d);
            return Outcome.Ok($"{two.Value} & {three.Value} & {four.Value}");
        }));

    [Fact]
    public void The_first_failure_of_all_stops_the_others_and_waits_for_them()
    {
        var said = Run(async scope =>
        {
            var start = scope.Clock.GetTimestamp();
            var all = await Face.All(
                scope,
                child => StopSlowly(child, 0, "a"),
                child => StopSlowly(child, 0.28, "b"),
                child => FailAfter(child, 0.02, "c"));
            return Outcome.Ok($"{all} after {scope.Clock.GetElapsedTime(start).TotalMilliseconds}");
        });
        Assert.Equal("ok failed c after 300", said);
        Assert.Equal(["a stopped", "b stopped"], Log);
    }

    [Fact]
    public void A_synchronous_throw_in_all_is_a_crash_like_any_other()
    {
        Assert.Equal(
            "crashed bug",
            Run(scope => Face.All(scope, child => StopSlowly(child, 1, "a"), _ => throw new InvalidOperationException("bug"))));
        Assert.Equal(["a stopped"], Log);
    }

    [Fact]
    public void Parallel_gives_the_values_in_the_order_of_the_items() =>
        Assert.Equal("ok 0,1,2,3", Run(scope =>
            Face.Parallel(scope, 2, [.. Enumerable.Range(0, 4).Select<int, Work>(index => child => Sleep(child, 4 - index, $"{index}"))])));

    [Fact]
    public void Parallel_of_nothing_gives_nothing() => Assert.Equal("ok ", Run(scope => Face.Parallel(scope, 2, [])));

    [Fact]
    public void Parallel_never_exceeds_its_concurrency()
    {
        var running = 0;
        var most = 0;
        Run(scope => Face.Parallel(scope, 3, [.. Enumerable.Range(0, 10).Select<int, Work>(_ => async child =>
        {
            most = Math.Max(most, ++running);
            await Sleep(child, 1);
            running--;
            return Outcome.Ok("");
        })]));
        Assert.Equal(3, most);
    }

    [Fact]
    public void The_first_failure_ends_parallel_work() =>
        Assert.Equal("failed two", Run(scope => Face.Parallel(scope, 2, [
            child => Sleep(child, 100),
            child => FailAfter(child, 1, "two"),
            _ => throw new InvalidOperationException("never started"),
        ])));

    [Fact]
    public void A_failure_ends_nothing_where_all_are_settled() =>
        Assert.Equal("ok ok slept,failed two,crashed three", Run(scope => Face.ParallelSettled(scope, 2, [
            child => Sleep(child, 3),
            child => FailAfter(child, 1, "two"),
            _ => throw new InvalidOperationException("three"),
        ])));

    [Fact]
    public void No_concurrency_is_refused_at_the_door() =>
        Assert.StartsWith("crashed Must be 1 or more", Run(scope => Face.Parallel(scope, 0, [_ => Ok("")])), StringComparison.Ordinal);

    [Fact]
    public void Every_cause_becomes_the_callers_error() =>
        Assert.Equal("failed Crashed, failed Failed", Run(async scope =>
        {
            var crash = await Face.MapError(scope, cause => cause.GetType().Name, child => throw new InvalidOperationException("bug"));
            var error = await Face.MapError(scope, cause => cause.GetType().Name, child => FailAfter(child, 1, "no"));
            return Outcome.Fail($"{crash.Error!.Cause.As()}, failed {error.Error!.Cause.As()}");
        }));

    [Fact]
    public void Only_crashes_become_the_callers_error() =>
        Assert.Equal("ok failed was bug, failed no", Run(async scope =>
        {
            var crash = await Face.MapCrash(scope, failure => $"was {failure.Message}", async child =>
            {
                await Sleep(child, 1);
                throw new InvalidOperationException("bug");
            });
            var error = await Face.MapCrash(scope, failure => "not called", child => FailAfter(child, 1, "no"));
            return Outcome.Ok($"{crash}, {error}");
        }));
}

/// <summary>The caller's own error in a cause.</summary>
internal static class OwnError
{
    public static string As(this Cause<string> cause) => ((Cause<string>.Failed)cause).Error;
}
