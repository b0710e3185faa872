/// What there is below a folder.
module FolderIndex.Walk

open System
open System.Collections.Generic
open System.IO
open GoGoScope

/// Where a walk sends what it finds, in no particular order.
type Found = {
    /// Relative paths of what is to be read.
    Files: Channel<string>
    /// What is in the index as it was found: links, special files, folders that cannot be read.
    Entries: Channel<Entry>
}

/// What a name in a folder is.
[<RequireQualifiedAccess>]
type private Sort =
    | Folder
    | LeftOut
    | ToRead
    | AsFound of Finding

let private everything =
    EnumerationOptions(AttributesToSkip = enum 0, IgnoreInaccessible = false)

let private leftOut = set [ ".git"; "artifacts" ]

/// Null: not a link. A name that is gone by now counts as a file, and is reported when it is to be read.
let private linkTarget (found: FileSystemInfo) =
    let attributes = found.Attributes

    if int attributes <> -1 && attributes.HasFlag FileAttributes.ReparsePoint then
        found.LinkTarget
    else
        null

/// Whether it claims to be empty, as everything that is no ordinary file does.
let private claimsToBeEmpty (file: FileInfo) =
    try
        file.Length = 0L
    with :? FileNotFoundException ->
        false

let private sortOf (settings: Settings) (own: HashSet<string>) (found: FileSystemInfo) =
    match linkTarget found, found with
    | null, (:? DirectoryInfo as inner) when settings.All || not (leftOut.Contains inner.Name) -> Sort.Folder
    | null, :? DirectoryInfo -> Sort.LeftOut
    | null, (:? FileInfo as file) when claimsToBeEmpty file && SpecialFile.isSpecial file.FullName ->
        Sort.AsFound Finding.Special
    | null, _ when own.Contains found.FullName -> Sort.LeftOut
    | null, _ -> Sort.ToRead
    | target, _ -> Sort.AsFound(Finding.Link target)

/// Sends everything below `settings.Folder`, except the output, whose paths are `own`, and closes the channel of the files. It
/// is never further ahead than the channels have room for: where they are full, it waits.
let send
    (settings: Settings)
    (own: HashSet<string>)
    (progress: Progress)
    (found: Found)
    : Scoped<unit, RunError> =
    let root = Path.GetFullPath settings.Folder
    let folders = Stack [ "" ] // not recursion: a tree may be deeper than the stack of a thread

    let note path finding =
        Channel.send { Path = path; Finding = finding } found.Entries

    let list (folder: string) : Scoped<unit, RunError> = scope {
        let! current = Scope.current

        for item in DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", everything) do
            Scope.throwIfCancelled current // also in a folder of which nothing is sent
            let path = if folder = "" then item.Name else $"{folder}/{item.Name}"

            match sortOf settings own item with
            | Sort.Folder -> folders.Push path
            | Sort.LeftOut -> ()
            | Sort.AsFound finding -> do! note path finding
            | Sort.ToRead ->
                progress.Listed()
                do! Channel.send path found.Files
    }

    let listBelow: Scoped<unit, RunError> = scope {
        while folders.Count > 0 do
            let folder = folders.Pop()

            try
                do! list folder
            with
            | :? IOException
            | :? UnauthorizedAccessException as failure when folder <> "" ->
                do!
                    FileError.OfException (Path.Combine(root, folder)) folder failure
                    |> Finding.Problem
                    |> note folder
    }

    scope {
        if File.Exists root then
            return! Error(RunError.NotAFolder settings.Folder)
        elif not (Directory.Exists root) then
            return! Error(RunError.FolderMissing settings.Folder)
        else
            try
                do! listBelow
            with
            | :? IOException
            | :? UnauthorizedAccessException as failure ->
                match FileError.OfException root settings.Folder failure with
                | FileError.Unreadable reason ->
                    return! Error(RunError.FolderUnreadable(settings.Folder, reason))
                | _ -> return! Error(RunError.FolderMissing settings.Folder)

            progress.AllListed()
            Channel.close found.Files
    }
