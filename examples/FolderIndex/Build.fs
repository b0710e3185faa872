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

/// Most paths, and most entries, that wait between two stages. So many keep the workers busy; and a folder of millions of
/// files needs no more memory for its paths than one of thousands.
let ahead = 256

/// Reads files as they come, one after another, each with its own time. What goes wrong with one is its entry and stops nothing.
let private work
    (settings: Settings)
    (read: Reader)
    (progress: Progress)
    (found: Walk.Found)
    : Scoped<unit, RunError> =
    let readOne path : Scoped<Content, FileError> = scope {
        try
            return! read path |> Scoped.timeout settings.Timeout
        finally
            progress.Finished()
    }

    scope {
        for path in found.Files do
            let! outcome = readOne path |> Scoped.result
            do! Channel.send (entryOf path outcome) found.Entries
    }

let private named name : ChannelOptions<'T> = {
    ChannelOptions.Default() with
        Name = name
        Capacity = ahead
}

let private onPool name = {
    TaskOptions.named name with
        Start = StartMode.Pool
}

/// One walker, several workers, one writer, and channels between them. Each closes what it has filled when it is done; where
/// one fails, it ends the others. Whoever is too slow is waited for: the writer by the workers, the workers by the walker.
let private pipeline
    (settings: Settings)
    (read: Reader)
    (own: HashSet<string>)
    (progress: Progress)
    (write: Channel<Entry> -> Scoped<Inventory, RunError>)
    : Scoped<Inventory, RunError> = scope {
    let! files = Channel.createWith (named "files")
    let! entries = Channel.createWith (named "entries")
    let found: Walk.Found = { Files = files; Entries = entries }
    let! writer = Scope.forkWith (TaskOptions.named "writer", write entries)

    let! readers =
        Scope.forkWith (
            TaskOptions.named "readers",
            scope {
                let! _ = Scope.forkWith (onPool "walker", Walk.send settings own progress found)

                for _ in 1 .. settings.Workers do
                    let! _ = Scope.forkWith (onPool "worker", work settings read progress found)
                    ()
            }
        )

    do! readers // the walker and all workers have ended: there is no entry to come
    Channel.close entries
    return! writer
}

/// Every entry, in the order of the paths.
let private collect (entries: Channel<Entry>) : Scoped<Inventory, RunError> =
    entries
    |> Channel.reduce (fun found entry -> entry :: found) []
    |> Scoped.map Inventory.Of

/// Everything but the writing.
let index settings read own progress : Scoped<Inventory, RunError> =
    pipeline settings read own progress collect

/// The entries as they come, sorted at the end, and the index into the draft.
let private write
    (settings: Settings)
    (draft: Draft)
    (entries: Channel<Entry>)
    : Scoped<Inventory, RunError> = scope {
    let! found = collect entries

    do!
        scope {
            do! fun token -> IndexJson.write found draft.Stream token
            draft.Publish()
        }
        |> Scoped.mapCrash (fun failure -> RunError.CannotWrite(settings.Output, failure.Message))

    return found
}

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

    let! found =
        pipeline settings (ReadFile.content root progress.Read) own progress (write settings draft)

    ScopeTask.cancel "all is done" shown
    let! _ = ScopeTask.result shown
    return found
}
