using System.Buffers;
using System.Security.Cryptography;
using GoGoScope;
using GoGoScope.CSharp;

namespace FolderIndex.CSharp;

/// <summary>One file: its size, hash, lines and words, in memory that does not grow with it.</summary>
public static class ReadFile
{
    /// <summary>Of the buffer that each worker has.</summary>
    private const int BufferSize = 256 * 1024;

    // others may go on writing to it: that is noticed, not prevented
    private const FileShare Share = FileShare.ReadWrite | FileShare.Delete;

    /// <summary>
    /// Reads the file at <paramref name="path"/> below <paramref name="root"/>, counts it as the <see cref="IFileKind"/> of the scope
    /// says, and tells how many bytes came with each piece.
    /// </summary>
    public static ScopeAwaitable<Content, FileError> ContentAsync(
        Scope scope, string root, string path, Action<int> onRead)
    {
        var full = Path.Combine(root, path);
        return scope.WithErrorsAsync(
            child => ReadAsync(child, full, onRead), mapCrash: failure => FileError.Of(failure, full, path));
    }

    private static async Task<Result<Content, FileError>> ReadAsync(
        Scope scope, string full, Action<int> onRead)
    {
        var counter = scope.Use<IFileKind>().NewCounter();
        using var file = File.OpenHandle(full, FileMode.Open, FileAccess.Read, Share, FileOptions.SequentialScan);
        using var lease = MemoryPool<byte>.Shared.Rent(BufferSize);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = RandomAccess.GetLength(file);
        var written = File.GetLastWriteTimeUtc(file);
        var bytes = 0L;
        int count;

        do
        {
            count = await RandomAccess.ReadAsync(file, lease.Memory, bytes, scope);
            hash.AppendData(lease.Memory.Span[..count]);
            counter.Add(lease.Memory.Span[..count]);
            onRead(count);
            bytes += count;
        }
        while (count > 0 && (bytes <= length || length == 0)); // not to run after a file that grows; those of /proc say 0

        var after = RandomAccess.GetLength(file);

        return after == length && File.GetLastWriteTimeUtc(file) == written
            ? Result.Ok<Content, FileError>(new(bytes, hash.GetHashAndReset(), counter.Counts))
            : Result.Fail<FileError>(new FileError.Changed(length, after));
    }
}
