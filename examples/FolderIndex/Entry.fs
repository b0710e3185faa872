namespace FolderIndex

open System
open System.IO

/// Lines and words of a text.
[<Struct>]
type TextCounts = { Lines: int64; Words: int64 }

/// What reading a file to its end gave.
type Content = {
    Bytes: int64
    /// SHA-256 of all bytes.
    Hash: byte array
    /// None: the file is not text.
    Text: TextCounts voption
}

/// Why a file, or a folder below the one that is indexed, is in the index without its content.
[<RequireQualifiedAccess>]
type FileError =
    | Unreadable of Reason: string
    /// It was there when its folder was listed, and no longer when it was its turn.
    | Vanished
    /// It was written to while it was read, so that no hash of it was ever true.
    | Changed of Before: int64 * After: int64
    | TimedOut of After: TimeSpan
    /// Anything that this tool did not expect. One such file does not stop the rest either.
    | Crashed of Problem: string

    /// The word that stands for it in the index.
    member this.Kind =
        match this with
        | Unreadable _ -> "unreadable"
        | Vanished -> "vanished"
        | Changed _ -> "changed"
        | TimedOut _ -> "timed out"
        | Crashed _ -> "crashed"

    /// What the index says beside the kind. Nothing that differs from run to run stands there.
    member this.Detail =
        match this with
        | Unreadable reason -> ValueSome reason
        | Crashed problem -> ValueSome problem
        | Vanished
        | Changed _
        | TimedOut _ -> ValueNone

    /// One line for people.
    override this.ToString() =
        match this with
        | Unreadable reason -> $"unreadable: {reason}"
        | Vanished -> "vanished before it was read"
        | Changed(before, after) when before = after -> "changed while it was read"
        | Changed(before, after) -> $"changed while it was read, from {before} to {after} bytes"
        | TimedOut after -> $"timed out after {after.TotalSeconds} s"
        | Crashed problem -> $"crashed: {problem}"

    /// What an exception says about the file that it is about. The index must not depend on where the folder stands, so
    /// the full path that .NET puts into its messages gives way to the relative one.
    static member OfException (full: string) (path: string) (failure: exn) =
        match failure with
        | :? FileNotFoundException
        | :? DirectoryNotFoundException when path.Contains '\uFFFD' ->
            // .NET decodes names as UTF-8; from a name that is not, there is no way back to the file
            Unreadable "its name is not valid UTF-8"
        | :? FileNotFoundException
        | :? DirectoryNotFoundException -> Vanished
        | :? UnauthorizedAccessException -> Unreadable "permission denied"
        | :? IOException -> Unreadable(failure.Message.Replace(full, path))
        | _ -> Crashed(failure.Message.Replace(full, path))

/// What was found at a path.
[<RequireQualifiedAccess>]
type Finding =
    | File of Content
    /// Links are listed, never followed: so there are no loops, and no file is counted twice.
    | Link of Target: string
    /// A pipe, socket or device. Never opened: a pipe without a writer would be waited for without end.
    | Special
    | Problem of FileError

/// One line of the index.
type Entry = {
    /// Relative to the indexed folder, with '/' on every system.
    Path: string
    Finding: Finding
}
