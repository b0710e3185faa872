namespace FolderIndex

open System
open System.Globalization
open System.IO
open System.Threading
open GoGoScope

/// How far a run has come: written by every worker, read by whoever shows it.
[<Sealed>]
type Progress() =
    let mutable listed = 0L
    let mutable total = -1L
    let mutable finished = 0L
    let mutable bytes = 0L

    /// One more file is to be read.
    member _.Listed() = Interlocked.Increment &listed |> ignore

    /// No more files will be listed.
    member _.AllListed() = Volatile.Write(&total, listed)

    member _.Read(count: int) =
        Interlocked.Add(&bytes, int64 count) |> ignore

    member _.Finished() =
        Interlocked.Increment &finished |> ignore

    /// One line for people.
    override _.ToString() =
        let number (value: int64) =
            value.ToString("N0", CultureInfo.InvariantCulture)

        let megabytes = number (Volatile.Read &bytes / 1_000_000L)

        match Volatile.Read &total with
        | -1L ->
            $"{number (Volatile.Read &finished)} of {number (Volatile.Read &listed)} files so far, {megabytes} MB"
        | total -> $"{number (Volatile.Read &finished)} of {number total} files, {megabytes} MB"

/// Where progress is shown, and how often.
type Screen = {
    Writer: TextWriter
    /// A terminal has one line that is written anew; into a file or pipe go lines, fewer of them.
    IsTerminal: bool
} with

    /// The standard error stream, which leaves the standard output to the summary.
    static member Console = {
        Writer = Console.Error
        IsTerminal = not Console.IsErrorRedirected
    }

    member this.Interval =
        if this.IsTerminal then
            TimeSpan.FromMilliseconds 100.
        else
            TimeSpan.FromSeconds 2.

    member this.Show(line: obj) =
        if this.IsTerminal then
            this.Writer.Write $"\r\x1b[K{line}"
        else
            this.Writer.WriteLine line

    member this.Clear() =
        if this.IsTerminal then
            this.Writer.Write "\r\x1b[K"

module Progress =

    /// Shows progress until it is cancelled. Gives no value but that.
    let show (screen: Screen) (progress: Progress) : Scoped<unit, Never> = scope {
        try
            while true do
                do! Scope.delay screen.Interval
                screen.Show progress
        finally
            screen.Clear()
    }

module LiveTree =

    let private interval = TimeSpan.FromSeconds 1.

    /// Prints the tree below `top` once a second, by its clock, until it is cancelled.
    let show (screen: Screen) (top: Scope) : Scoped<unit, 'E> = scope {
        while true do
            do! Scope.delay interval
            screen.Clear()
            screen.Writer.WriteLine(Scope.debugTree top)
    }
