// Resolves paket.dependencies anew. It names no feed, so a copy that names the machine's own is resolved instead.
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions

let private root = Path.GetDirectoryName __SOURCE_DIRECTORY__
let private inRoot path = Path.Combine(root, path)
let private copy = Directory.CreateTempSubdirectory "paket-"
let private inCopy path = Path.Combine(copy.FullName, path)

let private dotnet (line: string) =
    let info =
        ProcessStartInfo("dotnet", line, WorkingDirectory = copy.FullName, RedirectStandardOutput = true)

    use child = Process.Start info
    let printed = child.StandardOutput.ReadToEnd()
    child.WaitForExit()

    if child.ExitCode <> 0 then
        failwith $"dotnet {line}: exit {child.ExitCode}\n{printed}"

    printed

/// Until two answers agree: Paket learns what a package needs only once that package has been downloaded.
let rec private resolve (before: string) rounds =
    dotnet "paket update" |> ignore
    let lock = File.ReadAllText(inCopy "paket.lock")

    if lock = before then lock
    elif rounds = 0 then failwith "paket.lock keeps changing"
    else resolve lock (rounds - 1)

try
    let sources =
        Regex.Matches(dotnet "nuget list source --format short", @"(?m)^E\w*\s+(\S+)")
        |> Seq.map (fun found -> $"source {found.Groups[1].Value}")
        |> String.concat "\n"

    let dependencies = File.ReadAllText(inRoot "paket.dependencies")
    File.WriteAllText(inCopy "paket.dependencies", Regex.Replace(dependencies, @"source \S+", sources))
    File.Copy(inRoot ".config/dotnet-tools.json", inCopy "dotnet-tools.json")
    dotnet "tool restore" |> ignore
    let lock = resolve "" 30
    File.WriteAllText(inRoot "paket.lock", Regex.Replace(lock, @"remote: \S+", "remote: ~/.nuget/packages"))
finally
    copy.Delete true
