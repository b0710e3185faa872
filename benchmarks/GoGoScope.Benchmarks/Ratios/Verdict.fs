namespace GoGoScope.Benchmarks

open System

/// What the samples of a row come to.
type Verdict = {
    Row: Row
    /// Which run it was: all CPUs, or one.
    OneCpu: bool
    OurTime: float
    OurBytes: float
    PeerTime: float
    PeerBytes: float
    /// What our operation allocates above the bare body; NaN when the row has none.
    BytesOver: float
    Ratio: float
    LowerRatio: float
    UpperRatio: float
    /// Empty: the targets are met.
    Short: string list
    /// The peer was slower than it can be, so the ratio says nothing.
    PeerSlow: bool
    /// Another run of the row decides.
    ForShow: bool
}

[<RequireQualifiedAccess>]
module Verdict =

    /// What an interlocked add took where the peers' figures come from.
    let private referenceAdd = 4.5

    let private allowedSlack = 1.5

    /// A run's own few allocations, spread over its operations.
    let private bytesTolerance = 0.5

    /// Linear interpolation between the two nearest samples.
    let private quantile (share: float) (samples: float array) =
        let sorted = Array.sort samples
        let place = share * float (sorted.Length - 1)
        let below = int (floor place)
        let above = min (below + 1) (sorted.Length - 1)
        sorted[below] + (sorted[above] - sorted[below]) * (place - floor place)

    let private median = quantile 0.5

    let private bytesLimit row peerBytes =
        match row.Bytes with
        | BytesTarget.Free -> infinity
        | BytesTarget.AtMost bytes
        | BytesTarget.AtMostOver(_, bytes) -> bytes
        | BytesTarget.AtMostPeerPlus bytes -> peerBytes + bytes

    let ofSamples (row: Row) (oneCpu: bool) (samples: Samples) : Verdict =
        let ratios = Array.map2 (/) samples.Ours samples.Peer

        // where the targets are close to the peer, or below what a clock can tell apart
        let differences =
            Array.map2 (fun ours peer -> ours - (min 1. row.Target) * peer) samples.Ours samples.Peer

        let lower = quantile 0.25 ratios

        let isQuick =
            lower <= row.Target || (row.Target <= 1.10 && quantile 0.25 differences <= 2.)

        let ourBytes = median samples.OurBytes
        let peerBytes = median samples.PeerBytes

        let counted, over =
            match row.Bytes with
            | BytesTarget.AtMostOver _ ->
                let over = ourBytes - median samples.BareBytes
                over, over
            | _ -> ourBytes, nan

        let scale = quantile 0.25 samples.Calibration / referenceAdd

        {
            Row = row
            OneCpu = oneCpu
            OurTime = median samples.Ours
            OurBytes = ourBytes
            PeerTime = median samples.Peer
            PeerBytes = peerBytes
            BytesOver = over
            Ratio = median ratios
            LowerRatio = lower
            UpperRatio = quantile 0.75 ratios
            Short = [
                if not isQuick then
                    "time"
                if counted > bytesLimit row peerBytes + bytesTolerance then
                    "bytes"
            ]
            PeerSlow =
                row.PeerFigure > 0.
                && Array.min samples.Peer > allowedSlack * row.PeerFigure * scale
            ForShow = row.CrossesPool && not oneCpu
        }

    let fails verdict =
        not verdict.ForShow && (verdict.PeerSlow || not verdict.Short.IsEmpty)

    let text verdict =
        if verdict.ForShow then "for show"
        elif verdict.PeerSlow then "slow peer"
        elif verdict.Short.IsEmpty then "ok"
        else "short: " + String.Join(" and ", verdict.Short)
