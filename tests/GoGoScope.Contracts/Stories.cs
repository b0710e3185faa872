using GoGoScope.Testing;

namespace GoGoScope.Contracts;

/// <summary>What the stories have in common: one thread, virtual time, and a face.</summary>
public abstract class Stories(Face face)
{
    protected Face Face => face;

    /// <summary>What happened, in order.</summary>
    protected List<string> Log { get; } = [];

    protected static TimeSpan Seconds(double count) => TimeSpan.FromSeconds(count);

    /// <summary>Runs the program in a runtime of its own under several interleavings; all must say the same.</summary>
    protected string Run(Setup setup, Work work)
    {
        var said = new HashSet<string>();

        for (var seed = 1; seed <= 5; seed++)
        {
            Log.Clear();
            setup.Unobserved.Clear();
            setup.Stuck.Clear();
            said.Add(Run(seed, runtime => face.Run(setup with { Clock = runtime.Clock, Dispatcher = runtime }, work)));
        }

        return Assert.Single(said);
    }

    protected string Run(Work work) => Run(new Setup { Name = "root" }, work);

    /// <summary>Drives code that opens its scopes by itself.</summary>
    protected static string Run(int seed, Func<SeededRuntime, Task<Outcome>> program)
    {
        var runtime = new SeededRuntime(seed);
        Task<Outcome>? running = null;
        runtime.Queue(_ => running = program(runtime), null);
        runtime.RunUntil(() => running is { IsCompleted: true }, () => "");
        return running!.Result.ToString();
    }

    /// <summary>Waits on the scope's clock as most code does: with a task that takes the token.</summary>
    protected static async Task<Outcome> Sleep(Scope scope, double seconds, string value = "slept")
    {
        await Task.Delay(Seconds(seconds), scope.Clock, scope.Token);
        return Outcome.Ok(value);
    }

    protected static Task<Outcome> Ok(string value) => Task.FromResult(Outcome.Ok(value));

    protected static Task<Outcome> Fail(string error) => Task.FromResult(Outcome.Fail(error));

    /// <summary>Fails after some time.</summary>
    protected static async Task<Outcome> FailAfter(Scope scope, double seconds, string error)
    {
        await Sleep(scope, seconds);
        return Outcome.Fail(error);
    }

    /// <summary>Ends when it is asked to stop, well.</summary>
    protected static async Task UntilStopped(TimeProvider clock, CancellationToken token)
    {
        try
        {
            await Task.Delay(Seconds(1000), clock, token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Takes its time to stop, and says when it has.</summary>
    protected async Task<Outcome> StopSlowly(Scope scope, double seconds, string name)
    {
        try
        {
            return await Sleep(scope, 1000);
        }
        finally
        {
            await Task.Delay(Seconds(seconds), scope.Clock, CancellationToken.None);
            Log.Add($"{name} stopped");
        }
    }
}
