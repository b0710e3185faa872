/// What rate limiters promise, whatever is asked of them and when.
module GoGoScope.Tests.Resilience.LimiterLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count
let private options = RateLimiterOptions.Default

/// A call: so long after the one before, at this cost.
type Request = { After: uint16; Cost: byte }

type Kind =
    | Fixed
    | Sliding
    | Bucket of Tokens: byte

let private limit = 5
let private window = ms 100.

let private make (kind: Kind) =
    match kind with
    | Fixed -> RateLimiter.FixedWindow(limit, window, options)
    | Sliding -> RateLimiter.SlidingWindow(limit, window, options)
    | Bucket tokens -> RateLimiter.TokenBucket(limit, 1 + int tokens % 7, window, options)

let private cost (request: Request) = 1 + int request.Cost % limit

/// What was let through, in milliseconds, and at which cost; denied calls come back at the instant they were told.
let private play (kind: Kind) (comesBack: bool) (requests: Request list) : (float * int) list * bool =
    let clock = VirtualClock()
    let context = BareContext clock
    let limiter = make kind
    let through = List<float * int>()
    let mutable exact = true

    for request in requests do
        clock.Advance(float (request.After % 60us))
        let mutable after = TimeSpan.Zero

        if limiter.TryTake(context, cost request, &after) then
            through.Add(clock.Elapsed.TotalMilliseconds, cost request)
        elif comesBack then
            let mutable still = TimeSpan.Zero

            if after > TimeSpan.FromTicks 1L then
                clock.Advance(after - TimeSpan.FromTicks 1L)
                // a moment too early, and nothing is taken by asking
                exact <- exact && not (limiter.TryTake(context, cost request, &still))
                clock.Advance(TimeSpan.FromTicks 1L)
            else
                clock.Advance after

            exact <- exact && limiter.TryTake(context, cost request, &still)
            through.Add(clock.Elapsed.TotalMilliseconds, cost request)

    List.ofSeq through, exact

let private sum calls = calls |> List.sumBy snd

[<Fact>]
let ``a denied call is let through at the instant it was told, and not before`` () =
    Law.holds (fun (kind, requests) -> task { return snd (play kind true requests) })

[<Fact>]
let ``a sliding window never lets through more than its limit in any window`` () =
    Law.holds (fun (comesBack, requests) -> task {
        let through, _ = play Sliding comesBack requests

        return
            through
            |> List.forall (fun (start, _) ->
                through
                |> List.filter (fun (time, _) -> time >= start && time < start + 100.)
                |> sum
                |> fun total -> total <= limit)
    })

[<Fact>]
let ``a fixed window never lets through more than its limit in one of its windows`` () =
    Law.holds (fun (comesBack, requests) -> task {
        let through, _ = play Fixed comesBack requests

        match through with
        | [] -> return true
        | (origin, _) :: _ ->
            return
                through
                |> List.groupBy (fun (time, _) -> floor ((time - origin) / 100.))
                |> List.forall (fun (_, calls) -> sum calls <= limit)
    })

[<Fact>]
let ``a bucket never gives more than it held and got`` () =
    Law.holds (fun (tokens, comesBack, requests) -> task {
        let through, _ = play (Bucket tokens) comesBack requests
        let rate = float (1 + int tokens % 7) / 100.

        return
            through
            |> List.forall (fun (start, _) ->
                through
                |> List.filter (fun (time, _) -> time >= start)
                |> List.scan (fun (_, total) (time, cost) -> time, total + cost) (start, 0)
                |> List.forall (fun (time, total) ->
                    float total <= float limit + rate * (time - start) + 0.001))
    })

[<Fact>]
let ``calls that fit are let through`` () =
    Law.holds (fun kind -> task {
        let through, _ =
            play kind false [ for _ in 1..limit -> { After = 0us; Cost = 0uy } ]

        return through.Length = limit
    })

[<Fact>]
let ``a clock of any frequency gives neither too early nor too late`` () =
    Law.holds (fun (ticks: int64, frequency: uint16) -> task {
        let frequency = 1L + int64 frequency

        let clock = {
            new TimeProvider() with
                override _.TimestampFrequency = frequency
        }

        let scale = ClockTicks clock
        let span = TimeSpan(abs (ticks % 1_000_000_000L))
        let counted = scale.OfSpan span
        let exact = float span.Ticks * float frequency / 1e7
        return float counted >= exact - 0.01 && float counted < exact + 1.01
    })

[<Fact>]
let ``many threads together get no more than there is`` () =
    Story.run (fun () -> task {
        for kind in [ Fixed; Sliding; Bucket 1uy ] do
            let clock = VirtualClock()
            let context = BareContext clock
            let limiter = make kind
            let taken = ref 0

            let threads = [|
                for _ in 1..8 ->
                    Task.Run(fun () ->
                        for _ in 1..500 do
                            let mutable after = TimeSpan.Zero

                            if limiter.TryTake(context, 1, &after) then
                                Interlocked.Increment taken |> ignore)
            |]

            do! Task.WhenAll(threads).WaitAsync Story.patience
            Assert.Equal(limit, taken.Value)
    })

[<Fact>]
let ``a bucket that fills in thousands of years says so, and lets its line wait`` () =
    Story.run (fun () -> task {
        let limiter =
            RateLimiter.tokenBucketWith
                {
                    RateLimiterOptions.Default with
                        QueueLimit = 1
                }
                1_000_000
                1
                (TimeSpan.FromDays 49.)

        let context = BareContext TimeProvider.System
        let mutable after = TimeSpan.Zero
        Assert.True(limiter.TryTake(context, 1_000_000, &after))
        Assert.False(limiter.TryTake(context, 1_000_000, &after))
        // the longest that a clock can say
        Assert.True(after > TimeSpan.FromDays 100_000., $"{after}")

        // the system's own timers go no further than 49 days
        use stop = new CancellationTokenSource()

        let waits =
            (Scope.runWith
                ScopeOptions.Default
                stop.Token
                (RateLimiter.guardCost 1_000 limiter (Scoped.value ())))
                .AsTask()

        Assert.False waits.IsCompleted
        stop.Cancel()
        let! outcome = waits.WaitAsync Story.patience
        Expect.cancelled (CancelReason.TokenFired "caller") (outcome: Result<unit, ScopeError<string>>)
    })
