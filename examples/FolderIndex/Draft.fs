namespace FolderIndex

open System
open System.IO
open System.Threading.Tasks

/// A file that is written beside its target and takes its place in one step, at the very end. Disposed before that, it
/// leaves nothing behind, and a target that was there before is as it was.
[<Sealed>]
type Draft private (target: string, temporary: string, stream: FileStream) =
    let mutable isPublished = false

    static let unbuffered =
        FileStreamOptions(Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0)

    /// The name that the draft of a target has in this process.
    static member NameOf(target: string) =
        $"{Path.GetFullPath target}.{Environment.ProcessId}.tmp"

    /// Begins a draft, and the folder that it stands in when there is none. So what cannot be written is known before the work, not after it.
    static member Begin(target: string) : Result<Draft, RunError> =
        try
            let full = Path.GetFullPath target

            if Directory.Exists full then
                Error(RunError.CannotWrite(target, "it is a folder."))
            else
                Directory.CreateDirectory(Path.GetDirectoryName full |> nonNull) |> ignore
                let temporary = Draft.NameOf target
                // without a buffer: when the disk is full, closing has nothing left to write that could fail again
                Ok(new Draft(full, temporary, new FileStream(temporary, unbuffered)))
        with
        | :? IOException
        | :? UnauthorizedAccessException as failure -> Error(RunError.CannotWrite(target, failure.Message))

    member _.Stream: Stream = stream

    /// Puts it in the place of the target; from then on it is no draft.
    member _.Publish() : unit =
        stream.Flush true // to the disk: a power cut must not leave the new name with old bytes
        stream.Dispose()
        File.Move(temporary, target, true)
        isPublished <- true

    interface IAsyncDisposable with
        member _.DisposeAsync() =
            stream.Dispose()

            if not isPublished then
                File.Delete temporary

            ValueTask()
