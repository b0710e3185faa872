namespace GoGoScope.Benchmarks

open System
open System.Globalization
open System.IO
open System.Runtime.InteropServices
open System.Text.Json

/// The table, for people and for programs.
[<RequireQualifiedAccess>]
module Report =

    let private number (value: float) =
        let digits =
            if abs value < 10. then "0.00"
            elif abs value < 1000. then "0.0"
            else "0"

        value.ToString(digits, CultureInfo.InvariantCulture)

    let private name (verdict: Verdict) =
        if verdict.OneCpu then
            verdict.Row.Name + ", one CPU"
        else
            verdict.Row.Name

    let private target (row: Row) =
        let bytes =
            match row.Bytes with
            | BytesTarget.Free -> ""
            | BytesTarget.AtMost bytes -> $", <= {number bytes} B"
            | BytesTarget.AtMostPeerPlus 0. -> ", <= peer's B"
            | BytesTarget.AtMostPeerPlus bytes -> $", <= peer + {number bytes} B"
            | BytesTarget.AtMostOver(_, bytes) -> $", <= bare + {number bytes} B"

        $"<= {number row.Target}{bytes}"

    let private bytes (verdict: Verdict) =
        if Double.IsNaN verdict.BytesOver then
            number verdict.OurBytes
        else
            $"{number verdict.OurBytes} (bare + {number verdict.BytesOver})"

    let private cells verdict = [
        name verdict
        number verdict.OurTime
        bytes verdict
        verdict.Row.Peer.Name
        number verdict.PeerTime
        number verdict.PeerBytes
        $"{number verdict.Ratio} ({number verdict.LowerRatio} .. {number verdict.UpperRatio})"
        target verdict.Row
        Verdict.text verdict
    ]

    let private line (cells: string list) = "| " + String.Join(" | ", cells) + " |"

    let heading =
        line [
            "name"
            "ours ns"
            "ours B"
            "peer"
            "peer ns"
            "peer B"
            "ratio (quartiles)"
            "target"
            "ok/short"
        ]

    let row verdict = line (cells verdict)

    let private machine () =
        $"{Environment.ProcessorCount} CPUs, {RuntimeInformation.OSDescription}, "
        + RuntimeInformation.FrameworkDescription

    let write (command: string) (calibration: float) (verdicts: Verdict list) =
        let now =
            DateTimeOffset.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)

        File.WriteAllLines(
            Folder.file "ratios.md",
            [
                $"`{command}` on {machine ()}, {now} UTC."
                $"An interlocked add took {number calibration} ns."
                $"Medians of {Measure.rounds} interleaved rounds; ratio = ours / peer."
                ""
                heading
                "|---|--:|--:|---|--:|--:|--:|---|---|"
                for verdict in verdicts do
                    row verdict
            ]
        )

        let rows = [|
            for verdict in verdicts do
                {|
                    name = verdict.Row.Name
                    oneCpu = verdict.OneCpu
                    oursNs = verdict.OurTime
                    oursBytes = verdict.OurBytes
                    peer = verdict.Row.Peer.Name
                    peerNs = verdict.PeerTime
                    peerBytes = verdict.PeerBytes
                    bytesOverBare =
                        if Double.IsNaN verdict.BytesOver then
                            Nullable()
                        else
                            Nullable verdict.BytesOver
                    ratio = verdict.Ratio
                    lowerRatio = verdict.LowerRatio
                    upperRatio = verdict.UpperRatio
                    target = verdict.Row.Target
                    verdict = Verdict.text verdict
                |}
        |]

        File.WriteAllText(
            Folder.file "ratios.json",
            JsonSerializer.Serialize(
                {|
                    command = command
                    machine = machine ()
                    date = now
                    interlockedAddNs = calibration
                    rounds = Measure.rounds
                    rows = rows
                |},
                JsonSerializerOptions(WriteIndented = true)
            )
        )
