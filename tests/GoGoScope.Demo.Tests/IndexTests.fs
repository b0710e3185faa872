module GoGoScope.Demo.Tests.IndexTests

open System
open System.Collections.Generic
open System.IO
open System.Security.Cryptography
open System.Threading
open FolderIndex
open GoGoScope
open GoGoScope.Testing
open Xunit

let private quiet = {
    Writer = TextWriter.Null
    IsTerminal = false
}

let private run settings =
    Build.run settings quiet |> Scope.run |> Within.outcome

let private index (tree: Tree) (read: Build.Reader) clock =
    Build.index tree.Settings read (HashSet()) (Progress())
    |> Provided.text
    |> Scope.runWith
        {
            ScopeOptions.Default with
                Clock = clock
        }
        CancellationToken.None

let private hash (text: string) =
    Convert.ToHexStringLower(SHA256.HashData(Text.Encoding.UTF8.GetBytes text))

[<Fact>]
let ``the index holds everything in the folder, in the order of the paths`` () = task {
    use tree = new Tree()
    tree.File("b/deep/er.txt", "two words\nno line feed")
    tree.File("b.txt", "")
    tree.File("Z", "x\n")
    tree.File("grüße 文.md", "grüße \"文\"\n")
    tree.File("binary", "a\000b")
    tree.Empty "nothing here"
    tree.Link("loop", ".")
    tree.Link("dangling", "no/where")
    tree.Pipe "pipe"
    let! _ = run tree.Settings

    let expected =
        $"""{{
"totals": {{"files":5,"bytes":41,"lines":4,"words":8,"notText":1,"links":2,"special":1,"errors":0}},
"entries": [
{{"path":"Z","kind":"text","bytes":2,"lines":1,"words":1,"sha256":"{hash "x\n"}"}},
{{"path":"b.txt","kind":"text","bytes":0,"lines":0,"words":0,"sha256":"{hash ""}"}},
{{"path":"b/deep/er.txt","kind":"text","bytes":22,"lines":2,"words":5,"sha256":"{hash "two words\nno line feed"}"}},
{{"path":"binary","kind":"not text","bytes":3,"sha256":"{hash "a\000b"}"}},
{{"path":"dangling","kind":"link","target":"no/where"}},
{{"path":"grüße 文.md","kind":"text","bytes":14,"lines":1,"words":2,"sha256":"{hash "grüße \"文\"\n"}"}},
{{"path":"loop","kind":"link","target":"."}},
{{"path":"pipe","kind":"special"}}
]
}}
"""

    Assert.Equal(expected.ReplaceLineEndings "\n", File.ReadAllText tree.Output)
    Assert.Equal<string list>([ tree.Output ], tree.Outputs)
}

[<Fact>]
let ``an empty folder has an empty index`` () = task {
    use tree = new Tree()
    let! outcome = run tree.Settings
    Assert.Equal(Totals.Zero, (Found.good outcome).Totals)
    Assert.EndsWith("\"entries\": [\n]\n}\n", File.ReadAllText tree.Output)
}

[<Fact>]
let ``without a folder there is an error, and no index`` () = task {
    use tree = new Tree()
    tree.File("file", "x")

    let! missing =
        run {
            tree.Settings with
                Folder = tree.Full "missing"
        }

    let! file =
        run {
            tree.Settings with
                Folder = tree.Full "file"
        }

    Assert.Equal(Error(ScopeError.failed (RunError.FolderMissing(tree.Full "missing"))), missing)
    Assert.Equal(Error(ScopeError.failed (RunError.NotAFolder(tree.Full "file"))), file)
    Assert.Empty tree.Outputs
}

[<Fact>]
let ``an output that cannot be written is known before anything is read`` () = task {
    use tree = new Tree()
    tree.Empty "folder"

    match!
        run {
            tree.Settings with
                Folder = tree.Full "missing"
                Output = tree.Full "folder"
        }
    with
    | Error {
                Cause = Cause.Failed(RunError.CannotWrite _)
            } -> ()
    | other -> Assert.Fail $"%A{other}"
}

[<Fact>]
let ``the index does not list itself, nor what git and builds leave`` () = task {
    use tree = new Tree()
    tree.File("a/.git/HEAD", "x")
    tree.File("artifacts/x", "x")
    tree.File("b", "x")

    let settings = {
        tree.Settings with
            Output = tree.Full "index.json"
    }

    let! _ = run settings
    let! again = run settings
    Assert.Equal<string list>([ "b" ], [ for entry in (Found.good again).Entries -> entry.Path ])
    let! all = run { settings with All = true }

    Assert.Equal<string list>(
        [ "a/.git/HEAD"; "artifacts/x"; "b" ],
        [ for entry in (Found.good all).Entries -> entry.Path ]
    )
}

[<Fact>]
let ``the same folder gives the same bytes with any number of workers`` () = task {
    use tree = new Tree()

    for number in 1..300 do
        tree.File($"{number % 7}/{number}", String('w', number))

    let! _ = run { tree.Settings with Workers = 1 }
    let one = File.ReadAllBytes tree.Output
    let! _ = run { tree.Settings with Workers = 16 }
    Assert.Equal<byte array>(one, File.ReadAllBytes tree.Output)
}

[<Fact>]
let ``what goes wrong with one file is its entry and does not stop the others`` () = task {
    use tree = new Tree()

    for path in [ "crashes"; "good"; "grows"; "vanishes" ] do
        tree.File(path, "x")

    let read: Build.Reader =
        function
        | "crashes" -> scope { return failwith "no such luck" }
        | "grows" -> ReadFile.content tree.Folder (fun _ -> tree.File("grows", "more")) "grows"
        | "vanishes" ->
            File.Delete(tree.Full "vanishes")
            ReadFile.content tree.Folder ignore "vanishes"
        | path -> ReadFile.content tree.Folder ignore path

    let! outcome = Within.outcome (index tree read TimeProvider.System)
    let found = Found.good outcome
    Assert.Equal(Finding.Problem(FileError.Changed(1L, 4L)), Found.at "grows" found)
    Assert.Equal(Finding.Problem FileError.Vanished, Found.at "vanishes" found)
    Assert.True((Found.at "good" found).IsFile)

    match Found.at "crashes" found with
    | Finding.Problem(FileError.Crashed problem) -> Assert.Contains("no such luck", problem)
    | other -> Assert.Fail $"%A{other}"
}

[<Fact>]
let ``a file that takes too long is timed out and does not stop the others`` () = task {
    use tree = new Tree()
    tree.File("quick", "x")
    tree.File("slow", "x")
    let clock = VirtualClock()

    let read: Build.Reader =
        function
        | "slow" -> scope {
            do! Scope.delay (TimeSpan.FromHours 1.)
            return failwith "it was left to finish"
          }
        | path -> ReadFile.content tree.Folder ignore path

    let running = index tree read clock
    // the time limit of the slow file, and its wait: the other file has its limit for as long as it is read
    do! Within.until "only the slow file" (fun () -> clock.PendingTimers = 2)
    clock.Advance Settings.Default.Timeout
    let! outcome = Within.outcome running
    let found = Found.good outcome
    Assert.Equal(Finding.Problem(FileError.TimedOut Settings.Default.Timeout), Found.at "slow" found)
    Assert.True((Found.at "quick" found).IsFile)
    Assert.Equal(0, clock.PendingTimers)
}

[<Fact>]
let ``never are more files open than there are workers`` () = task {
    use tree = new Tree()

    for number in 1..50 do
        tree.File(string number, "x")

    let clock = VirtualClock()
    let mutable now = 0
    let mutable most = 0
    let gate = obj ()

    let count change =
        lock gate (fun () ->
            now <- now + change
            most <- max most now)

    let read path : Scoped<Content, FileError> = scope {
        count 1

        try
            do! Scope.delay (TimeSpan.FromMilliseconds 1.)
            return! ReadFile.content tree.Folder ignore path
        finally
            count -1
    }

    let settings = { tree.Settings with Workers = 3 }

    let running =
        (Build.index settings read (HashSet()) (Progress())
         |> Provided.text
         |> Scope.runWith
             {
                 ScopeOptions.Default with
                     Clock = clock
             }
             CancellationToken.None)
            .AsTask()

    do!
        Within.until "all files are read" (fun () ->
            clock.Advance 1.
            running.IsCompleted)

    let! outcome = running
    Assert.Equal(50, (Found.good outcome).Totals.Files)
    Assert.Equal(3, most)
}
