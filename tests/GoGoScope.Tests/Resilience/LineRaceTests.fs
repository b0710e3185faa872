/// Callers in line who come, are let in and are cancelled in every order.
module GoGoScope.Tests.Resilience.LineRaceTests

open System
open System.Collections.Generic
open GoGoScope
open GoGoScope.Tests
open GoGoScope.Testing
open Xunit

let private ms = Step.milliseconds

/// Lets some wait, cancels some of them at some time, and gives when and at which cost the others were let in.
let private crowd (seed: int) (limiter: RateLimiter) : (float * int) list * int =
    let random = Random seed
    let runtime = SeededRuntime seed
    let through = List<float * int>()
    let mutable cut = 0

    let caller (cost: int) : Scoped<unit, string> =
        scope { through.Add(runtime.Clock.Elapsed.TotalMilliseconds, cost) }
        |> RateLimiter.guardCost cost limiter

    let program: Scoped<unit, string> = scope {
        let children = List<ScopeTask<unit, string>>()

        for _ in 1..8 do
            let! child = Scope.task (caller (1 + random.Next 3))
            children.Add child

            if random.Next 2 = 0 then
                do! Step.delay (float (random.Next 15))
            else
                do! Step.pause

            if random.Next 3 = 0 then
                (children[random.Next children.Count]).Cancel "enough"

        for child in children do
            match! ScopeTask.result child with
            | Ok() -> ()
            | Error error when ScopeError.isCancelled error -> cut <- cut + 1
            | Error error -> failwith $"{error}"
    }

    Expect.ok () (runtime.Run program)
    Assert.Equal(0, limiter.Waiting)
    Assert.Equal(0, runtime.Clock.PendingTimers)
    List.ofSeq through, cut

let private waiting = {
    RateLimiterOptions.Default with
        QueueLimit = 100
}

[<Fact>]
let ``nobody is forgotten, nobody takes what was given back, and no timer is left`` () =
    Story.run (fun () -> task {
        let mutable cuts = 0

        for seed in 1..300 do
            let limiter = RateLimiter.slidingWindowWith waiting 3 (ms 20.)
            let through, cut = crowd seed limiter
            cuts <- cuts + cut
            Assert.Equal(8, through.Length + cut)

            for start, _ in through do
                let within =
                    through
                    |> List.filter (fun (time, _) -> time >= start && time < start + 20.)
                    |> List.sumBy snd

                Assert.InRange(within, 1, 3)

        Assert.InRange(cuts, 100, 2_000)
    })

[<Fact>]
let ``a bucket in a crowd gives no more than it got`` () =
    Story.run (fun () -> task {
        for seed in 1..300 do
            let limiter = RateLimiter.tokenBucketWith waiting 3 1 (ms 10.)
            let through, cut = crowd seed limiter
            Assert.Equal(8, through.Length + cut)

            for start, _ in through do
                for finish, _ in through do
                    let given =
                        through
                        |> List.filter (fun (time, _) -> time >= start && time <= finish)
                        |> List.sumBy snd

                    if finish >= start then
                        Assert.True(float given <= 3. + (finish - start) / 10. + 0.001)
    })
