module GoGoScope.Demo.Tests.ToolTests

open System
open System.IO
open Xunit

let private tools () =
    let data = TheoryData<string>()
    Tool.both |> List.iter data.Add
    data

let tool: TheoryData<string> = tools ()

let interruptions: TheoryData<string, string, int> =
    let data = TheoryData<string, string, int>()

    for tool in Tool.both do
        data.Add(tool, "INT", 130)
        data.Add(tool, "TERM", 143)
        data.Add(tool, "HUP", 129)

    data

[<Theory>]
[<MemberData(nameof tool)>]
let ``the tool prints a summary and answers 0, also when a file could not be read`` (tool: string) = task {
    use tree = new Tree()
    tree.File("a", "two words\n")
    tree.File("mine", "x")

    use _ =
        new FileStream(tree.Full "mine", FileMode.Open, FileAccess.ReadWrite, FileShare.None)

    let! ended = Tool.run tool [ tree.Folder; "--out"; tree.Output ]
    Assert.Equal((0, ""), (ended.ExitCode, ended.Errors))
    Assert.Contains("1 files, 10 bytes", ended.Output)
    Assert.Contains("1 lines, 2 words; not text: 0", ended.Output)
    Assert.Contains("errors: 1 (1 unreadable)", ended.Output)
    Assert.Contains("  mine: unreadable: ", ended.Output)
    Assert.Equal<string list>([ tree.Output ], tree.Outputs)
}

[<Theory>]
[<MemberData(nameof tool)>]
let ``a missing folder is said in words and answered with 1`` (tool: string) = task {
    use tree = new Tree()
    let! ended = Tool.run tool [ tree.Full "missing"; "--out"; tree.Output ]
    Assert.Equal((1, ""), (ended.ExitCode, ended.Output))
    Assert.Equal("The folder " + tree.Full "missing" + " does not exist.", ended.Errors.Trim())
    Assert.Empty tree.Outputs
}

[<Theory>]
[<MemberData(nameof tool)>]
let ``wrong arguments are answered with 2, a call for help with the help`` (tool: string) = task {
    let! wrong = Tool.run tool [ "--nonsense" ]
    let! help = Tool.run tool [ "--help" ]
    Assert.Equal((2, ""), (wrong.ExitCode, wrong.Output))
    Assert.Equal("there is no option --nonsense; --help tells more", wrong.Errors.Trim())
    Assert.Equal((0, ""), (help.ExitCode, help.Errors))
    Assert.Contains("--workers N", help.Output)
}

/// More than can be read while the test runs: a million megabytes of zeros, which take no room.
let private endless (tree: Tree) =
    for number in 1..500 do
        tree.File($"{number % 20}/{number}.txt", "some words\n")

    tree.Sparse("zeros", 1L <<< 40)

[<Theory>]
[<MemberData(nameof interruptions)>]
let ``an interrupted run stops within 5 seconds and leaves the old index and nothing else``
    (tool: string, signal: string, code: int)
    = task {
    use tree = new Tree()
    endless tree

    Directory.CreateDirectory(Path.GetDirectoryName tree.Output |> nonNull)
    |> ignore

    File.WriteAllText(tree.Output, "old")

    use running =
        Tool.start tool [ tree.Folder; "--out"; tree.Output; "--timeout"; "3600" ]

    do! Within.until "a draft of the index" (fun () -> tree.Outputs.Length = 2 || running.HasExited)
    Tool.signal signal running
    let! ended = Tool.finish (TimeSpan.FromSeconds 5.) running
    Assert.Equal((code, ""), (ended.ExitCode, ended.Output))
    Assert.Equal("Interrupted: no index was written.", ended.Errors.Trim())
    Assert.Equal<string list>([ tree.Output ], tree.Outputs)
    Assert.Equal("old", File.ReadAllText tree.Output)
}

[<Theory>]
[<MemberData(nameof tool)>]
let ``with --tree the live tree goes to the standard error, and stops with the work`` (tool: string) = task {
    use tree = new Tree()
    endless tree

    use running =
        Tool.start tool [ tree.Folder; "--out"; tree.Output; "--timeout"; "3600"; "--tree" ]

    let lines = Collections.Generic.List<string>()

    let mutable seen = false // the tree shows itself, too

    while not seen do
        match! running.StandardError.ReadLineAsync().WaitAsync Within.limit with
        | null -> failwith "it ended by itself"
        | line ->
            lines.Add line
            seen <- line.Contains "─ tree [running]"

    Assert.Contains(lines, (fun line -> line.StartsWith "folder-index [running], "))
    Tool.signal "INT" running
    let! ended = Tool.finish (TimeSpan.FromSeconds 5.) running
    Assert.Equal((130, ""), (ended.ExitCode, ended.Output))
    Assert.EndsWith("Interrupted: no index was written.", ended.Errors.Trim())
}

[<Fact>]
let ``both tools write the same bytes`` () = task {
    use tree = new Tree()
    tree.File("b/deep/er.txt", "two words\nno line feed")
    tree.File("b.txt", "")
    tree.File("a \"quoted\" <name> & grüße 文 \U0001F600.md", "grüße 文\n")
    tree.File("latin-1", [| 'a'B; 0xE9uy; '\n'B |])
    tree.File("large", Array.init 700_000 (fun index -> byte (index % 251)))
    tree.File("cut", Text.Encoding.UTF8.GetBytes(String('文', 200_000)))
    tree.Link("loop", ".")
    tree.Link("dangling", "no/where")
    tree.Pipe "pipe"
    tree.File("mine", "x")

    use _ =
        new FileStream(tree.Full "mine", FileMode.Open, FileAccess.ReadWrite, FileShare.None)

    let mutable written = []

    for tool in Tool.both do
        let! ended = Tool.run tool [ tree.Folder; "--out"; tree.Output ]
        Assert.Equal((0, ""), (ended.ExitCode, ended.Errors))
        written <- File.ReadAllText tree.Output :: written
        File.Delete tree.Output

    Assert.Equal(written[0], written[1])
    Assert.Contains("\"files\":6,", written[0])
    Assert.Contains("\"errors\":1}", written[0])
}
