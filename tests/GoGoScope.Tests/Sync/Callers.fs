namespace GoGoScope.Tests.Sync

open System.Collections.Generic
open GoGoScope
open GoGoScope.Tests

/// Those who ask for something that may take time, each in a scope of its own: what they were told, and a way to cancel one. Meant for a
/// seeded runtime, where time passes only when nothing can run.
[<Sealed>]
type Callers<'L>() =
    let tasks = Dictionary<int, ScopeTask<unit, string>>()
    let scopes = Dictionary<int, Scope>()
    let told = Dictionary<int, Result<'L, ScopeError<string>>>()

    /// Asks as this number, and then stays until it is cancelled.
    member _.Ask (id: int) (ask: Scoped<'L, string>) : Scoped<unit, string> =
        let caller: Scoped<unit, string> = scope {
            do!
                fun (scope: Scope) ->
                    scopes[id] <- scope

                    Await.Changed(
                        scope,
                        ask scope,
                        fun outcome ->
                            told.Add(id, outcome)
                            Ok()
                    )

            do! Step.forever
        }

        scope {
            let! one = Scope.task caller
            tasks[id] <- one
        }

    member _.ScopeOf(id: int) = scopes[id]

    /// What they were told, by their numbers.
    member _.Told: IReadOnlyDictionary<int, Result<'L, ScopeError<string>>> = told

    /// The cause of what this number was told, if it was refused.
    member _.Refusal(id: int) : Cause<string> voption =
        match told.TryGetValue id with
        | true, Error error -> ValueSome error.Cause
        | _ -> ValueNone

    member _.Cancel(id: int) : unit = tasks[id].Cancel "not needed"

    /// Ends them all.
    member this.Finish() =
        for id in tasks.Keys do
            this.Cancel id

[<RequireQualifiedAccess>]
module Callers =

    /// One of these, as a byte of a program chooses; zero when there are none.
    let pick (which: byte) (ids: seq<int>) : int =
        let ids = Seq.toArray ids
        if ids.Length = 0 then 0 else ids[int which % ids.Length]

/// How the wait of a caller ended, as the models say it.
[<RequireQualifiedAccess>]
type Answer =
    | Given
    | Cancelled
    | TooLong
    | Deadlock
    | Ended
    | Crashed

[<RequireQualifiedAccess>]
module Answer =

    let ofOutcome (outcome: Result<'L, ScopeError<string>>) =
        match outcome with
        | Ok _ -> Answer.Given
        | Error error ->
            match error.Cause with
            | Cause.Cancelled _ -> Answer.Cancelled
            | Cause.Rejected(Rejection.WaitedTooLong _) -> Answer.TooLong
            | Cause.Rejected(Rejection.WouldDeadlock _) -> Answer.Deadlock
            | Cause.Rejected(Rejection.ScopeEnded _) -> Answer.Ended
            | Cause.Crashed _ -> Answer.Crashed
            | cause -> failwith $"{cause}"
