module GoGoScope.Demo.Tests.ProgressTests

open System
open System.IO
open System.Threading
open FolderIndex
open GoGoScope
open GoGoScope.Testing
open Xunit

/// What is shown when the clock moves by one interval after another, and then the work is done.
let private shown isTerminal steps = task {
    let clock = VirtualClock()
    let writer = new StringWriter()
    use stop = new CancellationTokenSource()
    let progress = Progress()

    let screen = {
        Writer = TextWriter.Synchronized writer
        IsTerminal = isTerminal
    }

    let run =
        Progress.show screen progress
        |> Scope.runWith
            {
                ScopeOptions.Default with
                    Clock = clock
            }
            stop.Token

    for step in steps do
        do! Within.until "the wait for the next time" (fun () -> clock.PendingTimers = 1)
        step progress
        clock.Advance screen.Interval

    do! Within.until "the last line" (fun () -> clock.PendingTimers = 1)
    stop.Cancel()
    let! _ = Within.outcome run
    return writer.ToString()
}

let private steps: (Progress -> unit) list = [
    fun progress ->
        progress.Listed()
        progress.Listed()
    fun progress ->
        progress.AllListed()
        progress.Read 3_000_000
        progress.Finished()
]

[<Fact>]
let ``a terminal has one line that is written anew and is gone at the end`` () = task {
    let! text = shown true steps
    Assert.Equal("\r\x1b[Klisting: 2 files\r\x1b[K1 of 2 files, 3 MB\r\x1b[K", text)
}

[<Fact>]
let ``a file or pipe gets whole lines`` () = task {
    let! text = shown false steps
    Assert.Equal($"listing: 2 files{Environment.NewLine}1 of 2 files, 3 MB{Environment.NewLine}", text)
}
