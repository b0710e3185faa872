namespace GoGoScope

open System
open System.Threading.Tasks

/// Code that throws, as a value: for calls into libraries that know no `Result`. Everything that is thrown is caught, a
/// cancellation included: in a scope the next wait reports that one all the same.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Try =

    /// Calls `work`; its exception is the error.
    let run (work: unit -> 'T) : Result<'T, exn> =
        try
            Ok(work ())
        with failure ->
            Error failure

    /// Calls and awaits `work`; its exception is the error.
    let runAsync (work: unit -> Task<'T>) : Task<Result<'T, exn>> = task {
        try
            let! value = work ()
            return Ok value
        with failure ->
            return Error failure
    }

    /// Calls `work`; the message of its exception is the error.
    let message (work: unit -> 'T) : Result<'T, string> = run work |> Result.mapError _.Message

    /// Calls and awaits `work`; the message of its exception is the error.
    let messageAsync (work: unit -> Task<'T>) : Task<Result<'T, string>> = task {
        let! outcome = runAsync work
        return Result.mapError (fun (failure: exn) -> failure.Message) outcome
    }
