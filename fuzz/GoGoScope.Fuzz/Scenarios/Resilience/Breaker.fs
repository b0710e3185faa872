/// Random calls through a circuit breaker, each ended when the plan says so, against a model that remembers everything; and
/// threads that all come at once when it is half open.
module GoGoScope.Fuzz.Breakers.Scenario

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing
open GoGoScope.Fuzz.Breakers.Model

let private ms (count: float) = TimeSpan.FromMilliseconds count

let private counters = [
    "calls let through"
    "calls rejected"
    "openings"
    "probes"
    "late results"
    "cancelled calls"
    "storms of threads"
]

/// A call that runs: it ends when its source is set, and not before.
type private Running = {
    Period: int
    Source: TaskCompletionSource<Result<int, ScopeError<string>>>
    Child: ScopeTask<int, string>
}

let private optionsOf (random: Random) (clock: TimeProvider) = {
    CircuitBreakerOptions.Default with
        FailureThreshold = 1 + random.Next 4
        FailureRatio =
            if random.Next 2 = 0 then
                0.
            else
                float (1 + random.Next 4) / 4.
        Window = ms 100.
        MinimumThroughput = 1 + random.Next 4
        ResetTimeout = ms 50.
        Probes = 1 + random.Next 3
        SuccessThreshold = 1 + random.Next 3
        Clock = clock
}

let private sequential (library: Library) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let clock = VirtualClock()
    let options = optionsOf random clock
    let breaker = library.Make options
    let model = Model options
    let problems = List<string>()
    let story = List<string>()
    let running = List<Running>()
    let now () = clock.Elapsed.TotalMilliseconds

    let check good text =
        if not good then
            problems.Add $"at {now ()}: {text}"

    use _ =
        breaker.OnChange(fun change ->
            if change.To = CircuitState.Open then
                tally.Add("openings", 1))

    let home =
        Scope.Open {
            ScopeOptions.Default with
                Clock = clock
        }

    let call () =
        let source = TaskCompletionSource<Result<int, ScopeError<string>>>()
        let mutable started = false
        let before = model.State(now ())

        let work: Scoped<int, string> =
            fun here ->
                started <- true
                // a cancel ends it, as it would end work that listens
                here.Token.Register(fun () ->
                    source.TrySetResult(Error(ScopeError.cancelled (CancelReason.Requested "enough")))
                    |> ignore)
                |> ignore

                ValueTask<Result<int, ScopeError<string>>>(source.Task)

        let child = Scope.taskIn (home, TaskOptions.Default, library.Guard breaker work)
        let what = if started then "runs" else "does not run"
        story.Add $"{now ()} call: {what}"

        match model.Admit(now ()) with
        | Ok period ->
            check started "a call was not let through"
            tally.Add("calls let through", 1)

            if before = CircuitState.HalfOpen then
                tally.Add("probes", 1)

            running.Add {
                Period = period
                Source = source
                Child = child
            }
        | Error left ->
            check (not started) "a call was let through"
            tally.Add("calls rejected", 1)

            let expected = if left < 0. then Timeout.InfiniteTimeSpan else ms left

            if child.IsCompleted then
                match (ScopeTask.toTask child).Result with
                | Error {
                            Cause = Cause.Rejected(Rejection.CircuitOpen after)
                        } ->
                    check
                        (abs (after - expected).TotalMilliseconds < 0.001)
                        $"{after} left, expected {expected}"
                | other -> check false $"rejected as {other}"
            else
                source.TrySetResult(Ok 0) |> ignore

    let finish () =
        if running.Count > 0 then
            let index = random.Next running.Count
            let it = running[index]
            running.RemoveAt index
            let before = model.State(now ())

            let end' =
                match random.Next 10 with
                | 0 ->
                    tally.Add("cancelled calls", 1)
                    it.Child.Cancel "enough"
                    ValueNone
                | 1 ->
                    it.Source.TrySetResult(Error(ScopeError.rejected (Rejection.QueueFull 1)))
                    |> ignore

                    ValueNone
                | n when n < 7 ->
                    it.Source.TrySetResult(Error(ScopeError.failed "no")) |> ignore
                    ValueSome true
                | _ ->
                    it.Source.TrySetResult(Ok 1) |> ignore
                    ValueSome false

            model.End(it.Period, now (), end')

            if before <> CircuitState.Closed && before <> CircuitState.HalfOpen then
                tally.Add("late results", 1)

            story.Add $"{now ()} end: {end'}"
            check it.Child.IsCompleted "a call did not end"

    for _ in 1..80 do
        if problems.Count = 0 then
            match random.Next 100 with
            | n when n < 40 -> call ()
            | n when n < 75 -> finish ()
            | n when n < 90 -> clock.Advance(float (random.Next 40))
            | n when n < 96 -> clock.Advance(model.Left(now ()))
            | n when n < 98 ->
                breaker.Isolate()
                model.Order(CircuitState.Isolated, now ())
            | _ ->
                breaker.Reset()
                model.Order(CircuitState.Closed, now ())

            check
                (breaker.State = model.State(now ()))
                $"it is {breaker.State}, expected {model.State(now ())}"

    for it in running do
        it.Source.TrySetResult(Ok 1) |> ignore

    home.DisposeAsync().AsTask().Wait()

    {
        Problems = List.ofSeq problems
        Story = List.ofSeq story
    }

let private storm (library: Library) (seed: int) (tally: Tally) : Round =
    let random = Random seed
    let clock = VirtualClock()

    let options = {
        optionsOf random clock with
            FailureThreshold = 1
            FailureRatio = 0.
    }

    let breaker = library.Make options
    let guard work = library.Guard breaker work
    Scope.runSync (guard (Scoped.fail "no")) |> ignore

    if breaker.State = CircuitState.Closed then // a breaker that needs two
        Scope.runSync (guard (Scoped.fail "no")) |> ignore

    clock.Advance options.ResetTimeout
    let through = ref 0
    let gate = TaskCompletionSource<Result<int, ScopeError<string>>>()

    let work: Scoped<int, string> =
        fun _ ->
            Interlocked.Increment through |> ignore
            ValueTask<Result<int, ScopeError<string>>>(gate.Task)

    use start = new Barrier(8)

    let threads = [|
        for _ in 1..8 ->
            let run () =
                start.SignalAndWait()
                List.init 4 (fun _ -> (Scope.run (guard work)).AsTask())

            Task.Factory.StartNew(run, TaskCreationOptions.LongRunning)
    |]

    let calls = threads |> Array.map _.Result |> List.concat
    let admitted = through.Value
    gate.SetResult(Ok 1)
    Task.WhenAll(calls).Wait()
    tally.Add("storms of threads", 1)

    {
        Problems = [
            if admitted <> options.Probes then
                $"{admitted} of 32 callers were let through, but {options.Probes} are probes"
        ]
        Story = [ $"{admitted} probes of {options.Probes}" ]
    }

let private round (library: Library) (_: Order) (seed: int) (tally: Tally) : Round =
    if seed % 10 = 0 then
        storm library seed tally
    else
        sequential library seed tally

let scenario = Rounds.scenario "breaker" counters libraries round
