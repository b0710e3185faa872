module GoGoScope.Demo.Tests.PipelineTests

open System
open System.Collections.Generic
open System.Threading
open FolderIndex
open GoGoScope
open GoGoScope.Testing
open Xunit

/// A run over more files than may wait between the stages, each of which takes an hour to read.
type private Slow(tree: Tree) =
    let clock = VirtualClock()
    let progress = Progress()
    let stop = new CancellationTokenSource()
    let mutable top: Scope | null = null

    do
        for number in 1 .. 2 * Build.ahead do
            tree.File(string number, "")

    let settings = { tree.Settings with Workers = 2 }

    let read _ : Scoped<Content, FileError> = scope {
        do! Scope.delay (TimeSpan.FromHours 1.)
        return failwith "it was left to finish"
    }

    let running =
        (scope {
            let! current = Scope.current
            top <- current
            return! Build.index settings read (HashSet()) progress
         }
         |> Scope.runWith
             {
                 ScopeOptions.Default with
                     Clock = clock
             }
             stop.Token)
            .AsTask()

    member _.Clock = clock
    member _.Running = running
    member _.Stop() = stop.Cancel()
    member _.Tree = Scope.debugTree (nonNull top)

    /// Until the workers have a file each, the channel of files is full, and the walker holds one more.
    member _.IsStuck() = task {
        let expected = $"0 of {Build.ahead + 3} files so far, 0 MB"
        do! Within.until expected (fun () -> string progress = expected)
        do! Within.until "the workers wait for their files" (fun () -> clock.PendingTimers = 4)
    }

[<Fact>]
let ``the walker waits for the workers, and all is read in the end`` () = task {
    use tree = new Tree()
    let slow = Slow tree
    do! slow.IsStuck()

    do!
        Within.until "all files are given up" (fun () ->
            slow.Clock.Advance Settings.Default.Timeout
            slow.Running.IsCompleted)

    let! outcome = slow.Running
    Assert.Equal(2 * Build.ahead, (Found.good outcome).Totals.Errors)
    Assert.Equal(0, slow.Clock.PendingTimers)
}

[<Fact>]
let ``the tree says which stage waits for which channel`` () = task {
    use tree = new Tree()
    let slow = Slow tree
    do! slow.IsStuck()

    let waits =
        slow.Tree.Split '\n'
        |> Array.filter (fun line -> line.Contains "waits for ")
        |> Array.map (fun line ->
            let name = line.TrimStart('│', '├', '└', '─', ' ').Split(' ')[0]
            name, line.Split(", waits for ")[1])

    Assert.Contains(("walker", "a place in 'files'"), waits)
    Assert.Contains(("writer", "an item of 'entries'"), waits)
    slow.Stop()
    let! _ = slow.Running.WaitAsync Within.limit
    ()
}

[<Fact>]
let ``a run that is stopped while its stages wait for each other ends at once`` () = task {
    use tree = new Tree()
    let slow = Slow tree
    do! slow.IsStuck()
    slow.Stop()

    match! slow.Running.WaitAsync Within.limit with
    | Error { Cause = Cause.Cancelled _ } -> Assert.Equal(0, slow.Clock.PendingTimers)
    | other -> Assert.Fail $"%A{other}"
}
