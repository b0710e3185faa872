/// Code that must not compile. Each file of NegativeCompile/ holds both: with REFUSED defined the first error must be
/// the one that the file's first line names, about the type that it names; without it there must be none. One run of the compiler for each of the two.
module GoGoScope.Tests.NegativeCompileTests

open System
open System.Diagnostics
open System.IO
open System.Runtime.InteropServices
open System.Text.RegularExpressions
open Xunit

let private folder = Path.Combine(AppContext.BaseDirectory, "NegativeCompile")
let private files = Directory.GetFiles(folder, "*.fs") |> Array.sort

let private run (program: string) (arguments: string list) =
    let info = ProcessStartInfo(program, arguments)
    info.WorkingDirectory <- folder // below global.json, which says which SDK it is
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.Environment["DOTNET_CLI_UI_LANGUAGE"] <- "en"
    use running = Process.Start info |> nonNull
    let errors = running.StandardError.ReadToEndAsync()
    let output = running.StandardOutput.ReadToEnd()

    if not (running.WaitForExit(TimeSpan.FromMinutes 2.)) then
        running.Kill true
        failwith "The compiler did not end."

    output + errors.Result

/// The host and the compiler of the SDK that these tests run on.
let private dotnet, private compiler =
    let rec above (path: string) levels =
        if levels = 0 then
            path
        else
            above (Path.GetDirectoryName path |> nonNull) (levels - 1)

    // ROOT/shared/Microsoft.NETCore.App/VERSION
    let root =
        above (RuntimeEnvironment.GetRuntimeDirectory() |> Path.TrimEndingDirectorySeparator) 3

    let dotnet =
        Path.Combine(
            root,
            (if OperatingSystem.IsWindows() then
                 "dotnet.exe"
             else
                 "dotnet")
        )

    let version = (run dotnet [ "--version" ]).Trim()
    dotnet, Path.Combine(root, "sdk", version, "FSharp", "fsc.dll")

/// The errors of all files, as file name, code and text.
let private compile (define: string) =
    let assemblies =
        match AppContext.GetData "TRUSTED_PLATFORM_ASSEMBLIES" with
        | :? string as all -> all.Split Path.PathSeparator
        | _ -> failwith "The runtime does not say what it stands on."

    let arguments = Path.Combine(folder, $"{define}.rsp")

    File.WriteAllLines(
        arguments,
        [
            "--nologo"
            "--target:library"
            "--targetprofile:netcore"
            "--noframework"
            "--simpleresolution"
            "--flaterrors"
            "--checknulls+"
            $"--define:{define}"
            $"""--out:{Path.Combine(folder, $"{define}.dll")}"""
            for assembly in assemblies do
                $"-r:{assembly}"
            yield! files
        ]
    )

    let output = run dotnet [ compiler; "@" + arguments ]

    [
        for found in Regex.Matches(output, @"(?m)^(?:.*[/\\])?(\w+)\.fs\(.*?\): error (FS\d+): (.*)$") do
            found.Groups[1].Value, found.Groups[2].Value, found.Groups[3].Value
    ],
    output

[<Fact>]
let ``what types forbid does not compile, for the stated reason`` () =
    let errors, output = compile "REFUSED"
    Assert.True(errors.Length >= files.Length, output)

    for file in files do
        let name = Path.GetFileNameWithoutExtension file |> nonNull
        let promise = Regex.Match(File.ReadAllText file, @"^// (FS\d+) (\S+): ").Groups

        match errors |> List.tryFind (fun (inFile, _, _) -> inFile = name) with
        | Some(_, code, text) when code = promise[1].Value && text.Contains promise[2].Value -> ()
        | other -> Assert.Fail $"{name}: promised {promise[1]} about {promise[2]}, found {other}"

[<Fact>]
let ``the same code without the mistake compiles`` () =
    let errors, output = compile "ALLOWED"

    if not errors.IsEmpty || not (File.Exists(Path.Combine(folder, "ALLOWED.dll"))) then
        Assert.Fail output
