/// Random work under random retries, in virtual time and seeded interleavings: what the library does must be what a plain
/// reading of the options predicts.
module GoGoScope.Fuzz.Retries.Scenario

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing
open GoGoScope.Fuzz.Retries.Plans

/// One attempt as it was seen.
[<NoComparison; ReferenceEquality>]
type private Seen = {
    Start: float
    mutable End: float
    mutable Outcome: Result<int, Cause<string>> voption
}

let private counters = [
    "attempts"
    "retries"
    "values"
    "failures"
    "cancels in a wait"
    "cancels in an attempt"
    "deaf attempts past their time"
    "waits that the deadline forbade"
    "budgets that ran out"
    "rejections repeated"
]

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let plan = plan random
    let runtime = SeededRuntime seed
    let clock = runtime.Clock
    let now () = clock.Elapsed.TotalMilliseconds
    let seen = List<Seen>()
    let told = List<RetryAttempt<string>>()
    let problems = List<string>()
    let mutable running = 0
    let mutable cancelled = -1.

    let check good text =
        if not good then
            problems.Add text

    let attempt: Scoped<int, string> =
        fun here ->
            ValueTask<Result<int, ScopeError<string>>>(
                task {
                    let number = seen.Count

                    let it = {
                        Start = now ()
                        End = -1.
                        Outcome = ValueNone
                    }

                    let act = plan.Tries[number % plan.Tries.Length]
                    seen.Add it
                    running <- running + 1
                    check (running = 1) $"{running} attempts run at once"
                    let token = if act.IsDeaf then CancellationToken.None else here.Token

                    let! stopped = task {
                        try
                            if act.Takes > 0 then
                                do! Task.Delay(ms act.Takes, clock, token)

                            return false
                        with :? OperationCanceledException ->
                            return true
                    }

                    running <- running - 1
                    it.End <- now ()

                    if stopped then
                        here.Token.ThrowIfCancellationRequested()

                    match act.Act with
                    | Gives -> return Ok number
                    | Fails true -> return Error(ScopeError.failed "fatal")
                    | Fails false -> return Error(ScopeError.failed $"no {number}")
                    | Throws -> return raise (InvalidOperationException $"bug {number}")
                    | Stops ->
                        here.Cancel "itself"
                        return Error(ScopeError.cancelled (CancelReason.Requested "itself"))
                    | Rejects after -> return Error(ScopeError.rejected (Rejection.CircuitOpen(ms after)))
                }
            )

    let retried = attempt |> library.Retry(optionsOf plan told.Add)

    let bounded =
        if plan.Timeout < 0 then
            retried
        else
            Scoped.timeout (ms plan.Timeout) retried

    let mutable said: Result<int, ScopeError<string>> voption = ValueNone
    let mutable finish = -1.

    let watched: Scoped<unit, string> =
        fun here ->
            ValueTask<Result<unit, ScopeError<string>>>(
                task {
                    let! outcome = (bounded here).AsTask()
                    said <- ValueSome outcome
                    finish <- now ()
                    return Ok()
                }
            )

    let program: Scoped<unit, string> = scope {
        let! child = Scope.task watched

        if plan.CancelAt >= 0 then
            do! Scope.delay (ms plan.CancelAt)

            if not child.IsCompleted then
                cancelled <- now ()
                child.Cancel "enough"

        let! _ = (ScopeTask.result child: Scoped<Result<unit, ScopeError<string>>, string>)
        return ()
    }

    match runtime.Run program with
    | Ok() -> ()
    | Error error -> problems.Add $"the program failed: {error}"

    let outcome =
        match said with
        | ValueSome outcome -> outcome
        | ValueNone -> Error(ScopeError.failed "it did not end")

    let count = seen.Count
    tally.Add("attempts", count)
    tally.Add("retries", told.Count)

    let deadline =
        if plan.Timeout < 0 then
            Double.MaxValue
        else
            float plan.Timeout

    let until = if cancelled < 0. then deadline else min deadline cancelled

    // how often
    let limit =
        match plan.MaxRetries, plan.UpTo with
        | -1, -1 -> 3
        | -1, bound -> bound
        | given, -1 -> given
        | given, bound -> min given bound

    check (count <= limit + 1) $"{count} attempts, but at most {limit} retries"
    check (count >= 1 || until <= 0.) "no attempt at all"

    // when
    for index in 0 .. count - 2 do
        let after = seen[index]
        let next = seen[index + 1]

        if index < told.Count then
            let cause = told[index].Error.Cause
            let delay = expectedDelay plan (index + 1) cause
            let said = told[index].Delay.TotalMilliseconds
            check (abs (said - delay) < 0.001) $"retry {index + 1}: told a delay of {said}, expected {delay}"

            check
                (abs (next.Start - after.End - delay) < 0.001)
                $"attempt {index + 2} began {next.Start - after.End} after the one before, expected {delay}"

            match cause with
            | Cause.Rejected _ -> tally.Add("rejections repeated", 1)
            | Cause.Cancelled _ -> problems.Add "a cancellation was repeated"
            | _ -> ()
        else
            problems.Add $"attempt {index + 2} was not told"

    for it in seen do
        check (it.Start <= until) $"an attempt began at {it.Start}, after the end at {until}"

    // why it ended
    let last = if count = 0 then ValueNone else ValueSome seen[count - 1]

    let lastEnd =
        match last with
        | ValueSome it -> it.End
        | ValueNone -> 0.

    let isDeafLate =
        seen
        |> Seq.exists (fun it -> plan.AttemptTimeout >= 0 && it.End - it.Start > float plan.AttemptTimeout)

    if isDeafLate then
        tally.Add("deaf attempts past their time", 1)

    check
        (finish <= max until lastEnd + 0.001)
        $"it ended at {finish}, the deadline was {deadline}, the last attempt ended at {lastEnd}"

    match outcome with
    | Ok number ->
        tally.Add("values", 1)
        check (number = count - 1) $"the value of attempt {number + 1}, but there were {count}"
    | Error error ->
        tally.Add("failures", 1)

        match error.Cause with
        | Cause.Cancelled _ when cancelled >= 0. && told.Count = count -> tally.Add("cancels in a wait", 1)
        | Cause.Cancelled _ when cancelled >= 0. -> tally.Add("cancels in an attempt", 1)
        | Cause.Cancelled _ -> ()
        | Cause.TimedOut _ -> ()
        | cause ->
            // a failure that could have been repeated: something must forbid it
            let delay = expectedDelay plan count cause

            let tokens =
                if plan.Tokens < 0 then
                    Int32.MaxValue
                else
                    max 5 plan.Tokens

            let spent = told.Count * 5

            let wanted =
                match cause with
                | Cause.Failed "fatal" -> false
                | Cause.Rejected _ -> plan.Rejections
                | _ -> true

            let outOfTime = lastEnd + delay >= deadline
            let outOfTokens = tokens - spent < 5

            if wanted && count <= limit && outOfTime then
                tally.Add("waits that the deadline forbade", 1)

            if wanted && count <= limit && outOfTokens then
                tally.Add("budgets that ran out", 1)

            check
                (not wanted || count > limit || outOfTime || outOfTokens || cancelled >= 0.)
                $"it gave up after {count} attempts for no reason: {cause}"

    if plan.Tokens >= 0 then
        check (told.Count * 5 <= max 5 plan.Tokens) $"{told.Count} retries with {plan.Tokens} tokens"

    {
        Problems = List.ofSeq problems
        Story = [
            $"%A{plan}"
            for it in seen do
                $"attempt {it.Start} - {it.End}"
            for it in told do
                $"told {it.Attempt}: {it.Error.Cause}, again in {it.Delay.TotalMilliseconds}"
            $"%A{outcome} at {finish}"
        ]
    }

let scenario = Rounds.scenario "retry" counters libraries round
