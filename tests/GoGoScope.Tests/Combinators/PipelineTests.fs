/// What stands around the work of a task, from the inside: the limit of the attempt, the scope's circuit breaker, the permit,
/// the repetition, the limit of the task.
module GoGoScope.Tests.Combinators.PipelineTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: int) = TimeSpan.FromMilliseconds(float count)

let private retry (count: int) (delay: int) : RetryOptions<obj> = {
    RetryOptions<obj>.Default with
        MaxRetries = ValueSome count
        Schedule = Schedule.constant (ms delay)
}

let private options = TaskOptions.Default

/// Fails until it has been called so often.
let private succeedsAt (stage: Stage) (call: int) : Scoped<int, string> =
    let mutable calls = 0

    scope {
        calls <- calls + 1
        stage.Tell $"attempt {calls}"
        do! Scope.delay (ms 10)

        if calls < call then
            return! Scoped.fail $"attempt {calls} failed"
        else
            return calls
    }

let private hour: Scoped<int, string> = scope {
    do! Scope.delay (TimeSpan.FromHours 1.)
    return 0
}

let private outcomeOf
    (options: TaskOptions)
    (work: Scoped<int, string>)
    : Scoped<Result<int, ScopeError<string>>, string> = scope {
    let! child = Scope.taskWith (options, work)
    return! ScopeTask.result child
}

[<Fact>]
let ``a task with Retry repeats its work`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.Run(outcomeOf { options with Retry = retry 3 100 } (succeedsAt stage 3))

    Expect.ok (Ok 3) outcome
    Assert.Equal<string list>([ "0 attempt 1"; "110 attempt 2"; "220 attempt 3" ], stage.Told)
}

[<Fact>]
let ``the last attempt's error is the task's, with those before it beside it`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.Run(outcomeOf { options with Retry = retry 2 0 } (succeedsAt stage 9))

    match outcome with
    | Ok inner ->
        Expect.causes
            [
                Cause.Failed "attempt 3 failed"
                Cause.Failed "attempt 1 failed"
                Cause.Failed "attempt 2 failed"
            ]
            inner
    | other -> Assert.Fail $"{other}"
}

[<Fact>]
let ``AttemptTimeout is for each attempt, Timeout for all of them and the waits between`` () = task {
    let stage = Stage.Seeded 1

    let endless: Scoped<int, string> = scope {
        stage.Tell "attempt"
        do! Scope.delay (TimeSpan.FromHours 1.)
        return 0
    }

    let! each =
        stage.Run(
            outcomeOf
                {
                    options with
                        AttemptTimeout = ms 20
                        Retry = retry 2 5
                }
                endless
        )

    Assert.Equal<string list>([ "0 attempt"; "25 attempt"; "50 attempt" ], stage.Told)

    match each with
    | Ok inner -> Expect.causes [ Cause.TimedOut(ms 20); Cause.TimedOut(ms 20); Cause.TimedOut(ms 20) ] inner
    | other -> Assert.Fail $"{other}"

    let stage = Stage.Seeded 1

    let! all =
        stage.Run(
            outcomeOf
                {
                    options with
                        Timeout = ms 30
                        AttemptTimeout = ms 20
                        Retry = retry 9 5
                }
                hour
        )

    match all with
    | Ok(Error { Cause = Cause.TimedOut after }) -> Assert.Equal(ms 30, after)
    | other -> Assert.Fail $"{other}"
}

[<Fact>]
let ``no permit is held during the wait for the next attempt, and each attempt takes one anew`` () = task {
    let stage = Stage.Seeded 1

    let limited = { stage.Options with Concurrency = 1 }

    let! outcome =
        stage.RunWith
            limited
            (scope {
                let! first = Scope.forkWith ({ options with Retry = retry 1 50 }, succeedsAt stage 2)

                let! second =
                    fork (
                        scope {
                            stage.Tell "other begins"
                            do! Scope.delay (ms 60)
                            stage.Tell "other ends"
                            return 0
                        }
                    )

                let! a = first
                let! b = second
                return a + b
            })

    Expect.ok 2 outcome

    Assert.Equal<string list>(
        [ "0 attempt 1"; "10 other begins"; "70 other ends"; "70 attempt 2" ],
        stage.Told
    )
}

[<Fact>]
let ``the wait for the permit is no part of an attempt's time`` () = task {
    let stage = Stage.Seeded 1

    let limited = { stage.Options with Concurrency = 1 }

    let! outcome =
        stage.RunWith
            limited
            (scope {
                let! _ = fork (Scope.delay (ms 100))

                let! second =
                    Scope.forkWith (
                        {
                            options with
                                AttemptTimeout = ms 20
                                Retry = retry 0 0
                        },
                        scope {
                            do! Scope.delay (ms 10)
                            return "in time"
                        }
                    )

                return! second
            })

    Expect.ok "in time" outcome
}

[<Fact>]
let ``no attempt overlaps the next, also when it ignores its token`` () = task {
    let stage = Stage.Seeded 1
    let running = ref 0
    let overlaps = ref false

    let stubborn: Scoped<int, string> =
        fun _ ->
            ValueTask<Result<int, ScopeError<string>>>(
                task {
                    if Interlocked.Increment running > 1 then
                        overlaps.Value <- true

                    do! Task.Delay(ms 50, stage.Clock)
                    Interlocked.Decrement running |> ignore
                    return Error(ScopeError.failed "late")
                }
            )

    let! outcome =
        stage.Run(
            outcomeOf
                {
                    options with
                        AttemptTimeout = ms 10
                        Retry = retry 3 0
                }
                stubborn
        )

    Assert.False overlaps.Value

    match outcome with
    | Ok(Error error) -> Assert.Equal(4, (ScopeError.causes error).Length)
    | other -> Assert.Fail $"{other}"
}

[<Fact>]
let ``hooks hear of the task once, however often it is repeated`` () = task {
    let stage = Stage.Seeded 1
    let heard = System.Collections.Generic.List<string>()

    let hooked = {
        stage.Options with
            Hooks = {
                ScopeHooks.None with
                    BeforeTask = Action<_>(fun child -> heard.Add $"before {child.Task}")
                    AfterTask =
                        Action<_>(fun ended ->
                            heard.Add
                                $"after {ended.Task.Task}: {ended.Ending} in {ended.Duration.TotalMilliseconds}")
            }
    }

    let! _ =
        stage.RunWith
            hooked
            (outcomeOf
                {
                    options with
                        Name = "job"
                        Retry = retry 3 0
                }
                (succeedsAt stage 3))

    Assert.Equal<string seq>([ "before job"; "after job: Succeeded in 30" ], heard)
}

[<Fact>]
let ``a cancelled task is not repeated`` () = task {
    let stage = Stage.Seeded 1

    let! outcome =
        stage.Run(
            scope {
                let! child = Scope.taskWith ({ options with Retry = retry 9 10 }, succeedsAt stage 9)
                do! Scope.delay (ms 25)
                child.Cancel "enough"
                return! ScopeTask.result child
            }
        )

    match outcome with
    | Ok(Error { Cause = Cause.Cancelled reason }) -> Assert.Equal(CancelReason.Requested "enough", reason)
    | other -> Assert.Fail $"{other}"

    Assert.Equal<string list>([ "0 attempt 1"; "20 attempt 2" ], stage.Told)
}

[<Fact>]
let ``negative retries and limits are refused at the door`` () =
    let refused name options =
        let failure =
            Assert.Throws<ArgumentOutOfRangeException>(fun () ->
                let opened = Scope.Open()
                Scope.forkIn (opened, options, (Scoped.value 1: Scoped<int, string>)) |> ignore)

        Assert.Equal(name, failure.ParamName)

    refused "MaxRetries" { options with Retry = retry -1 0 }
    refused "AttemptTimeout" { options with AttemptTimeout = ms -5 }
