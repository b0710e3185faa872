/// A scope's circuit breaker stands around every task in it, whatever starts the task.
module GoGoScope.Tests.Combinators.PipelineBreakerTests

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

let private outcomeOf
    (options: TaskOptions)
    (work: Scoped<int, string>)
    : Scoped<Result<int, ScopeError<string>>, string> = scope {
    let! child = Scope.taskWith (options, work)
    return! ScopeTask.result child
}

let private breaker () =
    CircuitBreaker {
        CircuitBreakerOptions.Default with
            Name = "shop"
            FailureThreshold = 3
    }

[<Fact>]
let ``every task of a scope with a breaker goes through it, attempt by attempt`` () = task {
    let stage = Stage.Seeded 1
    let circuit = breaker ()

    let guarded = {
        stage.Options with
            CircuitBreaker = circuit
    }

    let! outcome =
        stage.RunWith
            guarded
            (scope {
                let! first = outcomeOf { options with Retry = retry 9 0 } (succeedsAt stage 99)
                let! second = outcomeOf options (succeedsAt stage 1)
                return first, second
            })

    Assert.Equal(CircuitState.Open, circuit.State)
    // the fourth attempt finds it open, and an open circuit is not repeated
    Assert.Equal<string list>([ "0 attempt 1"; "10 attempt 2"; "20 attempt 3" ], stage.Told)

    match outcome with
    | Ok(first, second) ->
        match first with
        | Error { Cause = cause } ->
            Assert.Equal(Cause.Rejected(Rejection.CircuitOpen(TimeSpan.FromSeconds 30.)), cause)
        | Ok value -> Assert.Fail $"it gave {value}"

        Expect.rejected (Rejection.CircuitOpen(TimeSpan.FromSeconds 30.)) second
    | other -> Assert.Fail $"{other}"
}

[<Fact>]
let ``children of tasks, operands and competitors share the breaker of the scope above`` () = task {
    let stage = Stage.Seeded 1
    let circuit = breaker ()

    let guarded = {
        stage.Options with
            CircuitBreaker = circuit
    }

    let fails: Scoped<int, string> = scope { return! Scoped.fail "down" }

    let! _ =
        stage.RunWith
            guarded
            (scope {
                let! task' =
                    Scope.task (
                        scope {
                            let! inner = Scope.task fails
                            let! _ = ScopeTask.result inner
                            return 0
                        }
                    )

                let! _ = ScopeTask.result task'
                Assert.Equal(0, circuit.FailureCount) // the outer task ended well after the inner one had failed

                let! _ =
                    Scoped.result (
                        scope {
                            let! a = fails
                            and! b = scope { return 1 }
                            return a + b
                        }
                    )

                return 0
            })

    Assert.Equal(1, circuit.FailureCount)
}

[<Fact>]
let ``items of Parallel and competitors of a race go through the breaker, and stand in line for permits`` () =
    task {
        let stage = Stage.Seeded 1
        let circuit = breaker ()
        let running = ref 0
        let most = ref 0

        let guarded = {
            stage.Options with
                CircuitBreaker = circuit
                Concurrency = 2
        }

        let fails (index: int) : Scoped<int, string> = scope {
            let now = Interlocked.Increment running
            lock most (fun () -> most.Value <- max most.Value now)
            do! Scope.delay (ms 10)
            Interlocked.Decrement running |> ignore
            return! Scoped.fail $"{index}"
        }

        let! _ =
            stage.RunWith
                guarded
                (scope {
                    let! settled = Parallel.settled [ fails 1; fails 2 ]
                    Assert.Equal(2, settled.Length)
                    Assert.Equal(2, circuit.FailureCount)
                    let! _ = Scoped.result (Race.firstOk [ fails 3; fails 4; fails 5 ])
                    return 0
                })

        Assert.Equal(CircuitState.Open, circuit.State)
        Assert.InRange(most.Value, 1, 2)
    }

[<Fact>]
let ``a daemon does not go through the breaker`` () = task {
    let stage = Stage.Seeded 1
    let circuit = breaker ()
    circuit.Isolate()

    let guarded = {
        stage.Options with
            CircuitBreaker = circuit
    }

    let mutable ran = false

    let! outcome =
        stage.RunWith
            guarded
            (scope {
                let! _ = Scope.daemon (scope { ran <- true })
                ()
            })

    Expect.ok () outcome
    Assert.True ran
}
