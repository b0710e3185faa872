/// Whether a history of overlapping operations can be told as one after the other.
namespace GoGoScope.Tests.Sync

open System.Collections.Generic
open System.Threading

/// An operation that came to something, and when it began and ended, by one counter for all.
type Event<'Op> = { Op: 'Op; Began: int; Ended: int }

/// Collects events from any thread.
[<Sealed>]
type History<'Op>() =
    let mutable now = 0
    let events = List<Event<'Op>>()

    member _.Begin() = Interlocked.Increment &now

    member _.End(began: int, op: 'Op) =
        let ended = Interlocked.Increment &now

        lock events (fun () ->
            events.Add {
                Op = op
                Began = began
                Ended = ended
            })

    member _.Events = lock events (fun () -> List.ofSeq events)

[<RequireQualifiedAccess>]
module Linearizable =

    /// `apply state event later` gives the state after the event, or none if it could not have happened then; `later` are the events
    /// that are not told yet.
    let holds
        (apply: 'State -> Event<'Op> -> Event<'Op> list -> 'State option)
        (start: 'State)
        (events: Event<'Op> list)
        =
        let dead = HashSet<struct ('State * int list)>()

        let rec search state (left: Event<'Op> list) =
            left.IsEmpty
            || (let key = struct (state, left |> List.map (fun event -> event.Began))

                not (dead.Contains key)
                && (let firstEnd = left |> List.map (fun event -> event.Ended) |> List.min

                    let told =
                        left
                        |> List.filter (fun event -> event.Began <= firstEnd)
                        |> List.exists (fun event ->
                            let later = left |> List.filter (fun other -> other.Began <> event.Began)

                            match apply state event later with
                            | Some next -> search next later
                            | None -> false)

                    if not told then
                        dead.Add key |> ignore

                    told))

        search start events
