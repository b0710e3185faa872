namespace FolderIndex.CSharp;

/// <summary>Why a file, or a folder below the one that is indexed, is in the index without its content.</summary>
public abstract record FileError
{
    private FileError(string kind, string? detail = null) => (Kind, Detail) = (kind, detail);

    /// <summary>The word that stands for it in the index.</summary>
    public string Kind { get; }

    /// <summary>What the index says beside the kind. Nothing that differs from run to run stands there.</summary>
    public string? Detail { get; }

    public sealed record Unreadable(string Reason) : FileError("unreadable", Reason)
    {
        public override string ToString() => $"unreadable: {Reason}";
    }

    /// <summary>It was there when its folder was listed, and no longer when it was its turn.</summary>
    public sealed record Vanished() : FileError("vanished")
    {
        public override string ToString() => "vanished before it was read";
    }

    /// <summary>It was written to while it was read, so that no hash of it was ever true.</summary>
    public sealed record Changed(long Before, long After) : FileError("changed")
    {
        public override string ToString() => Before == After
            ? "changed while it was read"
            : $"changed while it was read, from {Before} to {After} bytes";
    }

    public sealed record TimedOut(TimeSpan After) : FileError("timed out")
    {
        public override string ToString() => $"timed out after {After.TotalSeconds} s";
    }

    /// <summary>Anything that this tool did not expect. One such file does not stop the rest either.</summary>
    public sealed record Crashed(string Reason) : FileError("crashed", Reason)
    {
        public override string ToString() => $"crashed: {Reason}";
    }

    /// <summary>
    /// What an exception says about the file that it is about. The index must not depend on where the folder stands, so
    /// the full path that .NET puts into its messages gives way to the relative one.
    /// </summary>
    public static FileError Of(Exception failure, string full, string path) => failure switch
    {
        // .NET decodes names as UTF-8; from a name that is not, there is no way back to the file
        FileNotFoundException or DirectoryNotFoundException when path.Contains('\uFFFD') =>
            new Unreadable("its name is not valid UTF-8"),
        FileNotFoundException or DirectoryNotFoundException => new Vanished(),
        UnauthorizedAccessException => new Unreadable("permission denied"),
        IOException => new Unreadable(failure.Message.Replace(full, path)),
        _ => new Crashed(failure.Message.Replace(full, path)),
    };
}
