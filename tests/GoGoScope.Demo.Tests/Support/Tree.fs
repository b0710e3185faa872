namespace GoGoScope.Demo.Tests

open System
open System.Diagnostics
open System.IO
open System.Threading
open System.Threading.Tasks
open FolderIndex
open GoGoScope
open Xunit

/// A folder that is made for one test and is gone after it.
[<Sealed>]
type Tree() =
    let root = Directory.CreateTempSubdirectory("folder-index-").FullName

    /// What is indexed; beside it there is room for the output.
    member val Folder = Directory.CreateDirectory(Path.Combine(root, "tree")).FullName
    member _.Output = Path.Combine(root, "out", "index.json")
    member this.Full(path: string) = Path.Combine(this.Folder, path)

    member this.Settings = {
        Settings.Default with
            Folder = this.Folder
            Output = this.Output
    }

    member this.Empty(path: string) =
        Directory.CreateDirectory(this.Full path) |> ignore

    member this.File(path: string, bytes: byte array) =
        Directory.CreateDirectory(Path.GetDirectoryName(this.Full path) |> nonNull)
        |> ignore

        File.WriteAllBytes(this.Full path, bytes)

    member this.File(path: string, text: string) =
        this.File(path, Text.Encoding.UTF8.GetBytes text)

    /// A file of zeros that takes no room on the disk, however large it is.
    member this.Sparse(path: string, length: int64) =
        use file = File.Create(this.Full path)
        file.SetLength length

    member this.Link(path: string, target: string) =
        File.CreateSymbolicLink(this.Full path, target) |> ignore

    member this.Pipe(path: string) =
        use maker = Process.Start("mkfifo", [ this.Full path ])
        maker.WaitForExit()
        Assert.Equal(0, maker.ExitCode)

    /// What stands beside the indexed folder: the output, and drafts of it that somebody forgot.
    member this.Outputs =
        match Path.GetDirectoryName this.Output with
        | folder when Directory.Exists folder -> Directory.GetFiles(nonNull folder) |> List.ofArray
        | _ -> []

    interface IDisposable with
        member _.Dispose() = Directory.Delete(root, true)

[<RequireQualifiedAccess>]
module Provided =

    /// The work in a scope that knows how to count files of this kind.
    let kind (kind: IFileKind) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> = scope {
        let! _ = Scope.provide (Scoped.value kind)
        return! work
    }

    /// The work in a scope that counts text, as the tool does.
    let text (work: Scoped<'T, 'E>) : Scoped<'T, 'E> = kind (TextKind()) work

[<RequireQualifiedAccess>]
module Within =

    /// Longest wait of a test for something that must come.
    let limit = TimeSpan.FromSeconds 20.

    /// The outcome of work that must end.
    let outcome (work: ValueTask<'T>) : Task<'T> = work.AsTask().WaitAsync limit

    /// Asks again and again, in real time, until it is so: for what other threads and processes do.
    let until (what: string) (isSo: unit -> bool) : Task = task {
        use patience = new CancellationTokenSource(limit)
        use ticks = new PeriodicTimer(TimeSpan.FromMilliseconds 5.)

        while not (isSo ()) do
            if patience.IsCancellationRequested then
                Assert.Fail $"after {limit}, still not: {what}"

            let! _ = ticks.WaitForNextTickAsync()
            ()
    }

[<RequireQualifiedAccess>]
module Found =

    /// What the index says of one path.
    let at (path: string) (inventory: Inventory) : Finding =
        let entry = inventory.Entries |> Array.filter (fun entry -> entry.Path = path)
        Assert.True(entry.Length = 1, $"{path} is in the index {entry.Length} times")
        entry[0].Finding

    /// The index, from a run that must succeed.
    let good (outcome: Result<Inventory, ScopeError<RunError>>) : Inventory =
        match outcome with
        | Ok inventory -> inventory
        | Error error -> failwith $"no index: {error}"
