namespace FolderIndex

open System

/// Counts what one file holds, piece by piece.
type ICounter =
    abstract Add: piece: ReadOnlySpan<byte> -> unit

    /// None: the file is not of the kind.
    abstract Counts: TextCounts voption

/// A kind of file that the index knows how to count: a service, so that another kind can be plugged in.
type IFileKind =
    /// One for each file.
    abstract NewCounter: unit -> ICounter
