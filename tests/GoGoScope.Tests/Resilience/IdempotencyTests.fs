/// Work that is done once for each key.
module GoGoScope.Tests.Resilience.IdempotencyTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms = Step.milliseconds

let private keys (keep: float) =
    IdempotencyKeys<string, int, string>(ms keep)

/// Gives how often it ran.
let private counted (runs: int ref) (length: float) : Scoped<int, string> = scope {
    let run = Interlocked.Increment runs
    do! Step.delay length
    return run
}

[<Fact>]
let ``the same key is done once while its value is kept, another key for itself`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = keys 100.
        let runs = ref 0

        let order key =
            counted runs 5. |> Idempotency.guard keys key

        let! outcome =
            stage.Run(
                scope {
                    let! a = order "a"
                    let! again = order "a"
                    let! b = order "b"
                    do! Step.delay 94.
                    let! still = order "a"
                    do! Step.delay 1.
                    let! anew = order "a"
                    return [ a; again; b; still; anew ], keys.Count
                }
            )

        // b's time is over by now
        Expect.ok ([ 1; 1; 2; 1; 3 ], 1) outcome
    })

[<Fact>]
let ``those who ask while it runs wait for it and are given the same`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = keys 0.
        let runs = ref 0
        let order = counted runs 10. |> Idempotency.guard keys "a"
        let! outcome = stage.Run(Parallel.all [ for _ in 1..5 -> order ])
        Expect.ok [| 1; 1; 1; 1; 1 |] outcome
        // kept for no time: the next runs again
        let! next = Stage.Seeded(8).Run order
        Expect.ok 2 next
        Assert.Equal(0, keys.Count)
    })

[<Fact>]
let ``a failure is given to those who wait, and frees the key`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = keys 100.
        let runs = ref 0

        let fails: Scoped<int, string> = scope {
            let! run = counted runs 5.
            return! Error $"no {run}"
        }

        let order work =
            work |> Idempotency.guard keys "a" |> Scoped.result

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.task (order fails)
                    let! second = Scope.task (order fails)
                    let! a = first
                    let! b = second
                    let! third = order (counted runs 1.)
                    return [ a; b; third ]
                }
            )

        let failed = Error(ScopeError.failed "no 1")
        Expect.ok [ failed; failed; Ok 2 ] (outcome: Result<_, ScopeError<string>>)
    })

[<Fact>]
let ``a cancel of one who waits touches nobody else`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = keys 100.
        let runs = ref 0
        let order = counted runs 20. |> Idempotency.guard keys "a"

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.task order
                    let! waits = Scope.task order
                    do! Step.delay 5.
                    waits.Cancel "enough"
                    let! cut = ScopeTask.result waits
                    stage.Tell "cut"
                    let! value = first
                    return cut, value
                }
            )

        Expect.ok
            (Error(ScopeError.cancelled (CancelReason.Requested "enough")), 1)
            (outcome: Result<_, ScopeError<string>>)

        Assert.Equal<string list>([ "5 cut" ], stage.Told)
    })

[<Fact>]
let ``when the one whose work runs is cancelled, one who waits runs its own`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 7
        let keys = keys 100.
        let runs = ref 0
        let order = counted runs 20. |> Idempotency.guard keys "a"

        let! outcome =
            stage.Run(
                scope {
                    let! first = Scope.task order
                    let! second = Scope.task order
                    let! third = Scope.task order
                    do! Step.delay 5.
                    first.Cancel "enough"
                    let! _ = ScopeTask.result first
                    let! a = second
                    let! b = third
                    return a, b
                }
            )

        Expect.ok (2, 2) (outcome: Result<_, ScopeError<string>>)
    })

[<Fact>]
let ``a value may be forgotten early`` () =
    Story.run (fun () -> task {
        let keys = keys 1000.
        let runs = ref 0
        let order = counted runs 0. |> Idempotency.guard keys "a"
        let! first = Story.wait (Scope.run order)
        Assert.True(keys.Forget "a")
        Assert.False(keys.Forget "a")
        let! second = Story.wait (Scope.run order)
        Expect.ok 1 first
        Expect.ok 2 second
    })

[<Fact>]
let ``among many threads each key is done once`` () =
    Story.run (fun () -> task {
        let keys = IdempotencyKeys<int, int, string>(TimeSpan.FromMinutes 1.)
        let runs = Array.zeroCreate<int> 20

        let order key : Scoped<int, string> =
            scope {
                do! fun (_: CancellationToken) -> task { do! Task.Yield() }
                return Interlocked.Increment &runs[key]
            }
            |> Idempotency.guard keys key

        let! outcome =
            Story.wait (Scope.run (Parallel.all [ for number in 1..2_000 -> order (number % 20) ]))

        Expect.ok (Array.replicate 2_000 1) outcome
        Assert.Equal<int array>(Array.replicate 20 1, runs)
    })

/// A key that its owner changes, against all advice.
type private Loose(number: int) =
    member val Number = number with get, set
    override this.GetHashCode() = this.Number

    override this.Equals other =
        match other with
        | :? Loose as other -> other.Number = this.Number
        | _ -> false

[<Fact>]
let ``a key that changes while its work runs harms nobody else`` () =
    Story.run (fun () -> task {
        let keys = IdempotencyKeys<Loose, int, string>(ms 1000.)
        let key = Loose 1

        let order: Scoped<int, string> =
            Idempotency.guard
                keys
                key
                (scope {
                    key.Number <- 2
                    return 1
                })

        let! outcome = Story.wait (Scope.run order)
        Expect.ok 1 outcome
        // on another thread: the first may have kept the gate
        let other = Task.Run<int>(fun () -> keys.Count)
        let! _ = other.WaitAsync Story.patience

        let! next =
            Story.wait (Scope.run (Idempotency.guard keys (Loose 3) (Scoped.value 3)))

        Expect.ok 3 (next: Result<int, ScopeError<string>>)
    })
