/// What a scope's outcome is, whatever the tree and whatever the order.
module GoGoScope.Tests.Scopes.OutcomeLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

type Way =
    | Good
    | Fails
    | Throws

type Kind =
    | Fork
    | ObservedTask
    | UnobservedTask

type Tree = {
    Kind: Kind
    Wait: byte
    Way: Way
    CleanupFails: bool
    Children: Tree list
}

/// Lets others go first, if the wait is even; takes time, if not.
let private pause (wait: byte) : Scoped<unit, 'E> =
    if wait % 2uy = 0uy then
        Step.pause
    else
        Step.delay (float (wait % 10uy))

let private leave way : Scoped<unit, string> =
    match way with
    | Good -> Scoped.value ()
    | Fails -> fun _ -> ValueTask<_>(Error(ScopeError.failed "fails"): Result<unit, ScopeError<string>>)
    | Throws -> fun _ -> raise (InvalidOperationException "throws")

let rec private run (tree: Tree) : Scoped<unit, string> = scope {
    if tree.CleanupFails then
        do! Scope.onDispose (fun () -> failwith "cleanup")

    do! start tree.Children
    do! pause tree.Wait
    do! leave tree.Way
}

and private start (children: Tree list) : Scoped<unit, string> =
    match children with
    | [] -> Scoped.value ()
    | child :: others -> scope {
        match child.Kind with
        | Fork ->
            let! _ = fork (run child)
            do! start others
        | UnobservedTask ->
            let! _ = Scope.task (run child)
            do! start others
        | ObservedTask ->
            let! handle = Scope.task (run child)
            do! start others
            let! _ = ScopeTask.result handle
            ()
      }

/// Ok iff the body is Ok and no fork child, no unobserved task child and no cleanup failed.
let rec private isGood (tree: Tree) =
    tree.Way = Good
    && not tree.CleanupFails
    && tree.Children
       |> List.forall (fun child -> child.Kind = ObservedTask || isGood child)

/// A node of a random tree: below which of the earlier nodes it stands, and what it does. The first one is the root.
type Twig = {
    Under: byte
    Kind: Kind
    Wait: byte
    Way: Way
    CleanupFails: bool
}

let rec private grow (twigs: Twig array) index : Tree = {
    Kind = twigs[index].Kind
    Wait = twigs[index].Wait
    Way = twigs[index].Way
    CleanupFails = twigs[index].CleanupFails && twigs[index].Wait % 3uy = 0uy
    Children = [
        for other in index + 1 .. twigs.Length - 1 do
            if int twigs[other].Under % other = index then
                grow twigs other
    ]
}

let private treeOf (twigs: FsCheck.NonEmptyArray<Twig>) = grow twigs.Get 0

let private outcomeOf seed onFailure twigs =
    let tree = treeOf twigs
    let runtime = SeededRuntime seed

    let options = {
        ScopeOptions.Default with
            OnFailure = onFailure
    }

    let outcome = runtime.Run(options, run tree)
    Assert.Equal(0, runtime.Clock.PendingTimers)
    outcome

[<Fact>]
let ``a scope that stops siblings is Ok exactly when body, forks, unobserved tasks and cleanups are`` () =
    Law.holds (fun (twigs: FsCheck.NonEmptyArray<Twig>, seed: int) -> task {
        return (outcomeOf seed OnFailure.StopSiblings twigs).IsOk = isGood (treeOf twigs)
    })

[<Fact>]
let ``a scope that keeps going is Ok exactly when body, forks, unobserved tasks and cleanups are`` () =
    Law.holds (fun (twigs: FsCheck.NonEmptyArray<Twig>, seed: int) -> task {
        return (outcomeOf seed OnFailure.KeepGoing twigs).IsOk = isGood (treeOf twigs)
    })

[<Fact>]
let ``no outcome is a mere cancellation when something failed`` () =
    Law.holds (fun (twigs: FsCheck.NonEmptyArray<Twig>, seed: int) -> task {
        match outcomeOf seed OnFailure.StopSiblings twigs with
        | Ok() -> return true
        | Error error ->
            return
                ScopeError.causes error
                |> List.forall (function
                    | Cause.Cancelled _ -> false
                    | _ -> true)
    })

/// Children of one scope, each with a number as its error; some fail at their end.
let private flat (failed: List<int>) (fails: (byte * bool) list) : Scoped<unit, int> = scope {
    for number, (wait, bad) in List.indexed fails do
        let! _ =
            fork (
                scope {
                    do! pause wait
                    do! Step.pause

                    if bad then
                        do!
                            fun (_: Scope) ->
                                failed.Add number
                                ValueTask<_>(Error(ScopeError.failed number): Result<unit, ScopeError<int>>)
                }
            )

        ()
}

let private causesOf outcome =
    match outcome with
    | Ok() -> []
    | Error error -> ScopeError.causes error

[<Fact>]
let ``under KeepGoing the causes are the same whatever the order, the earliest is the first, and the others follow in start order``
    ()
    =
    Law.holds (fun (fails: (byte * bool) list) -> task {
        let expected = [
            for number, (_, bad) in List.indexed fails do
                if bad then
                    number
        ]

        return
            [ 1..20 ]
            |> List.forall (fun seed ->
                let failed = List<int>()

                let options = {
                    ScopeOptions.Default with
                        OnFailure = OnFailure.KeepGoing
                }

                let causes = causesOf (SeededRuntime(seed).Run(options, flat failed fails))

                let numbers = [
                    for cause in causes ->
                        match cause with
                        | Cause.Failed number -> number
                        | _ -> -1
                ]

                List.sort numbers = expected
                && (List.isEmpty numbers
                    || (numbers.Head = failed[0] && List.sort numbers.Tail = numbers.Tail)))
    })

[<Fact>]
let ``under StopSiblings the cause is the earliest failure in the trace`` () =
    Law.holds (fun (fails: (byte * bool) list) -> task {
        return
            [ 1..20 ]
            |> List.forall (fun seed ->
                let failed = List<int>()

                match causesOf (SeededRuntime(seed).Run(flat failed fails)) with
                | [] -> failed.Count = 0
                | Cause.Failed first :: others ->
                    first = failed[0]
                    && others = [
                        for number in List.sort (List.tail (List.ofSeq failed)) -> Cause.Failed number
                    ]
                | _ -> false)
    })

[<Fact>]
let ``the order of failures differs from seed to seed`` () =
    // without this the laws above would say little
    let firsts =
        set [
            for seed in 1..30 ->
                let failed = List<int>()
                SeededRuntime(seed).Run(flat failed [ for _ in 1..4 -> 2uy, true ]) |> ignore
                failed[0]
        ]

    Assert.Equal(4, firsts.Count)
