using System.Globalization;
using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>How far a run has come: written by every worker, shown by one child of its scope.</summary>
public sealed class Progress
{
    private long listed;
    private long total = -1;
    private long finished;
    private long bytes;

    /// <summary>One more file is to be read.</summary>
    public void Listed() => Interlocked.Increment(ref listed);

    /// <summary>No more files will be listed.</summary>
    public void AllListed() => Volatile.Write(ref total, listed);

    public void Read(int count) => Interlocked.Add(ref bytes, count);

    public void Finished() => Interlocked.Increment(ref finished);

    /// <summary>Shows progress until it is cancelled.</summary>
    public async Task ShowAsync(Scope scope, Screen screen)
    {
        try
        {
            while ((await scope.DelayAsync(screen.Interval)).IsOk)
                screen.Show(ToString());
        }
        finally
        {
            screen.Clear();
        }
    }

    /// <summary>Prints the tree below <paramref name="top"/> once a second, by its clock, until it is cancelled.</summary>
    public static async Task ShowTreeAsync(Scope scope, Screen screen, Scope top)
    {
        while ((await scope.DelayAsync(TimeSpan.FromSeconds(1))).IsOk)
        {
            screen.Clear();
            screen.Writer.WriteLine(top.DebugTree());
        }
    }

    /// <summary>One line for people.</summary>
    public override string ToString() => Volatile.Read(ref total) is var known && known < 0
        ? $"{Number(Volatile.Read(ref finished))} of {Number(Volatile.Read(ref listed))} files so far, {Megabytes} MB"
        : $"{Number(Volatile.Read(ref finished))} of {Number(known)} files, {Megabytes} MB";

    private string Megabytes => Number(Volatile.Read(ref bytes) / 1_000_000);

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}

/// <summary>
/// Where progress is shown, and how often. A terminal has one line that is written anew; into a file or pipe go lines,
/// fewer of them.
/// </summary>
public sealed record Screen(TextWriter Writer, bool IsTerminal)
{
    /// <summary>The standard error stream, which leaves the standard output to the summary.</summary>
    public static Screen OfConsole { get; } = new(Console.Error, !Console.IsErrorRedirected);

    public TimeSpan Interval => IsTerminal ? TimeSpan.FromMilliseconds(100) : TimeSpan.FromSeconds(2);

    public void Show(string line)
    {
        if (IsTerminal)
            Writer.Write($"\r\e[K{line}");
        else
            Writer.WriteLine(line);
    }

    public void Clear()
    {
        if (IsTerminal)
            Writer.Write("\r\e[K");
    }
}
