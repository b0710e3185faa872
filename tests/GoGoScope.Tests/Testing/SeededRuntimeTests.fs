/// One thread, virtual time, and a seeded choice of what runs next.
module GoGoScope.Tests.Testing.SeededRuntimeTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private pause: CancellationToken -> Task =
    fun _ -> task { do! Task.Yield() } :> Task

/// Some children that take turns; the order of their turns is what the seed decides.
let private turns (notes: List<string>) : Scoped<unit, string> = scope {
    for name in [ "a"; "b"; "c" ] do
        let! _ =
            fork (
                scope {
                    for turn in 1..3 do
                        do! Step.pause
                        do! pause
                        notes.Add $"{name}{turn}"
                        do! Step.delay 1.
                }
            )

        ()
}

let private play seed =
    let notes = List<string>()
    let runtime = SeededRuntime seed
    Expect.ok () (runtime.Run(turns notes))
    List.ofSeq notes, List.ofSeq runtime.Trace

[<Fact>]
let ``the same seed gives the same trace`` () =
    Story.run (fun () -> task {
        for seed in 1..20 do
            Assert.Equal<string list * int list>(play seed, play seed)
    })

[<Fact>]
let ``different seeds give different orders`` () =
    Story.run (fun () -> task {
        let orders = set [ for seed in 1..50 -> fst (play seed) ]
        Assert.True(orders.Count > 10, $"50 seeds gave only {orders.Count} orders")
    })

[<Fact>]
let ``when nothing can run the clock jumps to its next timer`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 1

        let work: Scoped<unit, string> = scope {
            do! Scope.delay (TimeSpan.FromDays 3.)
            do! fun (_: CancellationToken) -> Task.Delay(TimeSpan.FromDays 4., runtime.Clock)
        }

        Expect.ok () (runtime.Run work)
        Assert.Equal(TimeSpan.FromDays 7., runtime.Clock.Elapsed)
    })

[<Fact>]
let ``everything runs on the thread that runs the program, pool work too`` () =
    Story.run (fun () -> task {
        let runtime = SeededRuntime 1
        let threads = HashSet<int>()

        let note () =
            threads.Add Environment.CurrentManagedThreadId |> ignore

        let child: Scoped<unit, string> = scope {
            note ()
            do! pause
            note ()
            do! Step.delay 1.
            note ()
        }

        let pooled = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let program = scope {
            let! _ = Scope.forkWith (pooled, child)
            let! _ = Parallel.all [ child; child ]
            do! child
        }

        let here = Environment.CurrentManagedThreadId
        Expect.ok () (runtime.Run program)
        Assert.Equal<int>([ here ], threads)
    })

[<Fact>]
let ``a deadlock is found, and who waits is named`` () =
    Story.run (fun () -> task {
        let never = TaskCompletionSource()

        let program: Scoped<unit, string> = scope {
            let! _ =
                Scope.forkWith (
                    {
                        TaskOptions.Default with
                            Name = "waits for ever"
                    },
                    scope { do! never.Task }
                )

            return ()
        }

        let failure =
            Assert.Throws<DeadlockException>(fun () -> SeededRuntime(77).Run program |> ignore)

        Assert.Equal(77, failure.Seed)
        Assert.Contains("77", failure.Message)
        Assert.Contains("waits for ever", failure.Message)
    })

[<Fact>]
let ``a step that comes from another thread is not taken for a deadlock`` () =
    Story.run (fun () -> task {
        let program: Scoped<int, string> = scope {
            let! value = fun (_: CancellationToken) -> Task.Run<int>(fun () -> 5)
            return value
        }

        Expect.ok 5 (SeededRuntime(1).Run program)
    })

[<Fact>]
let ``the synchronization context of the caller is back after a run`` () =
    let context = SynchronizationContext()
    let before = SynchronizationContext.Current

    try
        SynchronizationContext.SetSynchronizationContext context
        SeededRuntime(1).Run(turns (List<string>())) |> Expect.ok ()
        Assert.Same(context, SynchronizationContext.Current)
    finally
        SynchronizationContext.SetSynchronizationContext before
