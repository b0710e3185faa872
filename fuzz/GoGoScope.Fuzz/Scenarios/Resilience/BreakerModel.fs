/// A breaker that remembers everything, and the bugs that the scenario must notice.
module GoGoScope.Fuzz.Breakers.Model

open System
open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope

type Library = {
    Make: CircuitBreakerOptions -> CircuitBreaker
    Guard: CircuitBreaker -> Scoped<int, string> -> Scoped<int, string>
}

let private real = {
    Make = CircuitBreaker.create
    Guard = CircuitBreaker.guard
}

let libraries = [
    "", real
    "extra-probe",
    {
        real with
            Make =
                fun options ->
                    CircuitBreaker.create {
                        options with
                            Probes = options.Probes + 1
                    }
    }
    "counts-cancels",
    {
        real with
            Guard =
                fun breaker work ->
                    let failing: Scoped<int, string> =
                        work
                        |> Scoped.result
                        |> Scoped.map (fun outcome ->
                            match outcome with
                            | Ok value -> value
                            | Error error -> raise (OperationCanceledException $"{error}"))

                    CircuitBreaker.guard breaker failing
    }
    "late-counts",
    {
        // what a call comes to is told when it ends, whatever has changed since it began
        real with
            Guard =
                fun breaker work -> scope {
                    let! outcome = Scoped.result work
                    return! CircuitBreaker.guard breaker (fun _ -> ValueTask<_>(outcome: Result<_, _>))
                }
    }
    "slow-to-open",
    {
        real with
            Make =
                fun options ->
                    CircuitBreaker.create {
                        options with
                            FailureThreshold = options.FailureThreshold + 1
                            MinimumThroughput = options.MinimumThroughput + 1
                    }
    }
]

/// Every call that ended since the last change, and how.
type Model(options: CircuitBreakerOptions) =
    let mutable state = CircuitState.Closed
    let mutable since = 0.
    let mutable period = 0
    let mutable probes = 0
    let ended = List<struct (float * bool)>()

    let enter next now =
        state <- next
        since <- now
        period <- period + 1
        probes <- 0
        ended.Clear()

    let reset = options.ResetTimeout.TotalMilliseconds
    let step = options.Window.TotalMilliseconds / 10.

    let trips now =
        if options.FailureRatio = 0. then
            (ended |> Seq.rev |> Seq.takeWhile (fun struct (_, bad) -> bad) |> Seq.length)
            >= options.FailureThreshold
        else
            let recent =
                ended
                |> Seq.filter (fun struct (time, _) -> floor (now / step) - floor (time / step) < 10.)
                |> List.ofSeq

            let bad = recent |> List.filter (fun struct (_, bad) -> bad) |> List.length

            recent.Length >= options.MinimumThroughput
            && float bad >= options.FailureRatio * float recent.Length

    member _.Admit(now: float) : Result<int, float> =
        if state = CircuitState.Closed then
            Ok period
        elif state = CircuitState.Isolated then
            Error -1.
        elif state = CircuitState.HalfOpen && probes < options.Probes then
            probes <- probes + 1
            Ok period
        elif now - since >= reset then
            enter CircuitState.HalfOpen now
            probes <- 1
            Ok period
        else
            Error(since + reset - now)

    /// None: it says nothing.
    member _.End(ofPeriod: int, now: float, bad: bool voption) =
        if ofPeriod = period then
            if state = CircuitState.HalfOpen then
                probes <- probes - 1

            match bad with
            | ValueNone -> ()
            | ValueSome bad ->
                ended.Add(struct (now, bad))

                if state = CircuitState.Closed then
                    if bad && trips now then
                        enter CircuitState.Open now
                elif bad then
                    enter CircuitState.Open now
                elif ended.Count >= options.SuccessThreshold then
                    enter CircuitState.Closed now

    member _.Order(next: CircuitState, now: float) = enter next now

    member _.State(now: float) =
        if state = CircuitState.Open && now - since >= reset then
            CircuitState.HalfOpen
        else
            state

    member _.Left(now: float) =
        if state = CircuitState.Open then
            max 0. (since + reset - now)
        else
            0.
