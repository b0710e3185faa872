module GoGoScope.Benchmarks.Program

open System
open System.Reflection
open BenchmarkDotNet.Configs
open BenchmarkDotNet.Jobs
open BenchmarkDotNet.Running
open BenchmarkDotNet.Toolchains.InProcess.Emit

let private allRows =
    ScopeRows.rows
    @ BuilderRows.rows
    @ GroupRows.rows
    @ RaceRows.rows
    @ ParallelRows.rows
    @ ChannelRows.rows

let private usage () =
    let faults = String.Join(" | ", Sabotage.names)
    eprintfn "ratios [NAME] [--sabotage %s]   the table, or the rows whose name contains NAME" faults
    eprintfn "bdn FILTER                      the same cases under BenchmarkDotNet, such as '*Scope*'"
    2

/// The rows that the words after the command ask for; None when they make no sense.
let private chosen (words: string list) : Row list option =
    let named (part: string) =
        allRows
        |> List.filter (fun row -> row.Name.Contains(part, StringComparison.OrdinalIgnoreCase))

    let spoilt fault (rows: Row list) =
        Sabotage.find fault |> Option.map (fun plant -> List.map plant rows)

    match words with
    | [] -> Some allRows
    | [ "--sabotage"; fault ] -> spoilt fault allRows
    | [ part ] -> Some(named part)
    | [ part; "--sabotage"; fault ] -> spoilt fault (named part)
    | _ -> None

let private ratios (words: string list) (rows: Row list) =
    printfn $"{Report.heading}"

    let show verdict =
        printfn $"{Report.row verdict}"
        verdict

    let measured = [ for row in rows -> row, lazy (Measure.row row) ]

    let here = [
        for row, samples in measured do
            show (Verdict.ofSamples row false samples.Value)
    ]

    let crossing = rows |> List.filter _.CrossesPool

    let onOneCpu =
        List.map2
            (fun row samples -> show (Verdict.ofSamples row true samples))
            crossing
            (OneCpu.ask crossing words)

    let adds = [|
        for _, samples in measured do
            yield! samples.Value.Calibration
    |]

    let calibration =
        if adds.Length = 0 then
            0.
        else
            (Array.sort adds)[adds.Length / 2]

    let verdicts = here @ onOneCpu
    let command = String.Join(' ', "ratios" :: words)
    Report.write command calibration verdicts
    let short = verdicts |> List.filter Verdict.fails
    let deciding = verdicts |> List.filter (fun verdict -> not verdict.ForShow)

    printfn
        $"{deciding.Length} rows of {Measure.rounds} rounds, {short.Length} short; an interlocked add took {calibration:F1} ns; in {Folder.artifacts}: ratios.md, ratios.json"

    if deciding.IsEmpty || not short.IsEmpty then 1 else 0

/// In this process: the project that BenchmarkDotNet would generate does not know Paket.
let private inProcess =
    DefaultConfig.Instance
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance))
        .WithArtifactsPath(Folder.file "benchmarks")

[<EntryPoint>]
let main arguments =
    match List.ofArray arguments with
    | "ratios" :: words ->
        match chosen words with
        | Some rows -> ratios words rows
        | None -> usage ()
    | command :: file :: words when command = OneCpu.command ->
        match chosen words with
        | Some rows ->
            OneCpu.answer file (rows |> List.filter _.CrossesPool)
            0
        | None -> usage ()
    | "bdn" :: filter ->
        BenchmarkSwitcher
            .FromAssembly(Assembly.GetExecutingAssembly())
            .Run([| "--filter"; yield! filter |], inProcess)
        |> ignore

        0
    | _ -> usage ()
