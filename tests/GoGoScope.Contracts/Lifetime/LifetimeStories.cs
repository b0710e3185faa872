namespace GoGoScope.Contracts;

/// <summary>Daemons, children that say when they are ready, shared and abandoned ones, and the hooks.</summary>
public abstract class LifetimeStories(LifetimeFace lives) : Stories(lives.Scopes)
{
    /// <summary>Runs until it is told to stop.</summary>
    private async Task<Outcome> Helper(Scope scope, string name) => await StopSlowly(scope, 1, name);

    [Fact]
    public void Daemons_end_last_first_after_the_children_and_before_the_cleanups()
    {
        Assert.Equal("ok body", Run(async scope =>
        {
            await Face.OnDispose(scope, () => Log.Add("cleanup"));
            lives.Daemon(scope, child => Helper(child, "first"));
            lives.Daemon(scope, child => Helper(child, "second"), new("named", Start: StartMode.Pool));
            Face.Fork(scope, async child =>
            {
                await Sleep(child, 5);
                Log.Add("child");
                return Outcome.Ok("");
            });
            return Outcome.Ok("body");
        }));
        Assert.Equal(["child", "second stopped", "first stopped", "cleanup"], Log);
    }

    [Fact]
    public void A_daemon_that_fails_fails_the_scope() =>
        Assert.Equal("failed daemon", Run(async scope =>
        {
            lives.Daemon(scope, child => FailAfter(child, 1, "daemon"));
            return await Sleep(scope, 100);
        }));

    [Fact]
    public void A_wait_for_a_daemon_ends_with_a_cancel_of_its_scope()
    {
        Assert.Equal("ok cancelled: enough", Run(async scope =>
        {
            var child = Face.Task(scope, async inner =>
            {
                var daemon = lives.Daemon(inner, helper => Helper(helper, "daemon"));
                var outcome = await daemon.Outcome;
                Log.Add($"{outcome}");
                return outcome;
            });
            await Sleep(scope, 1);
            child.Cancel("enough");
            return Outcome.Ok($"{await child.Outcome}");
        }));
        Assert.Equal(["cancelled: enough", "daemon stopped"], Log);
    }

    [Fact]
    public void The_starter_goes_on_when_the_child_is_ready()
    {
        Assert.Equal("ok port 80", Run(async scope =>
        {
            var port = await lives.StartDaemon(scope, async (child, ready) =>
            {
                await Sleep(child, 2);
                Log.Add($"{ready("80")} {ready("81")}");
                return await Helper(child, "server");
            });
            Log.Add("client");
            return Outcome.Ok($"port {port.Value}");
        }));
        Assert.Equal(["True False", "client", "server stopped"], Log);
    }

    [Fact]
    public void What_fails_before_it_is_ready_is_the_starters_error_only() =>
        Assert.Equal("ok failed no port, slept", Run(async scope =>
        {
            var child = Face.Fork(scope, child => Sleep(child, 10));
            var port = await lives.Start(scope, (child, _) => FailAfter(child, 1, "no port"));
            return Outcome.Ok($"{port}, {(await child.Outcome).Value}");
        }));

    [Fact]
    public void What_fails_after_it_was_ready_fails_the_scope() =>
        Assert.Equal("failed later", Run(async scope =>
        {
            await lives.Start(scope, async (child, ready) =>
            {
                ready("80");
                return await FailAfter(child, 1, "later");
            });
            return await Sleep(scope, 100);
        }));

    [Fact]
    public void A_child_that_ends_without_a_word_is_a_crash() =>
        Assert.StartsWith("ok crashed The child 'mute' ended without", Run(async scope =>
            Outcome.Ok($"{await lives.Start(scope, (_, _) => Ok("done"), new("mute"))}")), StringComparison.Ordinal);

    [Fact]
    public void A_cancel_ends_the_start_and_the_child() =>
        Assert.Equal("timed out after 00:00:05", Run(new Setup { Name = "root", Timeout = Seconds(5) }, async scope =>
            await lives.Start(scope, async (child, _) => await Sleep(child, 100))));

    [Fact]
    public void A_shared_child_runs_once_for_all_who_ask_and_anew_when_it_has_ended()
    {
        Assert.Equal("ok 1 1 2", Run(async scope =>
        {
            var runs = 0;
            Handle Ask() => lives.Shared(scope, "key", async child =>
            {
                var run = ++runs;
                await Sleep(child, 1);
                return Outcome.Ok($"{run}");
            });
            var (first, second) = (Ask(), Ask());
            var both = $"{(await first.Outcome).Value} {(await second.Outcome).Value}";
            return Outcome.Ok($"{both} {(await Ask().Outcome).Value}");
        }));
    }

    [Fact]
    public void What_is_abandoned_ends_its_wait_at_once()
    {
        var stuck = new TaskCompletionSource<string>();
        Assert.Equal("timed out after 00:00:05", Run(new Setup { Name = "root", Timeout = Seconds(5) }, scope =>
            lives.Abandonable(scope, _ => stuck.Task, () => Log.Add("abandoned"))));
        Assert.Equal(["abandoned"], Log);
        stuck.SetResult("late");
    }

    [Fact]
    public void What_is_not_abandoned_gives_its_value_or_its_crash()
    {
        Assert.Equal("ok 7", Run(scope => lives.Abandonable(scope, _ => Task.FromResult("7"))));
        Assert.Equal("crashed bad", Run(scope => lives.Abandonable(scope, _ => throw new FormatException("bad"))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hooks_hear_of_children_cancels_and_ends_and_can_do_no_harm(bool throws)
    {
        var heard = new List<string>();
        Run(1, async runtime =>
        {
            var scope = lives.Hear(new Setup { Name = "root", Clock = runtime.Clock, Dispatcher = runtime }, heard, throws);
            var shared = lives.Shared(scope, "key", child => Sleep(child, 1));
            await shared.Outcome;
            var stopped = Face.Task(scope, child => Sleep(child, 100), new("stopped"));
            stopped.Cancel("enough");
            await stopped.Outcome;
            lives.Daemon(scope, child => Sleep(child, 100), new("daemon"));
            await scope.DisposeAsync();
            return Outcome.Ok("");
        });
        Assert.Equal(
            [
                "before task-1 key",
                "after task-1 Succeeded 1",
                "before stopped ",
                "cancel stopped enough",
                "after stopped Cancelled 0",
                "before daemon ",
                "after daemon Cancelled 0",
                "dispose root",
            ],
            heard);
    }
}
