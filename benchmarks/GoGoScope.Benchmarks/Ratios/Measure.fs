namespace GoGoScope.Benchmarks

open System
open System.Diagnostics
open System.Runtime
open System.Threading
open System.Threading.Tasks

/// Measures the contenders of a row in turns, so that they share whatever noise the machine has.
[<RequireQualifiedAccess>]
module Measure =

    /// Odd, so that the median is a sample.
    let rounds = 15

    let private sampleMs = 10.
    let private warmMs = 60.
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

    /// The processor time of the whole process: on one thread or one CPU it is the time that passes on an idle
    /// machine, and what else runs on a busy one does not count.
    let private timedByUse contender times =
        let before = Environment.CpuUsage.TotalTime
        run contender times
        (Environment.CpuUsage.TotalTime - before).TotalMilliseconds

    /// Runs it until the runtime has nothing left to compile; answers how often it fits into a sample.
    let private warm wanted contender =
        let mutable times = 1
        let mutable last = timed contender times
        let mutable compiled = -1L
        let mutable quiet = 0
        let mutable cycles = 0

        // twice quiet: between two stages of compilation the runtime may rest for one
        while quiet < 2 && cycles < 15 do
            compiled <- JitInfo.GetCompiledMethodCount()
            let start = Stopwatch.GetTimestamp()
            let mutable calls = 0

            while calls < 35 || Stopwatch.GetElapsedTime(start).TotalMilliseconds < warmMs do
                last <- timed contender times
                calls <- calls + 1

                if last < 1. then
                    times <- times * 2

            Thread.Sleep 110 // it begins when nothing new was called for 100 ms
            cycles <- cycles + 1

            quiet <-
                if compiled = JitInfo.GetCompiledMethodCount() then
                    quiet + 1
                else
                    0

        max 1 (int (float times * wanted / max 0.001 (timed contender times)))

    let private sample clock units contender times =
        GC.Collect()
        let bytes = GC.GetTotalAllocatedBytes true
        let milliseconds: float = clock contender times
        let operations = float times * float units
        let allocated = GC.GetTotalAllocatedBytes true - bytes
        struct (milliseconds * 1e6 / operations, float allocated / operations)

    let private addsPerSample = lazy (warm calibrationMs calibration)

    let row (row: Row) : Samples =
        // on several CPUs the point is how threads get into each other's way, and that takes time, not use
        let clock =
            if row.CrossesPool && Environment.ProcessorCount > 1 then
                timed
            else
                timedByUse

        let adds = addsPerSample.Value
        let ourTimes = warm sampleMs row.Ours
        let peerTimes = warm sampleMs row.Peer

        let bare =
            match row.Bytes with
            | BytesTarget.AtMostOver(bare, _) -> Some(bare, warm sampleMs bare)
            | _ -> None

        let ours = Array.zeroCreate<struct (float * float)> rounds
        let peer = Array.zeroCreate<struct (float * float)> rounds

        let rest = [|
            for round in 0 .. rounds - 1 do
                let sampleOurs () =
                    ours[round] <- sample clock row.Units row.Ours ourTimes

                let samplePeer () =
                    peer[round] <- sample clock row.Units row.Peer peerTimes

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
                        let struct (_, bytes) = sample clock row.Units bare times
                        bytes
                    | None -> 0.

                let struct (add, _) = sample clock 1 calibration adds
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
