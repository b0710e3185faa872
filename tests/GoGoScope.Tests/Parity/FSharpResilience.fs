/// The policies of F#, for the stories that both languages tell.
namespace GoGoScope.Tests.Parity

open System
open System.Threading
open GoGoScope
open GoGoScope.Contracts

[<Sealed>]
type FSharpResilience() =
    inherit ResilienceFace()

    let face = FSharpFace()

    let schedule (pauses: Pauses) : Schedule<string> =
        Schedule.linear (TimeSpan.FromSeconds pauses.First) (TimeSpan.FromSeconds pauses.Step)
        |> Schedule.upTo pauses.Count
        |> Schedule.max (TimeSpan.FromSeconds pauses.Max)

    override _.Face = face

    override _.Retry(here, pauses, work, told, attemptSeconds) =
        let options = {
            RetryOptions<string>.Default with
                Schedule = schedule pauses
                OnRetry =
                    fun attempt ->
                        match told with
                        | null -> ()
                        | told -> told.Invoke $"{attempt.Attempt}: {attempt.Error.Cause}"
                AttemptTimeout =
                    if attemptSeconds < 0. then
                        Timeout.InfiniteTimeSpan
                    else
                        TimeSpan.FromSeconds attemptSeconds
        }

        inScope here (scoped work |> Retry.withOptions options)

    override _.RetryTimes(here, count, work) =
        inScope here (scoped work |> Retry.times count)

    override _.RetryWhile(here, goesOn, work) =
        inScope
            here
            (scoped work
             |> Retry.withOptions {
                 RetryOptions.Default with
                     While = goesOn.Invoke
             })

    override _.Breaker(name, failures, resetSeconds, probes) =
        CircuitBreaker.create {
            CircuitBreakerOptions.Default with
                Name = name
                FailureThreshold = failures
                ResetTimeout = TimeSpan.FromSeconds resetSeconds
                Probes = probes
        }

    override _.Guard(here, breaker, work) =
        inScope here (scoped work |> CircuitBreaker.guard breaker)

    override _.GuardWhen(here, breaker, counts, work) =
        inScope here (scoped work |> CircuitBreaker.guardWhen counts.Invoke breaker)

type CircuitBreakerParity() =
    inherit CircuitBreakerStories(FSharpResilience())

type RetryParity() =
    inherit RetryStories(FSharpResilience())
