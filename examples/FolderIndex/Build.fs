/// The whole job: list, read, sort, write.
module FolderIndex.Build

open System
open System.Collections.Generic
open System.IO
open GoGoScope

/// How a file is read; a test reads in its own way.
type Reader = string -> Scoped<Content, FileError>

let private entryOf (path: string) (outcome: Result<Content, ScopeError<FileError>>) =
    let finding =
        match outcome with
        | Ok content -> Finding.File content
        | Error error ->
            match error.Cause with
            | Cause.Failed error -> error
            | Cause.TimedOut after -> FileError.TimedOut after
            | other -> FileError.Crashed $"{other}"
            |> Finding.Problem

    { Path = path; Finding = finding }

/// Reads every file, a few at once, each with its own time. What goes wrong with one is its finding and stops nothing.
let private readAll
    (settings: Settings)
    (read: Reader)
    (progress: Progress)
    (files: string seq)
    : Scoped<Entry seq, RunError> =
    let readOne path : Scoped<Content, FileError> = scope {
        try
            return! read path |> Scoped.timeout settings.Timeout
        finally
            progress.Finished()
    }

    Seq.map readOne files
    |> Parallel.settledWith {
        Parallel.Options.Default with
            Concurrency = settings.Workers
    }
    |> Scoped.map (Seq.map2 entryOf files)

/// Everything but the writing.
let index
    (settings: Settings)
    (read: Reader)
    (own: HashSet<string>)
    (progress: Progress)
    : Scoped<Inventory, RunError> = scope {
    let! current = Scope.current
    let! listing = Walk.list settings own progress current.Token
    progress.AllListed()
    let! entries = readAll settings read progress listing.Files
    return Inventory.Of(Seq.append entries listing.Others)
}

let private write (settings: Settings) (found: Inventory) (draft: Draft) : Scoped<unit, RunError> =
    scope {
        do! fun token -> IndexJson.write found draft.Stream token
        draft.Publish()
    }
    |> Scoped.mapCrash (fun failure -> RunError.CannotWrite(settings.Output, failure.Message))

/// Indexes the folder and writes the index. On every way out but the good one, there is no trace of the new index.
let run (settings: Settings) (screen: Screen) : Scoped<Inventory, RunError> = scope {
    let progress = Progress()
    let root = Path.GetFullPath settings.Folder
    let own = HashSet [ Path.GetFullPath settings.Output; Draft.NameOf settings.Output ]

    use! draft = Draft.Begin settings.Output // deleted at the end of this block, unless it was published
    let! _ = Scope.provide (Scoped.value (TextKind() :> IFileKind)) // every worker finds it
    let! current = Scope.current

    let! shown =
        Scope.taskWith (TaskOptions.named "progress", Progress.show screen progress)

    if settings.Tree then
        let! _ = Scope.daemonWith (TaskOptions.named "tree", LiveTree.show screen current)
        ()

    let! found = index settings (ReadFile.content root progress.Read) own progress
    do! write settings found draft
    ScopeTask.cancel "all is done" shown
    let! _ = ScopeTask.result shown
    return found
}
