/// Orders given to a circuit breaker, and what it tells.
module GoGoScope.Tests.Resilience.BreakerOrderTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private quick = {
    CircuitBreakerOptions.Default with
        Name = "shop"
        FailureThreshold = 2
        ResetTimeout = ms 100.
}

let private no: Scoped<int, string> = Scoped.fail "no"
let private yes: Scoped<int, string> = Scoped.value 1

let private isOpen after : Cause<string> =
    Cause.Rejected(Rejection.CircuitOpen(ms after))

/// Calls the work through the breaker and gives the outcome as a value.
let private call (breaker: CircuitBreaker) (work: Scoped<int, string>) =
    work |> CircuitBreaker.guard breaker |> Scoped.result

[<Fact>]
let ``an isolated breaker rejects without a time, until it is reset`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker quick
        breaker.Isolate()
        Assert.Equal(CircuitState.Isolated, breaker.State)
        let! outcome = stage.Run(yes |> CircuitBreaker.guard breaker)
        Expect.rejected (Rejection.CircuitOpen Timeout.InfiniteTimeSpan) outcome
        breaker.Reset()
        let! outcome = stage.Run(yes |> CircuitBreaker.guard breaker)
        Expect.ok 1 outcome
    })

[<Fact>]
let ``changes are told, and a handler that throws changes nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let breaker = CircuitBreaker { quick with FailureThreshold = 1 }
        let told = List<string>()

        use loud =
            breaker.OnChange(fun change ->
                told.Add $"{change.Circuit} {change.From}-{change.To}"
                failwith "handler")

        let! outcome =
            stage.Run(
                scope {
                    let! _ = call breaker no
                    do! Step.delay 100.
                    let! probe = call breaker yes
                    return probe
                }
            )

        Expect.ok (Ok 1) outcome

        Assert.Equal<string list>(
            [ "shop Closed-Open"; "shop Open-HalfOpen"; "shop HalfOpen-Closed" ],
            List.ofSeq told
        )

        Assert.Equal<string list>(
            [ for _ in 1..3 -> "handler" ],
            [ for lost in stage.Unobserved -> lost.Exception.Message ]
        )

        let failure = Assert.Throws<AggregateException>(fun () -> breaker.Isolate())
        Assert.Equal("handler", (Seq.exactlyOne failure.InnerExceptions).Message)
        Assert.Equal(CircuitState.Isolated, breaker.State)
        loud.Dispose()
        breaker.Reset()
        Assert.Equal(4, told.Count)
    })

[<Fact>]
let ``bad options are refused where they are given`` () =
    let refused (name: string) (wrong: CircuitBreakerOptions) =
        let failure =
            Assert.ThrowsAny<ArgumentException>(fun () -> CircuitBreaker wrong |> ignore)

        Assert.Equal(name, failure.ParamName)

    refused "FailureThreshold" { quick with FailureThreshold = 0 }
    refused "FailureRatio" { quick with FailureRatio = 1.1 }
    refused "FailureRatio" { quick with FailureRatio = nan }
    refused "Window" { quick with Window = TimeSpan.Zero }
    refused "MinimumThroughput" { quick with MinimumThroughput = 0 }

    refused "ResetTimeout" {
        quick with
            ResetTimeout = TimeSpan.FromDays 60.
    }

    refused "ResetTimeout" {
        quick with
            ResetTimeout = TimeSpan.Zero
    }

    refused "Probes" { quick with Probes = 0 }
    refused "SuccessThreshold" { quick with SuccessThreshold = -1 }
