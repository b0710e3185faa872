/// Progress, stopping on errors, aggregates, and items with a function.
module GoGoScope.Tests.Combinators.ProgressTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private limit count = {
    Parallel.Options.Default with
        Concurrency = count
}

/// Waits, then gives its place or fails with it.
let private work index (wait: byte, good: bool) : Scoped<int, int> = scope {
    do! Step.pause
    do! Step.delay (float (wait % 8uy))
    return! (if good then Ok index else Error index)
}

[<Fact>]
let ``progress is told exactly once for each item, in steps of one`` () =
    Law.holds (fun (plan: (byte * bool) list, FsCheck.PositiveInt limited, seed: int) -> task {
        let told = ResizeArray<struct (int * int * int)>()

        let options = {
            limit limited with
                OnProgress =
                    Action<int, int, int>(fun completed total index ->
                        told.Add(struct (completed, total, index)))
        }

        let outcome: Result<Result<int, ScopeError<int>> array, ScopeError<int>> =
            SeededRuntime(seed).Run(Parallel.settledWith options (List.mapi work plan))

        let completed = [ for struct (completed, _, _) in told -> completed ]
        let indices = List.sort [ for struct (_, _, index) in told -> index ]

        return
            outcome.IsOk
            && completed = [ 1 .. plan.Length ]
            && indices = [ 0 .. plan.Length - 1 ]
            && Seq.forall (fun struct (_, total, _) -> total = plan.Length) told
    })

[<Fact>]
let ``items that were stopped are no progress, and a failure is`` () =
    Story.run (fun () -> task {
        let told = ResizeArray<int>()

        let options = {
            limit 3 with
                OnProgress = Action<int, int, int>(fun _ _ index -> told.Add index)
        }

        let outcome =
            SeededRuntime(1)
                .Run(
                    Parallel.allWith options [
                        Step.give 1. 0
                        Step.fail 5. "no" |> Scoped.map (fun () -> 1)
                        Step.give 99. 2
                        Step.give 99. 3
                        Step.give 99. 4
                    ]
                )

        Expect.failed "no" outcome
        Assert.Equal<int list>([ 0; 1 ], List.ofSeq told)
    })

[<Fact>]
let ``a handler that throws is reported and changes nothing`` () =
    Story.run (fun () -> task {
        let stage = Stage.Seeded 1

        let options = {
            limit 2 with
                OnProgress = Action<int, int, int>(fun _ _ _ -> invalidOp "boom")
        }

        let! outcome = stage.Run(Parallel.allWith options [ Step.give 1. 1; Step.give 2. 2 ])
        Expect.ok [| 1; 2 |] outcome
        Assert.Equal(2, stage.Unobserved.Length)
    })

[<Fact>]
let ``stopping on the first error keeps what has ended, stops what runs, and starts nothing more`` () =
    Story.run (fun () -> task {
        let begun = ref 0

        let item (work: Scoped<int, string>) : Scoped<int, string> = scope {
            begun.Value <- begun.Value + 1
            return! work
        }

        let options = { limit 2 with StopOnError = true }

        let outcome: Result<Result<int, ScopeError<string>> array, ScopeError<string>> =
            SeededRuntime(1)
                .Run(
                    Parallel.settledWith
                        options
                        (List.map item [
                            Step.give 1. 1
                            Step.give 99. 2
                            Step.fail 5. "no" |> Scoped.map (fun () -> 3)
                            Step.give 1. 4
                        ])
                )

        match outcome with
        | Error error -> failwith $"{error}"
        | Ok outcomes ->
            Assert.Equal(3, begun.Value)
            Expect.ok 1 outcomes[0]
            Expect.cancelled (CancelReason.ParentEnded(CancelReason.SiblingFailed "item-3")) outcomes[1]
            Expect.failed "no" outcomes[2]
            Expect.cancelled (CancelReason.SiblingFailed "item-3") outcomes[3]
    })

[<Fact>]
let ``an aggregate tells values and errors apart, with their places`` () =
    Law.holds (fun (plan: (byte * bool) list, FsCheck.PositiveInt limited, seed: int) -> task {
        let outcome: Result<Aggregate<int, int>, ScopeError<int>> =
            SeededRuntime(seed).Run(Parallel.aggregateWith (limit limited) (List.mapi work plan))

        match outcome with
        | Error _ -> return false
        | Ok aggregate ->
            let good = [
                for index, (_, good) in List.indexed plan do
                    if good then
                        index
            ]

            let bad = [
                for index, (_, good) in List.indexed plan do
                    if not good then
                        index
            ]

            return
                [ for item in aggregate.Completed -> item.Index ] = good
                && [ for item in aggregate.Completed -> item.Value ] = good
                && [ for item in aggregate.Errors -> item.Index ] = bad
                && [ for item in aggregate.Errors -> item.Error.Cause ] = List.map Cause.Failed bad
                && aggregate.AllCompleted = bad.IsEmpty
    })

[<Fact>]
let ``bad options and null items are refused at the door`` () =
    let items: Scoped<int, string> list = [ Step.give 1. 1 ]

    let refused (call: unit -> unit) =
        Assert.ThrowsAny<ArgumentException>(Action call) |> ignore

    refused (fun () -> Parallel.allWith (limit 0) items |> ignore)
    refused (fun () -> Parallel.mapWith (limit -1) (fun _ -> items.Head) [ 1 ] |> ignore)
    refused (fun () -> Parallel.all [ Unchecked.defaultof<Scoped<int, string>> ] |> ignore)
    refused (fun () -> Parallel.quorum 0 items |> ignore)
    refused (fun () -> Parallel.map Unchecked.defaultof<int -> Scoped<int, string>> [ 1 ] |> ignore)

    refused (fun () ->
        Parallel.allWith
            {
                limit 1 with
                    OnProgress = Unchecked.defaultof<_>
            }
            items
        |> ignore)
