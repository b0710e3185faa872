namespace FolderIndex

open System.Globalization
open System.Threading

/// How often something was seen.
[<Sealed>]
type Counter(label: string) =
    let mutable count = 0
    member _.Label = label
    member _.Count = Volatile.Read &count
    member _.Add() = Interlocked.Increment &count |> ignore

/// What was seen at work.
type Tally = {
    Answered: Counter
    Sent: Counter
    Retried: Counter
    CameBackLater: Counter
    TimedOut: Counter
    Hedged: Counter
    Opened: Counter
    Refused: Counter
    HalfOpened: Counter
    Closed: Counter
    Limited: Counter
    Queued: Counter
} with

    static member New() = {
        Answered = Counter "calls answered in the end"
        Sent = Counter "requests sent"
        Retried = Counter "attempts repeated"
        CameBackLater = Counter "  no sooner than the server asked (Retry-After)"
        TimedOut = Counter "  because they took too long"
        Limited = Counter "  because they came too fast for the rate limiter"
        Refused = Counter "  because the circuit was open"
        Hedged = Counter "requests doubled, because the first was slow"
        Queued = Counter "requests that waited for one of the few places"
        Opened = Counter "circuit opened"
        HalfOpened = Counter "circuit half-opened, for a probe"
        Closed = Counter "circuit closed"
    }

    /// In the order of the table.
    member this.All = [
        this.Answered
        this.Sent
        this.Retried
        this.CameBackLater
        this.TimedOut
        this.Limited
        this.Refused
        this.Hedged
        this.Queued
        this.Opened
        this.HalfOpened
        this.Closed
    ]

    /// What was to be seen and was not.
    member this.Missing = this.All |> List.filter (fun counter -> counter.Count = 0)

    /// The lines of the table.
    member this.Lines =
        let width = this.All |> List.map (fun counter -> counter.Label.Length) |> List.max

        [
            for counter in this.All do
                let count = counter.Count.ToString("N0", CultureInfo.InvariantCulture)
                $"{counter.Label.PadRight width}{count.PadLeft 7}"
        ]
