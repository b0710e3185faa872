namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading.Tasks

/// So many values are enough.
[<Sealed>]
type internal QuorumContest<'T, 'E>(group: Scope, pace: Pace, needed: int, works: Scoped<'T, 'E> array) =
    inherit Contest<'T, 'E, 'T array>(group, pace, works)

    // under the gate until all have ended
    let values = SortedList<int, 'T>()
    let failures = Failures<'E>()

    let settled () =
        values.Count >= needed || failures.Count > works.Length - needed

    override this.Hear(index, outcome) =
        let causes =
            match outcome with
            | Ok _ -> []
            | Error error -> this.CausesOf error

        let keep () =
            match outcome with
            | Ok value -> values.Add(index, value)
            | Error _ when causes.IsEmpty -> ()
            | Error _ -> failures.Add(index, causes)

        let late, decides =
            lock this.Gate (fun () ->
                let late = settled ()

                if not late then
                    keep ()

                late, not late && settled ())

        if late then
            this.Lost(index, outcome)
        else
            if decides && this.Turns.TryDecide ignore && this.Turns.HasOthers then
                group.Cancel(
                    if outcome.IsOk then
                        CancelReason.RaceLost(this.Title index)
                    else
                        CancelReason.SiblingFailed(this.Title index)
                )

            this.Done()

    override this.AddLate(index, causes) =
        lock this.Gate (fun () -> failures.Add(index, causes))

    override _.IsKept value =
        Seq.exists (fun (kept: 'T) -> obj.ReferenceEquals(box kept, value)) values.Values

    override this.Compose() =
        if values.Count >= needed then
            failures.Each(fun index causes -> this.Report(index, causes))
            Ok(Array.ofSeq values.Values)
        elif settled () then
            failures.Outcome()
        else
            this.Stopped failures

    /// What those opened whose values were too few in the end.
    member this.CloseAll() : Task = task {
        for value in List.ofSeq values do
            match this.Close(value.Key, box value.Value) with
            | null -> ()
            | closing -> do! closing.ConfigureAwait group.Dispatcher.UsesContext
    }

/// Runs quorums.
[<AbstractClass; Sealed>]
type internal QuorumKernel =

    /// So many of the works are enough.
    static member Run
        (host: Scope, limit: int, needed: int, works: Scoped<'T, 'E> array)
        : ValueTask<Outcome<'T array, 'E>> =
        if works.Length < needed then
            ContestKernel.Empty $"quorum of {needed} among {works.Length}"
        else
            let contest: QuorumContest<'T, 'E> ref = ref Unchecked.defaultof<_>

            let make group =
                contest.Value <- QuorumContest<'T, 'E>(group, ContestKernel.OnPool limit, needed, works)
                contest.Value :> Contest<'T, 'E, 'T array>

            let wait =
                ContestKernel.Run(host, "quorum", Threading.Timeout.InfiniteTimeSpan, make)

            ValueTask<Outcome<'T array, 'E>>(
                task {
                    let! outcome = wait.ConfigureAwait host.Dispatcher.UsesContext

                    if outcome.IsError && not (isNull (box contest.Value)) then
                        do! contest.Value.CloseAll().ConfigureAwait host.Dispatcher.UsesContext

                    return outcome
                }
            )
