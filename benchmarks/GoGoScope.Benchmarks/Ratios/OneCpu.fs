namespace GoGoScope.Benchmarks

open System
open System.Diagnostics
open System.IO
open System.Text.Json

/// The rows that cross the thread pool, once more in a process that has one CPU: there, no second thread steals work.
[<RequireQualifiedAccess>]
module OneCpu =

    /// The first word of the command line of that process.
    let command = "ratios-on-one-cpu"

    let private taskset () =
        (Environment.GetEnvironmentVariable "PATH" |> string).Split Path.PathSeparator
        |> Seq.map (fun folder -> Path.Combine(folder, "taskset"))
        |> Seq.tryFind File.Exists

    /// The part of that process: measures the rows and leaves the samples in a file.
    let answer (file: string) (rows: Row list) =
        let samples = [|
            for row in rows do
                eprintfn $"{row.Name} (one CPU)"
                Measure.row row
        |]

        File.WriteAllText(file, JsonSerializer.Serialize samples)

    /// Measures the rows there. The arguments choose the same rows again.
    let ask (rows: Row list) (arguments: string list) : Samples list =
        if rows.IsEmpty then
            []
        else
            let file = Folder.file "ratios-one-cpu.json"
            File.Delete file
            let host = Environment.ProcessPath |> string

            let program = [
                host
                if Path.GetFileNameWithoutExtension host = "dotnet" then
                    Environment.GetCommandLineArgs()[0]
                command
                file
                yield! arguments
            ]

            // the last CPU: the first one answers most interrupts
            let words =
                match taskset () with
                | Some taskset -> [ taskset; "-c"; $"{Environment.ProcessorCount - 1}"; yield! program ]
                | None -> program

            let start = ProcessStartInfo(words.Head, words.Tail)
            start.Environment["DOTNET_PROCESSOR_COUNT"] <- "1"
            // on one CPU the runtime would wait ten times as long before it compiles anything for good
            start.Environment["DOTNET_TC_DelaySingleProcMultiplier"] <- "1"
            use child = Process.Start start |> nonNull
            child.WaitForExit()

            if child.ExitCode <> 0 then
                failwith $"the run on one CPU ended with exit code {child.ExitCode}"

            JsonSerializer.Deserialize<Samples array>(File.ReadAllText file)
            |> nonNull
            |> List.ofArray
