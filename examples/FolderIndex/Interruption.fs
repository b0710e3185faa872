namespace FolderIndex

open System
open System.Runtime.InteropServices
open System.Threading

/// Turns the signals that ask a program to stop into a token. The first one stops it in order; a second one is answered by
/// the system, which ends the process at once.
[<Sealed>]
type Interruption() =
    let source = new CancellationTokenSource()
    let mutable exitCode = 0

    let listen signal code =
        PosixSignalRegistration.Create(
            signal,
            fun received ->
                if Interlocked.CompareExchange(&exitCode, code, 0) = 0 then
                    received.Cancel <- true
                    source.Cancel()
        )

    let registrations = [
        listen PosixSignal.SIGINT 130
        listen PosixSignal.SIGTERM 143
        listen PosixSignal.SIGHUP 129
    ]

    /// Fires with the first signal.
    member _.Token = source.Token

    /// What a program ended by that signal answers: 128 and the signal's number.
    member _.ExitCode = exitCode

    interface IDisposable with
        member _.Dispose() =
            for registration in registrations do
                registration.Dispose()

            source.Dispose()
