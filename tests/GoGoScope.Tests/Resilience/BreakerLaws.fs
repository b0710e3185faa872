/// The circuit breaker against a model of it, and under many threads.
module GoGoScope.Tests.Resilience.BreakerLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

/// What happens to a breaker. Calls are picked among those that run, by a number.
type Happening =
    | Call
    | Good of byte
    | Bad of byte
    | Ignored of byte
    | Wait of Milliseconds: uint16
    | UntilReset
    | Isolate
    | Reset

type Setup = {
    Threshold: byte
    Ratio: byte
    Throughput: byte
    Probes: byte
    Successes: byte
}

let private options (setup: Setup) (clock: TimeProvider) = {
    CircuitBreakerOptions.Default with
        FailureThreshold = 1 + int setup.Threshold % 4
        FailureRatio =
            if setup.Ratio % 2uy = 0uy then
                0.
            else
                float (1uy + setup.Ratio % 4uy) / 4.
        Window = TimeSpan.FromMilliseconds 100.
        MinimumThroughput = 1 + int setup.Throughput % 5
        ResetTimeout = TimeSpan.FromMilliseconds 50.
        Probes = 1 + int setup.Probes % 3
        SuccessThreshold = 1 + int setup.Successes % 3
        Clock = clock
}

/// A breaker as a story: it remembers everything that happened since its last change, and counts when asked.
type Model(options: CircuitBreakerOptions) =
    let mutable state = CircuitState.Closed
    let mutable since = 0.
    let mutable period = 0
    // of this period: what ended, when, and how; probes that run
    let ended = List<struct (float * bool)>()
    let mutable probes = 0

    let enter next now =
        state <- next
        since <- now
        period <- period + 1
        ended.Clear()
        probes <- 0

    let slot (time: float) = floor (time / 10.)

    let inWindow now =
        ended
        |> Seq.filter (fun struct (time, _) -> slot now - slot time < 10.)
        |> List.ofSeq

    let inARow () =
        ended |> Seq.rev |> Seq.takeWhile (fun struct (_, bad) -> bad) |> Seq.length

    let failuresOf calls =
        calls |> List.filter (fun struct (_, bad) -> bad) |> List.length

    let left now =
        since + options.ResetTimeout.TotalMilliseconds - now

    member _.State(now: float) =
        if state = CircuitState.Open && left now <= 0. then
            CircuitState.HalfOpen
        else
            state

    member _.Failures(now: float) =
        if state <> CircuitState.Closed then 0
        elif options.FailureRatio = 0. then inARow ()
        else failuresOf (inWindow now)

    /// The period of a call that is let through, or how long it must wait: below zero for ever.
    member _.Call(now: float) : Result<int, float> =
        match state with
        | CircuitState.Closed -> Ok period
        | CircuitState.Isolated -> Error -1.
        | CircuitState.HalfOpen when probes < options.Probes ->
            probes <- probes + 1
            Ok period
        | _ when left now <= 0. ->
            enter CircuitState.HalfOpen now
            probes <- 1
            Ok period
        | _ -> Error(left now)

    member _.End(callPeriod: int, now: float, how: Happening) =
        if callPeriod = period then
            if state = CircuitState.HalfOpen then
                probes <- probes - 1

            match how with
            | Ignored _ -> ()
            | how ->
                let bad = how.IsBad
                ended.Add(struct (now, bad))

                match state with
                | CircuitState.HalfOpen when bad -> enter CircuitState.Open now
                | CircuitState.HalfOpen when ended.Count >= options.SuccessThreshold ->
                    enter CircuitState.Closed now
                | CircuitState.Closed when bad && options.FailureRatio = 0. ->
                    if inARow () >= options.FailureThreshold then
                        enter CircuitState.Open now
                | CircuitState.Closed when bad ->
                    let calls = inWindow now

                    if
                        calls.Length >= options.MinimumThroughput
                        && float (failuresOf calls) >= options.FailureRatio * float calls.Length
                    then
                        enter CircuitState.Open now
                | _ -> ()

    member _.Order(next: CircuitState, now: float) = enter next now

    member _.Left(now: float) =
        if state = CircuitState.Open then max 0. (left now) else 0.

/// True when breaker and model say the same after everything that happens.
let private agree (setup: Setup) (happenings: Happening list) : bool =
    let clock = VirtualClock()
    let options = options setup clock
    let breaker = CircuitBreaker options
    let context = BareContext clock
    let model = Model options
    let running = List<struct (int64 * int)>()
    let mutable same = true
    let now () = clock.Elapsed.TotalMilliseconds

    let finish (pick: byte) (result: CallEnd) (how: Happening) =
        if running.Count > 0 then
            let struct (generation, period) = running[int pick % running.Count]
            running.RemoveAt(int pick % running.Count)
            breaker.Ended(context, generation, result)
            model.End(period, now (), how)

    for happening in happenings do
        match happening with
        | Call ->
            let mutable generation = 0L
            let wait = breaker.Admit(context, &generation)

            match model.Call(now ()) with
            | Ok period ->
                same <- same && wait = TimeSpan.Zero
                running.Add(struct (generation, period))
            | Error expected when expected < 0. -> same <- same && wait = Timeout.InfiniteTimeSpan
            | Error expected -> same <- same && abs (wait.TotalMilliseconds - expected) < 0.001
        | Good pick -> finish pick CallEnd.Good happening
        | Bad pick -> finish pick CallEnd.Bad happening
        | Ignored pick -> finish pick CallEnd.Ignored happening
        | Wait time -> clock.Advance(float (time % 60us))
        | UntilReset -> clock.Advance(model.Left(now ()))
        | Isolate ->
            breaker.Isolate()
            model.Order(CircuitState.Isolated, now ())
        | Reset ->
            breaker.Reset()
            model.Order(CircuitState.Closed, now ())

        same <-
            same
            && breaker.State = model.State(now ())
            && breaker.FailureCount = model.Failures(now ())

    same

[<Fact>]
let ``a breaker does what its model does, whatever happens`` () =
    Law.holds (fun (setup, happenings) -> task { return agree setup happenings })

[<Fact>]
let ``a breaker that sees mostly calls does what its model does`` () =
    // plain lists of everything seldom trip it: here calls and failures are the rule
    let often (seed: byte) (rare: Happening) = [
        Call
        (if seed % 3uy = 0uy then Good seed else Bad seed)
        (if seed % 5uy = 0uy then UntilReset else Call)
        (if seed % 7uy = 0uy then rare else Bad(seed / 2uy))
    ]

    Law.holds (fun (setup, steps: (byte * Happening) list) -> task {
        return agree setup (steps |> List.collect (fun (seed, rare) -> often seed rare))
    })

let private together (count: int) (act: int -> unit) = task {
    use start = new ManualResetEventSlim()

    let threads = [|
        for number in 1..count ->
            Task.Factory.StartNew(
                (fun () ->
                    start.Wait()
                    act number),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default
            )
    |]

    start.Set()
    do! Task.WhenAll(threads).WaitAsync Story.patience
}

[<Fact>]
let ``exactly the configured probes are let through among a hundred callers at once`` () =
    Story.run (fun () -> task {
        for probes in [ 1; 3 ] do
            for _ in 1..5 do
                let clock = VirtualClock()

                let breaker =
                    CircuitBreaker {
                        CircuitBreakerOptions.Default with
                            FailureThreshold = 1
                            Probes = probes
                    }

                let context = BareContext clock
                let mutable generation = 0L
                breaker.Admit(context, &generation) |> ignore
                breaker.Ended(context, generation, CallEnd.Bad)
                clock.Advance(TimeSpan.FromSeconds 30.)
                let through = ref 0
                let others = ref 0

                do!
                    together 100 (fun _ ->
                        let mutable mine = 0L

                        match breaker.Admit(context, &mine) with
                        | wait when wait = TimeSpan.Zero -> Interlocked.Increment through |> ignore
                        | wait when wait = TimeSpan.FromSeconds 30. ->
                            Interlocked.Increment others |> ignore
                        | _ -> ())

                Assert.Equal(probes, through.Value)
                Assert.Equal(100 - probes, others.Value)
    })

[<Fact>]
let ``many threads that fail at once open it once`` () =
    Story.run (fun () -> task {
        let clock = VirtualClock()
        let breaker = CircuitBreaker()
        let changes = List<CircuitChange>()
        use _ = breaker.OnChange(fun change -> lock changes (fun () -> changes.Add change))
        let context = BareContext clock

        do!
            together 32 (fun _ ->
                for _ in 1..100 do
                    let mutable generation = 0L

                    if breaker.Admit(context, &generation) = TimeSpan.Zero then
                        breaker.Ended(context, generation, CallEnd.Bad))

        Assert.Equal(CircuitState.Open, breaker.State)
        let change = Assert.Single changes
        Assert.Equal(CircuitState.Open, change.To)
    })

[<Fact>]
let ``changes are told in their order, however many threads bring them about`` () =
    Story.run (fun () -> task {
        let breaker = CircuitBreaker()
        let told = List<int64>()

        use _ =
            breaker.OnChange(fun change -> lock told (fun () -> told.Add change.Generation))

        do!
            together 8 (fun number ->
                for _ in 1..200 do
                    if number % 2 = 0 then
                        breaker.Isolate()
                    else
                        breaker.Reset())

        // the last tellers may still be at it
        breaker.Reset()
        let seen = lock told (fun () -> List.ofSeq told)
        Assert.NotEmpty seen
        Assert.Equal<int64 list>(List.sort seen, seen)
    })
