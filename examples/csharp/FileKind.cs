namespace FolderIndex.CSharp;

/// <summary>Counts what one file holds, piece by piece.</summary>
public interface ICounter
{
    /// <summary>Null: the file is not of the kind.</summary>
    TextCounts? Counts { get; }

    void Add(ReadOnlySpan<byte> piece);
}

/// <summary>A kind of file that the index knows how to count: a service, so that another kind can be plugged in.</summary>
public interface IFileKind
{
    /// <summary>One for each file.</summary>
    ICounter NewCounter();
}

/// <summary>UTF-8 text, the kind that the tool knows.</summary>
public sealed class TextKind : IFileKind
{
    public ICounter NewCounter() => new TextCounter();
}
