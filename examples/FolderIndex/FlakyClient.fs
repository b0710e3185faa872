namespace FolderIndex

open System
open System.Net.Http
open System.Threading
open GoGoScope

/// What the server said instead of an answer.
[<RequireQualifiedAccess>]
type CallError =
    | Status of Code: int
    | TooMany of RetryAfter: TimeSpan

/// Calls a server that does not always do what it should, and tells what it took.
[<Sealed>]
type FlakyClient(http: HttpClient, seed: int, tally: Tally) =

    static let milliseconds (count: float) = TimeSpan.FromMilliseconds count

    // no more than 6 requests are under way
    let places =
        Bulkhead.create {
            BulkheadOptions.Default with
                Name = "server"
                Concurrency = 6
                QueueLimit = Int32.MaxValue
        }

    // a call each 15 ms, after 8 at once; 8 may stand in line, the next are told when to come back
    let pace =
        RateLimiter.tokenBucketWith
            {
                RateLimiterOptions.Default with
                    Name = "server"
                    QueueLimit = 8
            }
            8
            1
            (milliseconds 15.)

    // 5 failures in a row, and the server has its rest for 150 ms; then one call probes it
    let circuit =
        CircuitBreaker.create {
            CircuitBreakerOptions.Default with
                Name = "server"
                FailureThreshold = 5
                ResetTimeout = milliseconds 150.
        }

    do
        circuit.OnChange(fun change ->
            match change.To with
            | CircuitState.Open -> tally.Opened.Add()
            | CircuitState.HalfOpen -> tally.HalfOpened.Add()
            | _ -> tally.Closed.Add())
        |> ignore

    let retries: RetryOptions<CallError> = {
        RetryOptions.Default with
            MaxRetries = ValueSome 60 // most of them are spent on waiting for the circuit and the limiter
            Rejections = true // both say when to come back
            Schedule =
                Schedule.exponentialWith {
                    Schedule.Exponential.Default with
                        Initial = milliseconds 20.
                        Max = milliseconds 250.
                        Jitter = 0.5
                }
            Random = Random seed
            RetryAfter =
                fun cause ->
                    match cause with
                    | Cause.Failed(CallError.TooMany after) -> ValueSome after
                    | _ -> ValueNone
            OnRetry =
                fun attempt ->
                    tally.Retried.Add()

                    match attempt.Error.Cause with
                    | Cause.Failed(CallError.TooMany _) -> tally.CameBackLater.Add()
                    | Cause.TimedOut _ -> tally.TimedOut.Add()
                    | Cause.Rejected(Rejection.RateLimited _) -> tally.Limited.Add()
                    | Cause.Rejected(Rejection.CircuitOpen _) -> tally.Refused.Add()
                    | _ -> ()
    }

    /// A server that says how busy it is, is there.
    let speaksAgainst (cause: Cause<CallError>) =
        match cause with
        | Cause.Failed(CallError.TooMany _) -> false
        | _ -> true

    let request (item: int) : Scoped<string, CallError> = scope {
        tally.Sent.Add()
        use! answer = fun (token: CancellationToken) -> http.GetAsync($"{item}", token)

        match int answer.StatusCode, answer.Headers.RetryAfter with
        | 200, _ -> return! fun (token: CancellationToken) -> answer.Content.ReadAsStringAsync token
        | 429, NonNull after when after.Delta.HasValue -> return! Error(CallError.TooMany after.Delta.Value)
        | status, _ -> return! Error(CallError.Status status)
    }

    /// In one of the places, which is what the time of a request is counted from.
    let placed (item: int) : Scoped<string, CallError> = scope {
        if places.Running >= places.Concurrency then
            tally.Queued.Add()

        return!
            request item
            |> Scoped.timeout (milliseconds 300.)
            |> CircuitBreaker.guardWhen speaksAgainst circuit
            |> Bulkhead.guard places
    }

    /// Asks again beside a request that is slow. What fails is not asked again here, but by the retry, after a while.
    let hedged (item: int) : Scoped<string, CallError> = scope {
        let sent = ref 0

        return!
            scope {
                if Interlocked.Increment &sent.contents > 1 then
                    tally.Hedged.Add()

                return! placed item
            }
            |> Hedge.withOptions {
                HedgeOptions.Default with
                    Delay = milliseconds 100.
                    While = fun _ -> false
            }
    }

    /// Asks for the item until there is an answer.
    member _.Call(item: int) : Scoped<unit, CallError> = scope {
        let! answer = hedged item |> RateLimiter.guard pace |> Retry.withOptions retries

        if answer = $"item {item}" then
            tally.Answered.Add()
    }
