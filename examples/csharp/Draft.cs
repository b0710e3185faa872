using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>
/// A file that is written beside its target and takes its place in one step, at the very end. Disposed before that, it
/// leaves nothing behind, and a target that was there before is as it was.
/// </summary>
public sealed class Draft : IAsyncDisposable
{
    // without a buffer: when the disk is full, closing has nothing left to write that could fail again
    private static readonly FileStreamOptions Unbuffered =
        new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };

    private readonly string target;
    private readonly string temporary;
    private readonly FileStream stream;
    private bool isPublished;

    private Draft(string target, string temporary) =>
        (this.target, this.temporary, stream) = (target, temporary, new FileStream(temporary, Unbuffered));

    public Stream Stream => stream;

    /// <summary>The name that the draft of a target has in this process.</summary>
    public static string NameOf(string target) => $"{Path.GetFullPath(target)}.{Environment.ProcessId}.tmp";

    /// <summary>
    /// Begins a draft, and the folder that it stands in when there is none. So what cannot be written is known before the
    /// work, not after it.
    /// </summary>
    public static Result<Draft, RunError> Begin(string target)
    {
        try
        {
            var full = Path.GetFullPath(target);

            if (Directory.Exists(full))
                return Result.Fail<RunError>(new RunError.CannotWrite(target, "it is a folder."));

            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            return Result.Ok<Draft, RunError>(new(full, NameOf(target)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Result.Fail<RunError>(new RunError.CannotWrite(target, failure.Message));
        }
    }

    /// <summary>Puts it in the place of the target; from then on it is no draft.</summary>
    public void Publish()
    {
        stream.Flush(flushToDisk: true); // a power cut must not leave the new name with old bytes
        stream.Dispose();
        File.Move(temporary, target, overwrite: true);
        isPublished = true;
    }

    public ValueTask DisposeAsync()
    {
        stream.Dispose();

        if (!isPublished)
            File.Delete(temporary);

        return default;
    }
}
