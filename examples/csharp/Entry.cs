namespace FolderIndex.CSharp;

/// <summary>Lines and words of a text.</summary>
public readonly record struct TextCounts(long Lines, long Words);

/// <summary>What reading a file to its end gave: its size, its SHA-256 hash, and, if it is text, what stands in it.</summary>
public sealed record Content(long Bytes, byte[] Hash, TextCounts? Text);

/// <summary>What was found at a path.</summary>
public abstract record Finding
{
    private Finding()
    {
    }

    public sealed record File(Content Content) : Finding;

    /// <summary>Links are listed, never followed: so there are no loops, and no file is counted twice.</summary>
    public sealed record Link(string Target) : Finding;

    /// <summary>A pipe, socket or device. Never opened: a pipe without a writer would be waited for without end.</summary>
    public sealed record Special : Finding;

    public sealed record Problem(FileError Error) : Finding;
}

/// <summary>One line of the index. The path is relative to the indexed folder, with '/' on every system.</summary>
public sealed record Entry(string Path, Finding Finding);
