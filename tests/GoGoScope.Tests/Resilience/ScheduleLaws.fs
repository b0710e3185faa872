/// What schedules promise, whatever they are made of.
module GoGoScope.Tests.Resilience.ScheduleLaws

open System
open System.Threading.Tasks
open FsCheck
open GoGoScope
open GoGoScope.Tests
open Xunit

/// A schedule as a picture, so that laws can be told of any of them.
type Plan =
    | Constant of Milliseconds: uint32
    | Linear of First: uint32 * Step: uint32
    | Exponential of Initial: uint32 * Max: uint32 * Factor: byte * Jitter: byte
    | Decorrelated of Initial: uint32 * Max: uint32
    | Custom of Milliseconds: uint32
    | UpTo of Count: byte * Plan
    | UpToTotal of Milliseconds: uint32 * Plan
    | AndThen of Plan * Plan
    | Jitter of Share: byte * Plan
    | FullJitter of Plan
    | Max of Milliseconds: uint32 * Plan
    | Min of Milliseconds: uint32 * Plan
    | WhileError of Odd: byte * Plan

let private ms (count: uint32) = TimeSpan.FromMilliseconds(float count)
let private share (part: byte) = float part / 255.

let rec private build (plan: Plan) : Schedule<int> =
    match plan with
    | Constant delay -> Schedule.constant (ms delay)
    | Linear(first, step) -> Schedule.linear (ms first) (ms step)
    | Exponential(initial, max, factor, jitter) ->
        Schedule.exponentialWith {
            Initial = ms initial
            Max = ms max
            Factor = 1. + float factor
            Jitter = share jitter
        }
    | Decorrelated(initial, max) -> Schedule.decorrelatedJitter (ms initial) (ms max)
    | Custom delay -> Schedule.custom (fun attempt _ -> ms (delay / uint32 (1 + attempt % 7)))
    | UpTo(count, plan) -> Schedule.upTo (int count) (build plan)
    | UpToTotal(total, plan) -> Schedule.upToTotal (ms total) (build plan)
    | AndThen(first, second) -> build first |> Schedule.andThen (build second)
    | Jitter(part, plan) -> Schedule.jitter (share part) (build plan)
    | FullJitter plan -> Schedule.fullJitter (build plan)
    | Max(limit, plan) -> Schedule.max (ms limit) (build plan)
    | Min(floor, plan) -> Schedule.min (ms floor) (build plan)
    | WhileError(odd, plan) -> Schedule.whileError (fun cause -> cause <> Cause.Failed(int odd)) (build plan)

/// The first delays of a run, and how it goes on after a cause changes.
let private delays (seed: int) (schedule: Schedule<int>) : TimeSpan list =
    schedule.Delays(Cause.Failed 1, Random seed) |> Seq.truncate 60 |> List.ofSeq

let private same (left: Schedule<int>) (right: Schedule<int>) (seed: int) =
    delays seed left = delays seed right

[<Fact>]
let ``every delay is from zero to the longest, whatever a schedule is made of`` () =
    Law.holds (fun (plan, seed) -> task {
        return
            delays seed (build plan)
            |> List.forall (fun delay -> delay >= TimeSpan.Zero && delay <= Checks.longest)
    })

[<Fact>]
let ``no delay passes its max, however it is jittered or raised afterwards`` () =
    Law.holds (fun (plan, limit: uint32, floor, part, seed) -> task {
        let capped =
            build plan
            |> Schedule.max (ms limit)
            |> Schedule.jitter (share part)
            |> Schedule.min (ms floor)
            |> Schedule.fullJitter
            |> Schedule.jitter 1.

        return delays seed capped |> List.forall (fun delay -> delay <= ms limit)
    })

[<Fact>]
let ``an exponential delay never passes its max, jittered or not`` () =
    Law.holds (fun (initial, max, factor, jitter, seed) -> task {
        let schedule = build (Exponential(initial, max, factor, jitter))
        return delays seed schedule |> List.forall (fun delay -> delay <= ms max)
    })

[<Fact>]
let ``a run is the same for the same seed, and runs do not share state`` () =
    Law.holds (fun (plan, seed) -> task {
        let schedule = build plan
        let first = delays seed schedule
        delays (seed + 1) schedule |> ignore
        return delays seed schedule = first
    })

[<Fact>]
let ``none is the identity of andThen on both sides`` () =
    Law.holds (fun (plan, seed) -> task {
        let schedule = build plan

        return
            same (Schedule.none |> Schedule.andThen schedule) schedule seed
            && same (schedule |> Schedule.andThen Schedule.none) schedule seed
    })

[<Fact>]
let ``andThen is associative`` () =
    Law.holds (fun (a, b, c, seed) -> task {
        let a, b, c = build (UpTo(3uy, a)), build (UpTo(4uy, b)), build c
        let left = (a |> Schedule.andThen b) |> Schedule.andThen c
        let right = a |> Schedule.andThen (b |> Schedule.andThen c)
        return same left right seed
    })

[<Fact>]
let ``upTo takes the first delays and no more`` () =
    Law.holds (fun (plan, count: byte, seed) -> task {
        let whole = build plan
        return delays seed (Schedule.upTo (int count) whole) = List.truncate (int count) (delays seed whole)
    })

[<Fact>]
let ``upToTotal takes delays while their sum is within the total`` () =
    Law.holds (fun (plan, total: uint32, seed) -> task {
        let whole = delays seed (build plan)
        let sums = whole |> List.scan (+) TimeSpan.Zero |> List.tail
        let expected = sums |> List.takeWhile (fun sum -> sum <= ms total) |> List.length
        return delays seed (Schedule.upToTotal (ms total) (build plan)) = List.truncate expected whole
    })

[<Fact>]
let ``min and max keep the order of two schedules, and bound every delay`` () =
    Law.holds (fun (plan, more: uint16, limit, floor) -> task {
        let lower = plan
        let sooner = delays 1 (Schedule.linear (ms lower) (ms 1u))
        let later = delays 1 (Schedule.linear (ms lower + ms (uint32 more)) (ms 1u))

        let through change first =
            delays 1 (change (Schedule.linear first (ms 1u)))

        let inOrder change =
            List.forall2 (<=) (through change (ms lower)) (through change (ms lower + ms (uint32 more)))

        return
            List.forall2 (<=) sooner later
            && inOrder (Schedule.max (ms limit))
            && inOrder (Schedule.min (ms floor))
            && through (Schedule.max (ms limit)) (ms lower) = List.map (min (ms limit)) sooner
            && through (Schedule.min (ms floor)) (ms lower) = List.map (max (ms floor)) sooner
    })

[<Fact>]
let ``a jittered delay stays within its share of the plain one`` () =
    Law.holds (fun (delay: uint16, part, seed) -> task {
        let plain = float delay
        let part = share part

        return
            delays seed (Schedule.constant (ms (uint32 delay)) |> Schedule.jitter part)
            |> List.forall (fun delay ->
                delay.TotalMilliseconds >= plain * (1. - part) - 0.001
                && delay.TotalMilliseconds <= plain * (1. + part) + 0.001)
    })

[<Fact>]
let ``a decorrelated delay is between the initial one and three times the one before`` () =
    Law.holds (fun (initial: uint16, max: uint32, seed) -> task {
        let first, limit = float initial, float max

        let row =
            delays seed (build (Decorrelated(uint32 initial, max)))
            |> List.map _.TotalMilliseconds

        return
            List.pairwise (min first limit :: row)
            |> List.forall (fun (before, delay) ->
                delay >= min first limit - 0.001 && delay <= min limit (before * 3.) + 0.001)
    })

[<Fact>]
let ``the defaults are those that are documented`` () =
    let seconds (list: TimeSpan seq) =
        list |> Seq.map _.TotalSeconds |> List.ofSeq

    let schedule: Schedule<int> = Schedule.exponential

    Assert.Equal<float list>(
        [ 0.1; 0.2; 0.4; 0.8; 1.6; 3.2; 6.4; 12.8; 25.6; 30.; 30. ],
        seconds (schedule.Delays(Cause.Failed 1, Random 1) |> Seq.truncate 11)
    )

    Assert.Equal<float list>(
        [ 0.1; 0.3; 0.5 ],
        seconds (delays 1 (Schedule.linear (ms 100u) (ms 200u)) |> Seq.truncate 3)
    )

[<Fact>]
let ``no attempt number overflows`` () =
    for plan in
        [
            Linear(UInt32.MaxValue - 1u, UInt32.MaxValue - 1u)
            Exponential(1u, 30_000u, 255uy, 0uy)
        ] do
        let run = (build plan).Start(Random 1)

        for attempt in [ 1; 100; 1_000_000; Int32.MaxValue ] do
            match run.Next(attempt, Cause.Failed 1) with
            | ValueSome pause -> Assert.InRange(pause.Delay, 0L, Checks.longest.Ticks)
            | ValueNone -> Assert.Fail "it never ends"

[<Fact>]
let ``a schedule that looks at the cause ends for good with the first that it does not want`` () =
    let schedule: Schedule<int> =
        Schedule.constant (ms 1u)
        |> Schedule.whileError (fun cause -> cause <> Cause.Failed 2)

    let run = schedule.Start(Random 1)
    Assert.True((run.Next(1, Cause.Failed 1)).IsSome)
    Assert.True((run.Next(2, Cause.Failed 2)).IsNone)
    Assert.True((run.Next(3, Cause.Failed 1)).IsNone)

[<Fact>]
let ``bad numbers are refused where they are given`` () =
    let refused (name: string) (call: unit -> Schedule<int>) =
        let failure = Assert.ThrowsAny<ArgumentException>(fun () -> call () |> ignore)
        Assert.Equal(name, failure.ParamName)

    let past = TimeSpan.FromTicks -1L
    let constant = Schedule.constant (ms 1u)
    refused "delay" (fun () -> Schedule.constant past)
    refused "first" (fun () -> Schedule.linear past (ms 1u))
    refused "step" (fun () -> Schedule.linear (ms 1u) TimeSpan.MaxValue)
    refused "count" (fun () -> Schedule.upTo -1 constant)
    refused "total" (fun () -> Schedule.upToTotal past constant)
    refused "limit" (fun () -> Schedule.max past constant)
    refused "floor" (fun () -> Schedule.min past constant)
    refused "share" (fun () -> Schedule.jitter 1.5 constant)
    refused "share" (fun () -> Schedule.jitter nan constant)
    refused "initial" (fun () -> Schedule.decorrelatedJitter past (ms 1u))
    refused "max" (fun () -> Schedule.decorrelatedJitter (ms 1u) past)

    for wrong in [ 0.5; nan; infinity; -1. ] do
        refused "Factor" (fun () ->
            Schedule.exponentialWith {
                Schedule.Exponential.Default with
                    Factor = wrong
            })
