/// What the targets of build.fsx are made of: running dotnet, counting what passed.
module Steps

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions

let root = Path.GetDirectoryName __SOURCE_DIRECTORY__
let private inRoot path = Path.Combine(root, path)

let mutable passed = 0
let mutable failed = 0

let count good =
    if good then passed <- passed + 1 else failed <- failed + 1

let private start (folder: string) (arguments: string seq) quietly =
    let info = ProcessStartInfo("dotnet", arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- quietly
    // The summaries of test runs are read, so they must not follow the user's language.
    info.Environment["DOTNET_CLI_UI_LANGUAGE"] <- "en"
    Process.Start info

/// Runs dotnet on this console and answers with its exit code.
let dotnet folder arguments =
    use child = start folder arguments false
    child.WaitForExit()
    child.ExitCode

/// Runs dotnet, hands over each line it prints, and answers with its exit code.
let private watch see arguments =
    use child = start root arguments true

    Seq.initInfinite (fun _ -> child.StandardOutput.ReadLine())
    |> Seq.takeWhile (isNull >> not)
    |> Seq.iter see

    child.WaitForExit()
    child.ExitCode

/// A step on the way to the tests: one failure when it fails, nothing when it works.
let step (line: string) =
    printfn $"== dotnet {line}"
    let good = dotnet root (line.Split ' ') = 0

    if not good then
        count false

    good

/// What a run prints, line by line. A run that fails or prints nothing counts as failed.
let linesOf (line: string) : string list =
    let lines = Collections.Generic.List<string>()
    let code = watch lines.Add (line.Split ' ')

    if code <> 0 || lines.Count = 0 then
        printfn $"exit {code}: {line}"
        count false

    List.ofSeq lines

let restoreTools () =
    let good = watch ignore [ "tool"; "restore" ] = 0

    if not good then
        count false

    good

/// A run that counts like a test: it must end with `expected`.
let run expected (line: string) =
    printfn $"== dotnet {line}"
    let code = dotnet root (line.Split ' ')

    if code <> expected then
        printfn $"exit {code}, not {expected}"

    count (code = expected)

/// Runs built test projects; a skipped test counts as failed, and so does a project without a summary.
let tests (configuration: string) projects =
    let mutable summaries = 0
    let failedBefore = failed

    let see (line: string) =
        if not (Regex.IsMatch(line, @"^(\s*$|Starting test|A total of)")) then
            printfn $"{line}"

        let summary =
            Regex.Match(line, @"Failed:\s+(\d+), Passed:\s+(\d+), Skipped:\s+(\d+)")

        if summary.Success then
            let number (group: int) = int summary.Groups[group].Value
            summaries <- summaries + 1
            passed <- passed + number 2
            failed <- failed + number 1 + number 3

    printfn $"== tests ({configuration})"

    let assembly name =
        inRoot $"artifacts/bin/{name}/{configuration.ToLowerInvariant()}/{name}.dll"

    let code =
        [
            "test"
            yield! List.map assembly projects
            "--nologo"
            "--logger"
            "console;verbosity=minimal"
        ]
        |> watch see

    if summaries < List.length projects || (code <> 0 && failed = failedBefore) then
        printfn $"exit {code}, {summaries} summaries"
        count false

/// Runs a script; it must print what its last comment, `(* prints` to `*)`, promises.
let script path =
    let lines = Collections.Generic.List<string>()
    let code = watch lines.Add [ "fsi"; path ]
    let printed = String.Join('\n', lines).Trim()

    let promise =
        Regex.Match(
            File.ReadAllText(path).ReplaceLineEndings "\n",
            @"(?ms)^\(\* prints[^\n]*\n(.*)^\*\)\s*\z"
        )

    let good = code = 0 && promise.Success && printed = promise.Groups[1].Value.Trim()

    let outcome =
        if good then
            "as promised"
        else
            $"exit {code}, printed\n{printed}"

    printfn $"== {Path.GetRelativePath(root, path)}: {outcome}"
    count good
