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

    override _.Guard(here, breaker: CircuitBreaker, work) =
        inScope here (scoped work |> CircuitBreaker.guard breaker)

    override _.GuardWhen(here, breaker, counts, work) =
        inScope here (scoped work |> CircuitBreaker.guardWhen counts.Invoke breaker)

    override _.Limiter(kind, permits, windowSeconds, queue) =
        let window = TimeSpan.FromSeconds windowSeconds

        let options = {
            RateLimiterOptions.Default with
                QueueLimit = queue
        }

        match kind with
        | "fixed" -> RateLimiter.fixedWindowWith options permits window
        | "sliding" -> RateLimiter.slidingWindowWith options permits window
        | _ -> RateLimiter.tokenBucketWith options permits 1 window

    override _.Limit(here, limiter, work, cost) =
        inScope here (scoped work |> RateLimiter.guardCost cost limiter)

    override _.Bulkhead(concurrency, queue) =
        Bulkhead.create {
            BulkheadOptions.Default with
                Concurrency = concurrency
                QueueLimit = queue
        }

    override _.Guard(here, bulkhead: Bulkhead, work) =
        inScope here (scoped work |> Bulkhead.guard bulkhead)

    override _.Fallback(here, work, value: string) =
        inScope here (scoped work |> Fallback.value value)

    override _.Fallback(here, work, handler: Func<ScopeError<string>, Work>, chooses) =
        let chosen cause =
            match chooses with
            | null -> true
            | chooses -> chooses.Invoke cause

        inScope
            here
            (scoped work
             |> Fallback.handle chosen (fun error -> scoped (handler.Invoke error)))

    override _.Hedge(here, delaySeconds, attempts, work) =
        inScope
            here
            (scoped work
             |> Hedge.withOptions {
                 HedgeOptions.Default with
                     Delay = TimeSpan.FromSeconds delaySeconds
                     MaxAttempts = attempts
             })

    override _.Once(here, keys, key, work) =
        inScope here (scoped work |> Idempotency.guard keys key)

type LineParity() =
    inherit LineStories(FSharpResilience())

type AnswerParity() =
    inherit AnswerStories(FSharpResilience())

type CircuitBreakerParity() =
    inherit CircuitBreakerStories(FSharpResilience())

type RetryParity() =
    inherit RetryStories(FSharpResilience())
