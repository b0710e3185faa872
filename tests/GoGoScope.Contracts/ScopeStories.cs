namespace GoGoScope.Contracts;

/// <summary>Running and opening scopes.</summary>
public abstract class ScopeStories(Face face) : Stories(face)
{
    [Fact]
    public void A_scope_gives_the_value_of_its_body() => Assert.Equal("ok 1", Run(_ => Ok("1")));

    [Fact]
    public void A_scope_gives_the_error_of_its_body() => Assert.Equal("failed no", Run(_ => Fail("no")));

    [Fact]
    public void What_a_body_throws_is_a_crash() =>
        Assert.Equal("crashed bug", Run(async scope =>
        {
            await Sleep(scope, 1);
            throw new InvalidOperationException("bug");
        }));

    [Fact]
    public void What_a_body_throws_at_once_is_a_crash() =>
        Assert.Equal("crashed bug", Run(_ => throw new InvalidOperationException("bug")));

    [Fact]
    public void A_cancellation_that_is_not_the_scopes_own_is_a_crash() =>
        Assert.Equal("crashed foreign", Run(_ => throw new OperationCanceledException("foreign")));

    [Fact]
    public void A_scope_waits_for_its_children()
    {
        var said = Run(scope =>
        {
            Face.Fork(scope, async child =>
            {
                await Sleep(child, 1);
                Log.Add("child");
                return Outcome.Ok("");
            });
            return Ok("body");
        });
        Assert.Equal("ok body", said);
        Assert.Equal(["child"], Log);
    }

    [Fact]
    public void A_scope_that_cancels_what_remains_waits_for_it_too()
    {
        var said = Run(new Setup { Name = "root", OnExit = OnExit.CancelRemaining }, scope =>
        {
            Face.Fork(scope, child => StopSlowly(child, 2, "child"));
            return Ok("body");
        });
        Assert.Equal("ok body", said);
        Assert.Equal(["child stopped"], Log);
    }

    [Fact]
    public void The_time_of_a_scope_is_up() =>
        Assert.Equal("timed out after 00:00:03", Run(new Setup { Timeout = Seconds(3) }, scope => Sleep(scope, 10)));

    [Fact]
    public void A_token_stops_a_scope()
    {
        var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Equal(
            "cancelled: the token 'caller' fired",
            Run(new Setup { Token = stop.Token }, scope => Sleep(scope, 1)));
    }

    [Fact]
    public void A_scope_that_keeps_going_reports_all_failures() =>
        Assert.Equal("failed early + failed late", Run(new Setup { OnFailure = OnFailure.KeepGoing }, scope =>
        {
            Face.Fork(scope, child => FailAfter(child, 2, "late"));
            Face.Fork(scope, child => FailAfter(child, 1, "early"));
            return Ok("body");
        }));

    [Fact]
    public void An_opened_scope_is_joined() =>
        Assert.Equal("failed no", Run(1, async runtime =>
        {
            await using var scope = Face.Open(new Setup { Clock = runtime.Clock, Dispatcher = runtime });
            Face.Fork(scope, child => FailAfter(child, 1, "no"));
            return await Face.Join(scope);
        }));

    [Fact]
    public void An_opened_scope_ends_what_is_left()
    {
        var said = Run(1, async runtime =>
        {
            var scope = Face.Open(new Setup { Name = "opened", Clock = runtime.Clock, Dispatcher = runtime });
            var child = Face.Task(scope, child => StopSlowly(child, 1, "child"));
            await scope.DisposeAsync();
            return await child.Outcome;
        });
        Assert.Equal("cancelled: the scope 'opened' exited", said);
        Assert.Equal(["child stopped"], Log);
    }

    [Fact]
    public void What_nobody_was_given_by_an_opened_scope_is_unobserved()
    {
        var setup = new Setup { Name = "opened" };
        var said = Run(1, async runtime =>
        {
            var scope = Face.Open(setup with { Clock = runtime.Clock, Dispatcher = runtime });
            Face.Fork(scope, _ => throw new InvalidOperationException("lost"));
            await scope.DisposeAsync();
            return Outcome.Ok("");
        });
        Assert.Equal("ok ", said);
        Assert.Equal(["opened: lost"], setup.Unobserved);
    }

    [Fact]
    public void A_scope_that_has_ended_refuses_children()
    {
        Scope? ended = null;
        Assert.Equal("rejected: the scope 'inner' has ended", Run(async _ =>
        {
            await Face.Run(new Setup { Name = "inner" }, inner =>
            {
                ended = inner;
                return Ok("");
            });
            return await Face.Fork(ended!, _ => Ok("ran")).Outcome;
        }));
    }

    [Fact]
    public void A_scope_below_a_parent_ends_with_it() =>
        Assert.Equal("timed out after 00:00:02", Run(new Setup { Timeout = Seconds(2) }, async scope =>
            await Face.Run(new Setup { Parent = scope }, inner => Sleep(inner, 10))));

    [Fact]
    public void The_current_scope_is_known_where_that_is_asked_for() =>
        Assert.Equal("ok here", Run(new Setup { Name = "here", Ambient = true }, async scope =>
        {
            await Sleep(scope, 1);
            return Outcome.Ok(Face.Current?.Name ?? "nowhere");
        }));

    [Fact]
    public void The_current_scope_is_unknown_elsewhere() =>
        Assert.Equal("ok nowhere", Run(scope => Ok(Face.Current?.Name ?? "nowhere")));

    [Fact]
    public void The_tree_shows_who_lives()
    {
        var picture = "";
        Run(async scope =>
        {
            Face.Fork(scope, child => Sleep(child, 1), new("left"));
            Face.Fork(scope, child => Sleep(child, 1), new("right"));
            await Task.Yield();
            picture = Face.DebugTree(scope);
            return Outcome.Ok("");
        });
        Assert.Equal(["root", "left", "right"], picture.TrimEnd().Split('\n').Select(line => line.TrimStart('├', '└', '─', ' ').Split(' ')[0]));
    }
}
