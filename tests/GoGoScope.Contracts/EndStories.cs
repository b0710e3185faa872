namespace GoGoScope.Contracts;

/// <summary>Cleanups, resources, and being asked to stop.</summary>
public abstract class EndStories(Face face) : Stories(face)
{
    [Fact]
    public void Cleanups_run_last_first_after_the_children()
    {
        Run(async scope =>
        {
            await Face.OnDispose(scope, () => Log.Add("first"));
            await Face.OnDispose(scope, async _ =>
            {
                await Task.Delay(Seconds(1), scope.Clock, CancellationToken.None);
                Log.Add("second");
            });
            Face.Fork(scope, async child =>
            {
                await Sleep(child, 2);
                Log.Add("child");
                return Outcome.Ok("");
            });
            return Outcome.Ok("");
        });
        Assert.Equal(["child", "second", "first"], Log);
    }

    [Fact]
    public void What_is_ensured_runs_on_every_way_out_and_does_not_hear_a_cancel()
    {
        var said = Run(async scope =>
        {
            var child = Face.Task(scope, child => Face.Ensure(
                child,
                Seconds(10),
                async ensured =>
                {
                    await Sleep(ensured, 5);
                    Log.Add("ensured");
                    return Outcome.Ok("");
                },
                body => Sleep(body, 100)));
            child.Cancel("enough");
            return Outcome.Ok((await child.Outcome).ToString());
        });
        Assert.Equal("ok cancelled: enough", said);
        Assert.Equal(["ensured"], Log);
    }

    [Fact]
    public void What_is_ensured_and_fails_is_a_failed_cleanup() =>
        Assert.Equal("cleanup failed bug", Run(scope => Face.Ensure(
            scope,
            Seconds(10),
            _ => throw new InvalidOperationException("bug"),
            _ => Ok("body"))));

    [Fact]
    public void A_cleanup_that_fails_fails_the_scope_beside_its_body() =>
        Assert.Equal("failed body + cleanup failed cleanup", Run(async scope =>
        {
            await Face.OnDispose(scope, () => throw new InvalidOperationException("cleanup"));
            return Outcome.Fail("body");
        }));

    [Fact]
    public void A_cleanup_past_its_grace_is_a_failure_and_waited_for()
    {
        var said = Run(new Setup { Grace = Seconds(2) }, async scope =>
        {
            await Face.OnDispose(scope, async token =>
            {
                await UntilStopped(scope.Clock, token);
                await Task.Delay(Seconds(1), scope.Clock, CancellationToken.None);
                Log.Add("cleaned");
            });
            return Outcome.Ok("");
        });
        Assert.StartsWith("cleanup failed A cleanup took longer", said, StringComparison.Ordinal);
        Assert.Equal(["cleaned"], Log);
    }

    [Fact]
    public void A_cleanup_of_an_ended_scope_runs_at_once() =>
        Assert.Equal("ok rejected: the scope 'inner' has ended", Run(async _ =>
        {
            Scope? ended = null;
            await Face.Run(new Setup { Name = "inner" }, inner =>
            {
                ended = inner;
                return Ok("");
            });
            var late = await Face.OnDispose(ended!, () => Log.Add("cleaned"));
            return Outcome.Ok(Log.Contains("cleaned") ? $"{late}" : "not cleaned");
        }));

    [Fact]
    public void A_resource_is_acquired_once_and_released_by_its_scope()
    {
        var said = Run(async scope =>
        {
            var resource = new AsyncResource<string>(
                async token =>
                {
                    await Task.Delay(Seconds(1), scope.Clock, token);
                    Log.Add("acquired");
                    return "file";
                },
                (value, _) =>
                {
                    Log.Add($"released {value}");
                    return Task.CompletedTask;
                });
            var first = await Face.Acquire(scope, resource);
            var second = await Face.Acquire(scope, resource);
            return Outcome.Ok($"{first.Value} {second.Value} {resource.Value}");
        });
        Assert.Equal("ok file file file", said);
        Assert.Equal(["acquired", "released file"], Log);
    }

    [Fact]
    public void A_resource_that_cannot_be_acquired_is_a_crash() =>
        Assert.Equal("crashed no such file", Run(scope => Face.Acquire(scope, new(
            _ => throw new InvalidOperationException("no such file"),
            (_, _) => Task.CompletedTask))));

    [Fact]
    public void Code_that_computes_asks_whether_to_stop() =>
        Assert.Equal("ok cancelled: enough", Run(async scope =>
        {
            var child = Face.Task(scope, async child =>
            {
                while (true)
                {
                    Face.ThrowIfCancelled(child);
                    await Task.Yield();
                }
            });
            child.Cancel("enough");
            return Outcome.Ok((await child.Outcome).ToString());
        }));

    [Fact]
    public void A_callback_hears_of_a_cancel_once_and_not_when_taken_back()
    {
        Run(async scope =>
        {
            var child = Face.Task(scope, async child =>
            {
                using var heard = Face.OnCancel(child, reason => Log.Add($"kept {reason}"));
                Face.OnCancel(child, _ => Log.Add("taken back")).Dispose();
                return await Sleep(child, 10);
            });
            child.Cancel("enough");
            child.Cancel("again");
            await child.Outcome;
            return Outcome.Ok("");
        });
        Assert.Equal(["kept enough"], Log);
    }

    [Fact]
    public void Being_asked_to_stop_can_be_awaited() =>
        Assert.Equal("ok enough, OperationCanceledException", Run(async scope =>
        {
            var said = "";
            var child = Face.Task(scope, async child =>
            {
                var reason = await Face.WhenCancelled(child);
                var fault = await Assert.ThrowsAsync<OperationCanceledException>(() => Face.FaultWhenCancelled(child));
                said = $"{reason}, {fault.GetType().Name}";
                return Outcome.Ok("");
            });
            child.Cancel("enough");
            await child.Outcome;
            return Outcome.Ok(said);
        }));

    [Fact]
    public void The_first_of_several_tokens_is_known()
    {
        using var left = new CancellationTokenSource();
        using var right = new CancellationTokenSource();
        using var first = Face.FirstToken(left.Token, right.Token);
        Assert.False(first.Token.IsCancellationRequested);
        right.Cancel();
        left.Cancel();
        Assert.True(first.Token.IsCancellationRequested);
        Assert.Equal(1, first.Winner);
    }

    [Fact]
    public async Task Code_that_throws_is_tried()
    {
        Assert.Equal("7", Face.TryRun(() => "7"));
        Assert.Equal("FormatException", Face.TryRun(() => throw new FormatException("bad")));
        Assert.Equal("7", Face.TryMessage(() => "7"));
        Assert.Equal("bad", Face.TryMessage(() => throw new FormatException("bad")));
        Assert.Equal("7", await Face.TryRunAsync(() => Task.FromResult("7")));
        Assert.Equal("FormatException", await Face.TryRunAsync(() => Task.FromException<string>(new FormatException("bad"))));
        Assert.Equal("7", await Face.TryMessageAsync(() => Task.FromResult("7")));
        Assert.Equal("bad", await Face.TryMessageAsync(() => Task.FromException<string>(new FormatException("bad"))));
    }
}
