namespace FolderIndex

open System

/// What a run is to do.
type Settings = {
    Folder: string
    /// Where the index goes.
    Output: string
    /// Most files open at once.
    Workers: int
    /// Time for each file.
    Timeout: TimeSpan
    /// Also what is left out by default: `.git` and `artifacts`.
    All: bool
    /// Prints the live tree of what runs, once a second.
    Tree: bool
    /// Decides the faults of `--flaky`.
    Seed: int
} with

    /// Twice as many workers as processors: while some wait for the disk, the others compute.
    static member Default = {
        Folder = "."
        Output = "folder-index.json"
        Workers = 2 * Environment.ProcessorCount
        Timeout = TimeSpan.FromSeconds 30.
        All = false
        Tree = false
        Seed = 1
    }

/// Why there is no index at all.
[<RequireQualifiedAccess>]
type RunError =
    | FolderMissing of Folder: string
    | NotAFolder of Path: string
    | FolderUnreadable of Folder: string * Reason: string
    | CannotWrite of Path: string * Reason: string

    /// One line for people.
    override this.ToString() =
        match this with
        | FolderMissing folder -> $"The folder {folder} does not exist."
        | NotAFolder path -> $"{path} is not a folder."
        | FolderUnreadable(folder, reason) -> $"The folder {folder} cannot be read: {reason}."
        | CannotWrite(path, reason) -> $"The index {path} cannot be written: {reason}"
