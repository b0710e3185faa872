/// Gathering, then acting: nothing is lost.
module GoGoScope.Tests.Combinators.BatchTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private options: Batch.Options = {
    Size = 3
    Within = Step.milliseconds 10.
}

let private flush (stage: Stage) wait (items: int array) : Scoped<unit, string> = scope {
    stage.Tell $"%A{List.ofArray items}"
    do! Step.delay wait
}

[<Fact>]
let ``a batch is handed on when it is full, when its oldest item has waited, and at the end`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! batch = Batch.makeWith options (flush stage 0.)

                    for number in 1..4 do
                        do! Batch.add number batch

                    do! Step.delay 4.
                    do! Batch.add 5 batch
                    do! Step.delay 20.
                    do! Batch.add 6 batch
                    do! Step.delay 2.
                }
            )

        Expect.ok () (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string list>([ "0 [1; 2; 3]"; "10 [4; 5]"; "26 [6]" ], stage.Told)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``a cancel does not lose an item, and does not cut a batch that has begun`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! batch = Batch.makeWith options (flush stage 5.)

                    for number in 1..5 do
                        do! Batch.add number batch

                    do! Step.delay 2.
                    do! Scope.cancel "enough"
                    do! Step.delay 99.
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") (outcome: Result<unit, ScopeError<string>>)
        Assert.Equal<string list>([ "0 [1; 2; 3]"; "5 [4; 5]" ], stage.Told)
        Assert.Equal(Step.milliseconds 10., stage.Clock.Elapsed)
    })

[<Fact>]
let ``a batch that fails fails the scope, after the rest has been handed on`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let late: Batch<int> ref = ref Unchecked.defaultof<_>

        let! outcome =
            stage.Run(
                scope {
                    let! batch =
                        Batch.makeWith options (fun items -> scope {
                            do! flush stage 1. items

                            if items.Length = 3 then
                                return! (Error "no": Result<unit, string>)
                        })

                    late.Value <- batch

                    for number in 1..5 do
                        do! Batch.add number batch

                    do! Step.delay 99.
                }
            )

        Expect.failed "no" outcome
        Assert.Equal<string list>([ "0 [1; 2; 3]"; "1 [4; 5]" ], stage.Told)
        let! outcome = stage.Run(Batch.add 6 late.Value)
        Expect.rejected (Rejection.ScopeEnded "root") (outcome: Result<unit, ScopeError<string>>)
    })

[<Fact>]
let ``every item comes out once, in order, however the scope ends`` () =
    Law.holds (fun (waits: byte list, FsCheck.PositiveInt size, cut: byte, seed: int) -> task {
        let runtime = SeededRuntime seed
        let out = ResizeArray<int>()
        let mutable added = []
        let mutable largest = 0

        let program: Scoped<unit, string> = scope {
            let! batch =
                Batch.makeWith
                    {
                        Size = size % 4 + 1
                        Within = Step.milliseconds 3.
                    }
                    (fun items -> scope {
                        do! Step.pause
                        out.AddRange items
                        largest <- max largest items.Length
                    })

            for index, wait in List.indexed waits do
                do! Batch.add index batch
                added <- index :: added
                do! Step.delay (float (wait % 6uy))
        }

        let options = {
            ScopeOptions.Default with
                Timeout = Step.milliseconds (float (cut % 40uy) + 1.)
        }

        runtime.Run(options, program) |> ignore
        return List.ofSeq out = List.rev added && largest <= size % 4 + 1
    })

[<Fact>]
let ``bad options are refused at the door`` () =
    let refused (call: unit -> unit) =
        Assert.ThrowsAny<ArgumentException>(Action call) |> ignore

    let work: int array -> Scoped<unit, string> = fun _ -> Scoped.value ()
    refused (fun () -> Batch.makeWith { options with Size = 0 } work |> ignore)
    refused (fun () -> Batch.makeWith { options with Within = TimeSpan.Zero } work |> ignore)
    refused (fun () -> Batch.make Unchecked.defaultof<int array -> Scoped<unit, string>> |> ignore)

[<Fact>]
let ``many threads add, and nothing is lost`` () =
    Story.run (fun () -> task {
        for _ in 1..10 do
            let out = System.Collections.Concurrent.ConcurrentBag<int>()

            let program: Scoped<unit, string> = scope {
                let! batch =
                    Batch.makeWith { options with Size = 7 } (fun items -> scope {
                        for item in items do
                            out.Add item
                    })

                let! _ =
                    Parallel.mapWith
                        {
                            Parallel.Options.Default with
                                Concurrency = 8
                        }
                        (fun number -> Batch.add number batch)
                        [ 1..500 ]

                return ()
            }

            let! outcome = Story.wait (Scope.run program)
            Expect.ok () outcome
            Assert.Equal<int list>([ 1..500 ], List.sort (List.ofSeq out))
    })
