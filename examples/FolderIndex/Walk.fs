/// What there is below a folder.
module FolderIndex.Walk

open System
open System.Collections.Generic
open System.IO
open System.Threading

/// What a walk found, not yet in order.
type Listing = {
    /// Relative paths of what is to be read.
    Files: List<string>
    /// What is in the index as it was found: links, special files, folders that cannot be read.
    Others: List<Entry>
}

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

/// Lists everything below `settings.Folder`, except the output, whose paths are `own`. Stops when the token fires.
let list
    (settings: Settings)
    (own: HashSet<string>)
    (progress: Progress)
    (token: CancellationToken)
    : Result<Listing, RunError> =
    let root = Path.GetFullPath settings.Folder
    let listing = { Files = List(); Others = List() }
    let folders = Stack [ "" ] // not recursion: a tree may be deeper than the stack of a thread

    let note path finding =
        listing.Others.Add { Path = path; Finding = finding }

    let sort (folder: string) (found: FileSystemInfo) =
        let path = if folder = "" then found.Name else $"{folder}/{found.Name}"

        match linkTarget found, found with
        | null, (:? DirectoryInfo as inner) ->
            if settings.All || not (leftOut.Contains inner.Name) then
                folders.Push path
        | null, (:? FileInfo as file) when claimsToBeEmpty file && SpecialFile.isSpecial file.FullName ->
            note path Finding.Special
        | null, _ ->
            if not (own.Contains found.FullName) then
                listing.Files.Add path
                progress.Listed()
        | target, _ -> note path (Finding.Link target)

    let list (folder: string) =
        for found in DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", everything) do
            token.ThrowIfCancellationRequested()
            sort folder found

    let listBelow () =
        while folders.Count > 0 do
            let folder = folders.Pop()

            try
                list folder
            with
            | :? IOException
            | :? UnauthorizedAccessException as failure when folder <> "" ->
                FileError.OfException (Path.Combine(root, folder)) folder failure
                |> Finding.Problem
                |> note folder

    if File.Exists root then
        Error(RunError.NotAFolder settings.Folder)
    elif not (Directory.Exists root) then
        Error(RunError.FolderMissing settings.Folder)
    else
        try
            listBelow ()
            Ok listing
        with
        | :? IOException
        | :? UnauthorizedAccessException as failure ->
            match FileError.OfException root settings.Folder failure with
            | FileError.Unreadable reason -> Error(RunError.FolderUnreadable(settings.Folder, reason))
            | _ -> Error(RunError.FolderMissing settings.Folder)
