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
        progress.Listed()
        progress.Finished()
    fun progress ->
        progress.AllListed()
        progress.Read 3_000_000
        progress.Finished()
]

[<Fact>]
let ``a terminal has one line that is written anew and is gone at the end`` () = task {
    let! text = shown true steps
    Assert.Equal("\r\x1b[K1 of 3 files so far, 0 MB\r\x1b[K2 of 3 files, 3 MB\r\x1b[K", text)
}

[<Fact>]
let ``a file or pipe gets whole lines`` () = task {
    let! text = shown false steps

    Assert.Equal(
        $"1 of 3 files so far, 0 MB{Environment.NewLine}2 of 3 files, 3 MB{Environment.NewLine}",
        text
    )
}

[<Fact>]
let ``the live tree is printed once a second until the work is done`` () = task {
    let clock = VirtualClock()
    let writer = new StringWriter()

    let screen = {
        Writer = TextWriter.Synchronized writer
        IsTerminal = false
    }

    let work: Scoped<unit, string> = scope {
        let! top = Scope.current
        let! _ = Scope.daemonWith (TaskOptions.named "tree", LiveTree.show screen top)

        let! _ =
            Scope.forkWith (TaskOptions.named "reader", Scope.delay (TimeSpan.FromSeconds 2.5))

        return ()
    }

    let run =
        Scope.runWith
            {
                ScopeOptions.Default with
                    Name = "top"
                    Clock = clock
            }
            CancellationToken.None
            work

    for _ in 1..5 do
        clock.Advance(TimeSpan.FromSeconds 0.5)

    let! _ = Within.outcome run
    Assert.Equal(0, clock.PendingTimers)

    let told =
        writer.ToString().Split('\n')
        |> Array.map (fun line -> line.Split(" at ")[0])
        |> Array.filter (String.IsNullOrWhiteSpace >> not)

    Assert.Equal<string array>(
        [|
            "top [waiting for its children], 1 s old"
            "├─ tree [running]"
            "└─ reader [running]"
            "top [waiting for its children], 2 s old"
            "├─ tree [running]"
            "└─ reader [running]"
        |],
        told
    )
}
