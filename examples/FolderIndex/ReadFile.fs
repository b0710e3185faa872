/// One file: its size, hash, lines and words, in memory that does not grow with it.
module FolderIndex.ReadFile

open System
open System.Buffers
open System.IO
open System.Security.Cryptography
open System.Threading
open GoGoScope

/// Of the buffer that each worker has.
let private bufferSize = 256 * 1024

let private openFile (path: string) =
    // others may go on writing to it: that is noticed, not prevented
    let share = FileShare.ReadWrite ||| FileShare.Delete
    File.OpenHandle(path, FileMode.Open, FileAccess.Read, share, FileOptions.SequentialScan)

let private read (full: string) (onRead: int -> unit) : Scoped<Content, FileError> = scope {
    let! kind = Scope.service<IFileKind>()
    let counter = kind.NewCounter()
    use file = openFile full
    use lease = MemoryPool<byte>.Shared.Rent bufferSize
    use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
    let length = RandomAccess.GetLength file
    let written = File.GetLastWriteTimeUtc file
    let mutable bytes = 0L
    let mutable more = true

    while more do
        let offset = bytes

        let! count =
            fun (token: CancellationToken) -> RandomAccess.ReadAsync(file, lease.Memory, offset, token)

        let piece = lease.Memory.Slice(0, count)
        hash.AppendData piece.Span
        counter.Add piece.Span
        onRead count
        bytes <- bytes + int64 count
        // Not to run after a file that grows as fast as it is read. The files of /proc say 0, and are read to their ends.
        more <- count > 0 && (bytes <= length || length = 0L)

    let after = RandomAccess.GetLength file

    if after <> length || File.GetLastWriteTimeUtc file <> written then
        return! Error(FileError.Changed(length, after))
    else
        return {
            Bytes = bytes
            Hash = hash.GetHashAndReset()
            Text = counter.Counts
        }
}

/// Reads the file at `path` below `root`, counts it as the `IFileKind` of the scope says, and tells how many bytes came
/// with each piece.
let content (root: string) (onRead: int -> unit) (path: string) : Scoped<Content, FileError> =
    let full = Path.Combine(root, path)
    read full onRead |> Scoped.mapCrash (FileError.OfException full path)
