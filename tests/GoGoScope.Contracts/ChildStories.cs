namespace GoGoScope.Contracts;

/// <summary>Children: <c>fork</c> and <c>task</c>.</summary>
public abstract class ChildStories(Face face) : Stories(face)
{
    [Fact]
    public void The_outcome_of_a_child_is_a_value() =>
        Assert.Equal("ok 7", Run(scope => Face.Fork(scope, child => Sleep(child, 1, "7")).Outcome));

    [Fact]
    public void A_child_may_be_awaited_any_number_of_times() =>
        Assert.Equal("ok 7 7", Run(async scope =>
        {
            var child = Face.Fork(scope, child => Sleep(child, 1, "7"));
            return Outcome.Ok($"{(await child.Outcome).Value} {(await child.Outcome).Value}");
        }));

    [Fact]
    public void The_first_failure_stops_the_siblings_and_is_reported_once()
    {
        var said = Run(async scope =>
        {
            var slow = Face.Fork(scope, child => StopSlowly(child, 2, "slow"), new("slow"));
            var bad = Face.Fork(scope, child => FailAfter(child, 1, "bad"), new("bad"));
            Log.Add((await slow.Outcome).ToString());
            return await bad.Outcome;
        });
        Assert.Equal("failed bad", said);
        Assert.Equal(["slow stopped", "cancelled: its sibling 'bad' failed"], Log);
    }

    [Fact]
    public void A_later_failure_is_kept_beside_the_first() =>
        Assert.Equal("failed first + crashed second", Run(scope =>
        {
            Face.Fork(scope, async child =>
            {
                await UntilStopped(child.Clock, child.Token);
                throw new InvalidOperationException("second");
            });
            Face.Fork(scope, child => FailAfter(child, 1, "first"));
            return Ok("body");
        }));

    [Fact]
    public void The_failure_of_a_task_is_only_a_value() =>
        Assert.Equal("ok seen failed no", Run(async scope =>
            Outcome.Ok($"seen {await Face.Task(scope, child => FailAfter(child, 1, "no")).Outcome}")));

    [Fact]
    public void The_failure_of_a_task_that_nobody_looked_at_surfaces() =>
        Assert.Equal("failed no", Run(scope =>
        {
            Face.Task(scope, child => FailAfter(child, 1, "no"));
            return Ok("body");
        }));

    [Fact]
    public void An_error_that_is_passed_on_is_reported_once() =>
        Assert.Equal("failed no", Run(scope => Face.Fork(scope, child => FailAfter(child, 1, "no")).Outcome));

    [Fact]
    public void A_child_can_be_cancelled_without_harm() =>
        Assert.Equal("ok cancelled: enough", Run(async scope =>
        {
            var child = Face.Fork(scope, child => Sleep(child, 10));
            child.Cancel("enough");
            return Outcome.Ok((await child.Outcome).ToString());
        }));

    [Fact]
    public void What_runs_below_a_stopped_child_hears_of_its_parent() =>
        Assert.Equal("ok cancelled: its parent ended: enough", Run(async scope =>
        {
            Handle? inner = null;
            var outer = Face.Task(scope, outer =>
            {
                inner = Face.Task(outer, child => Sleep(child, 10));
                return inner.Outcome;
            });
            outer.Cancel("enough");
            await outer.Outcome;
            return Outcome.Ok((await inner!.Outcome).ToString());
        }));

    [Fact]
    public void A_child_has_a_time_limit_of_its_own() =>
        Assert.Equal("ok timed out after 00:00:02", Run(async scope =>
            Outcome.Ok((await Face.Task(scope, child => Sleep(child, 10), new(Seconds: 2)).Outcome).ToString())));

    [Fact]
    public void A_child_ends_only_after_its_own_children()
    {
        Run(async scope =>
        {
            var outer = Face.Fork(scope, outer =>
            {
                Face.Fork(outer, async inner =>
                {
                    await Sleep(inner, 3);
                    Log.Add("inner");
                    return Outcome.Ok("");
                });
                return Ok("");
            });
            await outer.Outcome;
            Log.Add("outer");
            return Outcome.Ok("");
        });
        Assert.Equal(["inner", "outer"], Log);
    }

    [Fact]
    public void A_body_starts_at_once_on_the_callers_thread() =>
        Assert.Equal("ok started", Run(scope =>
        {
            var started = "not started";
            Face.Fork(scope, _ =>
            {
                started = "started";
                return Ok("");
            });
            return Ok(started);
        }));

    [Fact]
    public void A_body_on_the_pool_starts_later() =>
        Assert.Equal("ok not started, then started", Run(async scope =>
        {
            var state = "not started";
            var child = Face.Fork(
                scope,
                _ =>
                {
                    state = "started";
                    return Ok("");
                },
                new(Start: StartMode.Pool));
            var before = state;
            await child.Outcome;
            return Outcome.Ok($"{before}, then {state}");
        }));

    [Fact]
    public void A_lazy_child_that_nobody_asks_never_starts()
    {
        var said = Run(scope =>
        {
            Face.Fork(
                scope,
                _ =>
                {
                    Log.Add("started");
                    return Ok("");
                },
                new(Start: StartMode.Lazy));
            return Ok("body");
        });
        Assert.Equal("ok body", said);
        Assert.Empty(Log);
    }

    [Fact]
    public void A_lazy_child_starts_when_it_is_asked() =>
        Assert.Equal("ok 7", Run(scope => Face.Fork(scope, child => Sleep(child, 1, "7"), new(Start: StartMode.Lazy)).Outcome));

    [Fact]
    public void A_child_of_a_cancelled_scope_does_not_start()
    {
        var said = Run(async scope =>
        {
            var outer = Face.Task(scope, async outer =>
            {
                outer.Cancel("enough");
                var inner = Face.Task(outer, _ =>
                {
                    Log.Add("started");
                    return Ok("");
                });
                Log.Add((await inner.Outcome).ToString());
                return Outcome.Ok("");
            });
            return Outcome.Ok((await outer.Outcome).ToString());
        });
        Assert.Equal(["cancelled: its parent ended: enough"], Log);
        Assert.StartsWith("ok", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_has_the_name_it_was_given() =>
        Assert.Equal("ok search", Run(async scope =>
        {
            var child = Face.Fork(scope, child => Sleep(child, 1), new("search"));
            await child.Outcome;
            return Outcome.Ok(child.Name);
        }));

    [Fact]
    public void Work_that_ignores_its_token_is_named_and_waited_for()
    {
        var setup = new Setup { Name = "root", Grace = Seconds(5) };
        var said = Run(setup, async scope =>
        {
            var deaf = Face.Task(
                scope,
                async child =>
                {
                    await Task.Delay(Seconds(20), child.Clock, CancellationToken.None);
                    Log.Add("heard nothing");
                    return Outcome.Ok("");
                },
                new("deaf"));
            deaf.Cancel("enough");
            await deaf.Outcome;
            return Outcome.Ok(string.Join(',', Log));
        });
        Assert.Equal("ok heard nothing", said);
        Assert.Equal(["root: deaf"], setup.Stuck);
    }
}
