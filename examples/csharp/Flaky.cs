using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>Shows policies at work: a server with faults, and a client that gets its answers all the same.</summary>
public static class Flaky
{
    /// <summary>Callers at once: more than the rate limiter lets in.</summary>
    private static readonly ParallelSettings Callers = new() { Concurrency = 20 };

    /// <summary>Starts the server, asks it for every item, and gives what was seen. The server has ended when this has.</summary>
    public static async Task<Result<Tally, CallError>> RunAsync(Scope scope, int seed, Screen screen)
    {
        var tally = new Tally();
        var server = new FlakyServer(new(seed));
        var address = (await scope.StartDaemonAsync((Scope child, Ready<Uri> ready) => server.ServeAsync(child, ready))).GetValueOrThrow();
        screen.Writer.WriteLine($"The server with faults listens at {address}");
        var http = scope.Use(new HttpClient { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan });
        var client = new FlakyClient(http, seed, tally);
        var first = Enumerable.Range(0, FaultPlan.Items);
        var second = Enumerable.Range(FaultPlan.Items, FaultPlan.AllItems - FaultPlan.Items); // nothing else is under way

        foreach (var items in new[] { first, second })
            (await scope.ParallelAsync(items, client.CallAsync, Callers)).GetValueOrThrow();

        return Result.Ok<Tally, CallError>(tally);
    }

    /// <summary>What a run says at its end.</summary>
    public static IEnumerable<string> Report(int seed, Tally tally, TimeSpan elapsed) =>
    [
        FormattableString.Invariant($"{FaultPlan.AllItems} calls to a server with faults (seed {seed}) in {elapsed.TotalSeconds:N2} s"),
        .. tally.Lines,
        .. tally.Missing.Select(counter => $"not seen: {counter.Label.Trim()}"),
    ];

    /// <summary>0 when everything was seen that was to be seen.</summary>
    public static int ExitCode(Tally tally) => tally.Missing.Any() ? 1 : 0;
}
