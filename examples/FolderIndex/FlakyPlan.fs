namespace FolderIndex

open System
open System.Threading

/// What the server does with a request.
[<RequireQualifiedAccess>]
type Fault =
    | Nothing
    /// Status 500.
    | Broken
    /// The right answer, late.
    | Slow
    /// No answer, for as long as the client cares to wait.
    | Hangs
    /// Status 429, and the time after which to come back.
    | TooMany
    /// Status 503, as for everything else at this time.
    | Outage

/// Which request goes wrong, and how: decided by a seed. Each fault belongs to the first requests for some item, so that every
/// run meets all of them, whatever order the requests come in.
[<Sealed>]
type FaultPlan(seed: int) =

    static let kinds = [
        10, [ Fault.Broken ]
        5, [ Fault.Broken; Fault.Broken ]
        8, [ Fault.Slow ]
        4, [ Fault.Hangs; Fault.Hangs ] // a second request beside the first does not help
        4, [ Fault.TooMany ]
        49, []
    ]

    let faults =
        let all = [|
            for count, faults in kinds do
                yield! Array.replicate count (Array.ofList faults)
        |]

        Random(seed).Shuffle all
        all

    let asked: int array = Array.zeroCreate faults.Length
    let mutable outage = 0

    /// Items from 0 to here, without it, have faults of their own.
    static member Items = List.sumBy fst kinds

    /// The items from there to here, without it, share the outage.
    static member AllItems = FaultPlan.Items + 40

    /// Requests for them that fail before the first answer. With at most 6 at once and a breaker that opens at 5 in a row,
    /// 10 open it for certain: of the first 10, at least 5 have failed before an eleventh is sent.
    static member OutageLength = 10

    /// What becomes of the next request for this item.
    member _.Next(item: int) : Fault =
        if item >= FaultPlan.Items then
            if Interlocked.Increment &outage <= FaultPlan.OutageLength then
                Fault.Outage
            else
                Fault.Nothing
        else
            let number = Interlocked.Increment &asked[item]

            if number <= faults[item].Length then
                faults[item][number - 1]
            else
                Fault.Nothing
