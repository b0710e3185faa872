namespace GoGoScope.Benchmarks

open System
open System.Diagnostics
open System.Threading
open System.Threading.Tasks

/// Measures the contenders of a row in turns, so that they share whatever noise the machine has.
[<RequireQualifiedAccess>]
module Measure =

    /// Odd, so that the median is a sample.
    let rounds = 15

    let private sampleMs = 10.
    let private warmMs = 350.
    let private calibrationMs = 2.

    let mutable private counter = 0L

    /// What an interlocked add takes here and now.
    let private calibration =
        Contender.sync "an interlocked add" (fun () -> Interlocked.Add(&counter, 1L) |> ignore)

    // on a pool thread: that is where a server's code runs
    let private run (contender: Contender) times =
        Task.Run(fun () -> contender.Run times).GetAwaiter().GetResult()

    let private timed contender times =
        let start = Stopwatch.GetTimestamp()
        run contender times
        Stopwatch.GetElapsedTime(start).TotalMilliseconds

    /// Runs it until the runtime has compiled it for good; answers how often it fits into a sample.
    let private warm milliseconds wanted contender =
        let mutable times = 1
        let mutable last = timed contender times

        let warmUp until =
            let start = Stopwatch.GetTimestamp()
            let mutable calls = 0

            while calls < 40 || Stopwatch.GetElapsedTime(start).TotalMilliseconds < until do
                last <- timed contender times
                calls <- calls + 1

                if last < 1. then
                    times <- times * 2

            Thread.Sleep 110 // the compiler starts when nothing new was called for 100 ms

        warmUp (milliseconds / 2.)
        warmUp (milliseconds / 2.)
        max 1 (int (float times * wanted / max 0.001 (timed contender times)))

    let private sample units contender times =
        GC.Collect()
        let bytes = GC.GetTotalAllocatedBytes true
        let milliseconds = timed contender times
        let operations = float times * float units
        let allocated = GC.GetTotalAllocatedBytes true - bytes
        struct (milliseconds * 1e6 / operations, float allocated / operations)

    let private addsPerSample =
        lazy (warm (warmMs / 2.) calibrationMs calibration)

    let row (row: Row) : Samples =
        let adds = addsPerSample.Value
        let ourTimes = warm warmMs sampleMs row.Ours
        let peerTimes = warm warmMs sampleMs row.Peer

        let bare =
            match row.Bytes with
            | BytesTarget.AtMostOver(bare, _) -> Some(bare, warm warmMs sampleMs bare)
            | _ -> None

        let ours = Array.zeroCreate<struct (float * float)> rounds
        let peer = Array.zeroCreate<struct (float * float)> rounds

        let rest = [|
            for round in 0 .. rounds - 1 do
                let sampleOurs () =
                    ours[round] <- sample row.Units row.Ours ourTimes

                let samplePeer () =
                    peer[round] <- sample row.Units row.Peer peerTimes

                // each goes first in every other round
                if round % 2 = 0 then
                    sampleOurs ()
                    samplePeer ()
                else
                    samplePeer ()
                    sampleOurs ()

                let bareBytes =
                    match bare with
                    | Some(bare, times) ->
                        let struct (_, bytes) = sample row.Units bare times
                        bytes
                    | None -> 0.

                let struct (add, _) = sample 1 calibration adds
                struct (add, bareBytes)
        |]

        let time (struct (time: float, _: float)) = time
        let bytes (struct (_: float, bytes: float)) = bytes

        {
            Row = row.Name
            Ours = Array.map time ours
            OurBytes = Array.map bytes ours
            Peer = Array.map time peer
            PeerBytes = Array.map bytes peer
            BareBytes = Array.map bytes rest
            Calibration = Array.map time rest
        }
