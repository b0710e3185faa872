namespace GoGoScope.Benchmarks

open System.Threading.Tasks

/// One side of a row: does its operation that many times.
type Contender = { Name: string; Run: int -> Task }

[<RequireQualifiedAccess>]
module Contender =

    /// Work that ends on the caller's thread.
    let inline sync name ([<InlineIfLambda>] body: unit -> unit) = {
        Name = name
        Run =
            fun times ->
                for _ in 1..times do
                    body ()

                Task.CompletedTask
    }

    /// Work that may wait.
    let waits name (body: unit -> Task) = {
        Name = name
        Run =
            fun times -> task {
                for _ in 1..times do
                    do! body ()
            }
    }

/// What one operation may allocate.
[<RequireQualifiedAccess>]
type BytesTarget =
    /// Whatever it needs.
    | Free
    | AtMost of Bytes: float
    | AtMostPeerPlus of Bytes: float
    /// At most so much above a third contender, which does the same without us.
    | AtMostOver of Bare: Contender * Bytes: float

/// A target: our way and the peer's to do the same thing, and how they should compare.
type Row = {
    Name: string
    /// Operations in one run of a contender.
    Units: int
    Ours: Contender
    Peer: Contender
    /// Most that ours may take, as a multiple of the peer's time.
    Target: float
    Bytes: BytesTarget
    /// Its time depends on which threads the pool uses, so a run on one CPU decides.
    CrossesPool: bool
    /// What the peer took per operation, in ns, where an interlocked add took 4.5 ns; 0 when unknown.
    PeerFigure: float
}

/// What was measured, per operation and round by round.
type Samples = {
    Row: string
    Ours: float array
    OurBytes: float array
    Peer: float array
    PeerBytes: float array
    BareBytes: float array
    Calibration: float array
}
