/// The rules of the house that a file, not a behaviour, can break.
module GoGoScope.Tests.HouseTests

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open Xunit

let private root =
    let rec above (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith "GoGoScope.FSharp.sln is not above the tests"
        | here when File.Exists(Path.Combine(here.FullName, "GoGoScope.FSharp.sln")) -> here.FullName
        | here -> above here.Parent

    above (DirectoryInfo AppContext.BaseDirectory)

/// What git tracks or would; without git (a source archive), what is not obviously made by the build.
let private files =
    let made =
        set [
            ".git"
            "artifacts"
            "bin"
            "obj"
            "paket-files"
            "BenchmarkDotNet.Artifacts"
            "TestResults"
        ]

    let rec walk (folder: string) = [
        yield! Directory.GetFiles folder
        for inner in Directory.GetDirectories folder do
            if not (made.Contains(DirectoryInfo(inner).Name)) then
                yield! walk inner
    ]

    let asGitSees () =
        let info =
            ProcessStartInfo("git", "ls-files -z --cached --others --exclude-standard")

        info.WorkingDirectory <- root
        info.RedirectStandardOutput <- true
        use git = Process.Start info |> nonNull
        let listed = git.StandardOutput.ReadToEnd().Split '\000'
        git.WaitForExit()
        Assert.Equal(0, git.ExitCode)
        // A file that was deleted but not yet staged is still listed.
        listed
        |> Array.filter (fun path -> path <> "" && File.Exists(Path.Combine(root, path)))
        |> List.ofArray

    let isCheckout = Path.Exists(Path.Combine(root, ".git"))

    if isCheckout then
        asGitSees ()
    else
        walk root
        |> List.map (fun path -> Path.GetRelativePath(root, path).Replace('\\', '/'))

let private read (path: string) =
    File.ReadAllText(Path.Combine(root, path)).ReplaceLineEndings "\n"

let private linesOf path = (read path).Split '\n'

let private under (folders: string list) (path: string) =
    folders |> List.exists (fun folder -> path.StartsWith(folder + "/"))

let private hasEnding (endings: string list) (path: string) = endings |> List.exists path.EndsWith

let private sources =
    files
    |> List.filter (fun path ->
        under [ "src"; "tests"; "fuzz"; "benchmarks"; "examples" ] path
        && hasEnding [ ".fs"; ".cs"; ".fsx" ] path)

/// Fails with the offenders by name.
let private none (offenders: string list) =
    if not offenders.IsEmpty then
        Assert.Fail(String.Join('\n', offenders))

[<Fact>]
let ``no source file is over 320 lines`` () =
    none [
        for path in sources do
            let length = (read path).TrimEnd().Split('\n').Length

            if length > 320 then
                $"{path}: {length} lines"
    ]

[<Fact>]
let ``a file is named after what it defines`` () =
    let saysNothing =
        Regex @"(^|/|\.)(Utils?|Utilities|Commons?|Helpers?|Misc)\.(fs|cs|fsx)$"

    none (sources |> List.filter saysNothing.IsMatch)

/// Files that may read the wall clock, each with its reason. Keep it short.
let private mayReadTheWallClock: Map<string, string> = Map.empty

[<Fact>]
let ``only a TimeProvider tells the time`` () =
    // `Task.Delay` is fine when a clock is among its arguments.
    let wallClock =
        Regex
            @"Thread\.Sleep|Task\.Delay(?!.*([Cc]lock|TimeProvider))|\bDateTime(Offset)?\.(Utc)?Now|Stopwatch\.(StartNew|GetTimestamp)"

    none [
        for path in sources |> List.filter (under [ "src"; "tests" ]) do
            if not (mayReadTheWallClock.ContainsKey path) then
                for number, line in linesOf path |> Seq.indexed do
                    if wallClock.IsMatch line && not (line.TrimStart().StartsWith "//") then
                        $"{path}:{number + 1}: {line.Trim()}"
    ]

    none [
        for path in mayReadTheWallClock.Keys do
            if not (List.contains path files) then
                $"{path} is excused but does not exist"
    ]

[<Fact>]
let ``nothing that a machine made is kept`` () =
    let product =
        Regex(
            @"(^|/)(bin|obj|artifacts|TestResults|paket-files|BenchmarkDotNet\.Artifacts)/"
            + @"|\.(dll|exe|pdb|nupkg|snupkg|binlog|trx|nettrace|coverage|dmp|zip|gz|log|bak|orig|rej|user|cache)$",
            RegexOptions.IgnoreCase
        )

    none (files |> List.filter product.IsMatch)

/// A snippet without its common indentation; blank lines count as empty.
let private dedent (lines: string[]) =
    let blank = lines |> Array.map String.IsNullOrWhiteSpace
    let indent (line: string) = line.Length - line.TrimStart().Length

    let common =
        Array.zip lines blank |> Array.filter (snd >> not) |> Array.map (fst >> indent)

    let margin = if common.Length = 0 then 0 else Array.min common

    Array.zip lines blank
    |> Array.map (fun (line, empty) -> if empty then "" else line.Substring(margin).TrimEnd())

let private snippets language = [
    for path in files do
        if path = "README.md" || (under [ "docs" ] path && hasEnding [ ".md" ] path) then
            for block in
                Regex.Matches(read path, $@"(?ms)^[ \t]*```(?:{language})(?![\w#+-])[^\n]*\n(.*?)^[ \t]*```") do
                path, dedent (block.Groups[1].Value.Trim('\n').Split '\n')
]

/// Whether the snippet stands in the file as a run of whole lines, indented as a whole by any amount.
let private holds (snippet: string[]) path =
    linesOf path
    |> Seq.windowed snippet.Length
    |> Seq.exists (fun window -> dedent window = snippet)

let private everySnippetRuns language endings =
    let run =
        sources
        |> List.filter (fun path -> under [ "examples"; "tests" ] path && hasEnding endings path)

    none [
        for path, snippet in snippets language do
            if not (run |> List.exists (holds snippet)) then
                $"{path}: no example or test holds this snippet:\n" + String.Join('\n', snippet)
    ]

[<Fact>]
let ``every F# snippet is part of something that runs`` () =
    everySnippetRuns "fsharp|fs|f#" [ ".fs"; ".fsx" ]

[<Fact>]
let ``every C# snippet is part of something that runs`` () =
    everySnippetRuns "csharp|cs|c#" [ ".cs" ]

[<Fact>]
let ``no file names a package feed`` () =
    // In halves, so that this file does not name one either.
    let feeds = [
        "nuget" + ".org"
        "/v3/" + "index.json"
        "pkgs.dev." + "azure"
        "nuget.pkg." + "github"
        "myget" + ".org"
    ]

    none [
        for path in files do
            let text = read path

            for feed in feeds do
                if text.Contains(feed, StringComparison.OrdinalIgnoreCase) then
                    $"{path} names {feed}"
    ]
