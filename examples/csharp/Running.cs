using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>What the tool does, in words for people and as an exit code.</summary>
public static class Running
{
    public static Task<int> IndexAsync(Settings settings) => RunAsync(
        "folder-index",
        new Build(settings, Screen.OfConsole).RunAsync,
        (found, elapsed) => (Summary.Lines(settings, found, elapsed), 0),
        "Interrupted: no index was written.");

    public static Task<int> FlakyAsync(int seed) => RunAsync(
        "flaky",
        scope => Flaky.RunAsync(scope, seed, Screen.OfConsole),
        (tally, elapsed) => (Flaky.Report(seed, tally, elapsed), Flaky.ExitCode(tally)),
        "Interrupted: not all calls were made.");

    public static int Help()
    {
        Console.WriteLine(CommandLine.Help);
        return 0;
    }

    /// <summary>Runs the work until it ends or a signal comes, tells what came of it, and gives the exit code.</summary>
    private static async Task<int> RunAsync<T, TError>(
        string name,
        Func<Scope, Task<Result<T, TError>>> work,
        Func<T, TimeSpan, (IEnumerable<string> Lines, int Code)> tell,
        string interrupted)
    {
        using var interruption = new Interruption();
        var started = TimeProvider.System.GetTimestamp();
        var outcome = await Scope.RunAsync(work, new() { Name = name }, interruption.Token);

        if (outcome.TryGet(out var value, out var error))
        {
            var (lines, code) = tell(value, TimeProvider.System.GetElapsedTime(started));

            foreach (var line in lines)
                Console.WriteLine(line);

            return code;
        }

        var isInterrupted = error.Cause is Cause<TError>.Cancelled && interruption.ExitCode != 0;

        Console.Error.WriteLine(
            isInterrupted ? interrupted
            : error.Cause is Cause<TError>.Failed { Error: var failure } ? $"{failure}"
            : $"{error}");

        return isInterrupted ? interruption.ExitCode : 1;
    }
}
