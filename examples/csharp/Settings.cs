namespace FolderIndex.CSharp;

/// <summary>What a run is to do.</summary>
public sealed record Settings
{
    public string Folder { get; init; } = ".";

    /// <summary>Where the index goes.</summary>
    public string Output { get; init; } = "folder-index.json";

    /// <summary>Most files open at once. Twice as many as processors: while some wait for the disk, the others compute.</summary>
    public int Workers { get; init; } = 2 * Environment.ProcessorCount;

    /// <summary>Time for each file.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Also what is left out by default: <c>.git</c> and <c>artifacts</c>.</summary>
    public bool All { get; init; }

    /// <summary>Prints the live tree of what runs, once a second.</summary>
    public bool Tree { get; init; }

    /// <summary>Decides the faults of <c>--flaky</c>.</summary>
    public int Seed { get; init; } = 1;
}

/// <summary>Why there is no index at all: one line for people.</summary>
public abstract record RunError(string Text)
{
    public sealed override string ToString() => Text;

    public sealed record FolderMissing(string Folder) : RunError($"The folder {Folder} does not exist.");

    public sealed record NotAFolder(string Path) : RunError($"{Path} is not a folder.");

    public sealed record FolderUnreadable(string Folder, string Reason)
        : RunError($"The folder {Folder} cannot be read: {Reason}.");

    public sealed record CannotWrite(string Path, string Reason)
        : RunError($"The index {Path} cannot be written: {Reason}");
}
