namespace GoGoScope.Benchmarks

open System
open System.IO

/// Where results go: `artifacts` of the repository in which this was built, or of the current folder.
[<RequireQualifiedAccess>]
module Folder =

    let artifacts =
        let rec above (folder: DirectoryInfo | null) =
            match folder with
            | null -> Environment.CurrentDirectory
            | here when File.Exists(Path.Combine(here.FullName, "GoGoScope.FSharp.sln")) -> here.FullName
            | here -> above here.Parent

        Path.Combine(above (DirectoryInfo AppContext.BaseDirectory), "artifacts")

    let file name =
        Directory.CreateDirectory artifacts |> ignore
        Path.Combine(artifacts, name)
