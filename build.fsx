// dotnet fsi build.fsx TARGET (`help` lists them). Plain F#: a fresh clone needs nothing but the SDK.
#load "build/steps.fsx"

open System
open System.IO
open Steps

let private testProjects = [
    "GoGoScope.Tests"
    "GoGoScope.Dynamic.Tests"
    "GoGoScope.CSharp.Tests"
    "GoGoScope.Demo.Tests"
]

let private folders = "src tests fuzz benchmarks examples"

// The style rules of C# are checked by the build itself; only its whitespace is left to ask for here.
let private format () =
    restoreTools ()
    && step $"fantomas --check {folders} build build.fsx"
    && step
        "format whitespace . --folder --verify-no-changes --include src/ tests/ fuzz/ benchmarks/ examples/"

let private fix () =
    restoreTools ()
    && step $"fantomas {folders} build build.fsx"
    && step "format GoGoScope.FSharp.sln -v q"

let private build configuration what =
    step $"msbuild {what} -restore -nologo -v:q -p:Configuration={configuration}"

let private examples () =
    if build "Release" "src/GoGoScope.Core" then
        Directory.GetFiles(Path.Combine(root, "examples"), "*.fsx")
        |> Seq.sort
        |> Seq.iter script

/// Every scenario, which must hold, and every bug that it can plant, which must be found. The program names them.
let private fuzz () =
    let project = "run -c Release --no-build --project fuzz/GoGoScope.Fuzz --"

    for line in linesOf $"{project} list" do
        match line.Split([| ' ' |], StringSplitOptions.RemoveEmptyEntries) |> Array.toList with
        | scenario :: bugs ->
            run 0 $"{project} {scenario} --seeds 1000"

            for bug in bugs do
                run 1 $"{project} {scenario} --seeds 1000 --sabotage {bug}"
        | [] -> ()

let private test all =
    format () |> ignore

    if build "Release" "GoGoScope.FSharp.sln" then
        tests "Release" testProjects

        if testProjects |> List.forall (fun name -> build "Debug" $"tests/{name}") then
            tests "Debug" testProjects

        examples ()

        if all then
            fuzz ()

/// Ends with the one line that tells how the steps went, whatever happened.
let private counted work =
    try
        work ()
    with problem ->
        eprintfn $"{problem}"
        count false

    printfn $"{passed} passed, {failed} failed"
    if failed = 0 then 0 else 1

/// The index goes to artifacts/, unless the arguments say otherwise: of an option that is given twice, the last counts.
let private demo arguments =
    let output = Path.Combine(root, "artifacts", "folder-index.json")
    let example = Path.Combine(root, "examples", "FolderIndex")
    // Ctrl-C is for the demo to answer; this script only waits and passes the exit code on.
    Console.CancelKeyPress.Add(fun pressed -> pressed.Cancel <- true)

    dotnet Environment.CurrentDirectory [
        yield! [ "run"; "-c"; "Release"; "--project"; example; "--"; "--out"; output ]
        yield! arguments
    ]

let private help () =
    printfn
        """dotnet fsi build.fsx TARGET
  demo [folder]  index a folder (default: this project); Ctrl-C stops it in order; demo --help tells more
  test           format, build, tests in Release and Debug, example scripts
  test all       that, and short fuzz runs
  format, fix    check or apply both formatters
  build          everything in Release
  examples       run the scripts of examples/ and compare what they print
  update         resolve paket.dependencies anew into paket.lock"""

    2

match fsi.CommandLineArgs |> Array.toList |> List.tail with
| [ "demo" ] -> demo [ root ]
| "demo" :: arguments -> demo arguments
| [ "test" ] -> counted (fun () -> test false)
| [ "test"; "all" ] -> counted (fun () -> test true)
| [ "format" ] -> Convert.ToInt32(not (format ()))
| [ "fix" ] -> Convert.ToInt32(not (fix ()))
| [ "build" ] -> Convert.ToInt32(not (build "Release" "GoGoScope.FSharp.sln"))
| [ "examples" ] -> counted examples
| [ "update" ] -> dotnet root [ "fsi"; "build/update.fsx" ]
| _ -> help ()
|> exit
