/// Guarantee 3: what was opened is closed, last first, on every way out, after the work that may use it has ended.
module GoGoScope.Tests.Scopes.CleanupGuaranteeTests

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// The ways in which a scope can end.
type WayOut =
    | Good = 0
    | Failed = 1
    | Thrown = 2
    | Cancelled = 3
    | TimedOut = 4
    | ChildFailed = 5

let private leave (stage: Stage) (way: WayOut) : Scoped<unit, string> = scope {
    let! _ =
        fork (
            scope {
                do! Step.stubborn 40.
                stage.Tell "child ended"
            }
        )

    match way with
    | WayOut.Failed -> return! (Error "failed": Result<unit, string>)
    | WayOut.Thrown -> raise (InvalidOperationException "thrown")
    | WayOut.Cancelled ->
        do! Scope.cancel "cancelled"
        do! Step.delay 1.
    | WayOut.TimedOut -> do! Step.forever
    | WayOut.ChildFailed ->
        let! _ = fork (Step.fail 5. "child")
        do! Step.forever
    | _ -> ()
}

let private optionsOf (stage: Stage) way = {
    stage.Options with
        Timeout =
            if way = WayOut.TimedOut then
                Step.milliseconds 10.
            else
                Timeout.InfiniteTimeSpan
}

[<Theory>]
[<InlineData(WayOut.Good)>]
[<InlineData(WayOut.Failed)>]
[<InlineData(WayOut.Thrown)>]
[<InlineData(WayOut.Cancelled)>]
[<InlineData(WayOut.TimedOut)>]
[<InlineData(WayOut.ChildFailed)>]
let ``3: cleanups run last first, after the children, on every way out`` (way: WayOut) =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                (optionsOf stage way)
                (scope {
                    do! stage.Watched()
                    do! Scope.onDispose (fun () -> stage.Tell "first")

                    do!
                        Scope.onDispose (fun (_: CancellationToken) ->
                            task {
                                do! Task.Delay(Step.milliseconds 5., stage.Clock)
                                stage.Tell "second"
                            }
                            :> Task)

                    do!
                        Scope.onDispose (fun (_: CancellationToken) ->
                            stage.Tell "third"
                            ValueTask())

                    do! leave stage way
                })

        Assert.Equal((way = WayOut.Good), outcome.IsOk)

        // children started by the body end before the first cleanup begins
        let names =
            stage.Told |> List.map (fun line -> line.Substring(line.IndexOf ' ' + 1))

        Assert.Equal<string>([ "child ended"; "third"; "second"; "first" ], names)
        stage.NoLeaks()
    })

[<Theory>]
[<InlineData(WayOut.Good)>]
[<InlineData(WayOut.Failed)>]
[<InlineData(WayOut.Thrown)>]
[<InlineData(WayOut.Cancelled)>]
[<InlineData(WayOut.TimedOut)>]
[<InlineData(WayOut.ChildFailed)>]
let ``3: what use opened is closed at the end of its block, after the children started in it, on every way out``
    (way: WayOut)
    =
    Story.run (fun () -> task {
        let stage = Stage()

        let resource name = {
            new IAsyncDisposable with
                member _.DisposeAsync() =
                    stage.Tell $"close {name}"
                    ValueTask()
        }

        let! _ =
            stage.RunWith
                (optionsOf stage way)
                (scope {
                    use _ = resource "outer"
                    use _ = resource "inner"
                    do! leave stage way
                })

        let names =
            stage.Told |> List.map (fun line -> line.Substring(line.IndexOf ' ' + 1))

        Assert.Equal<string>([ "child ended"; "close inner"; "close outer" ], names)
    })

[<Fact>]
let ``3: cleanups run one after the other, and all of them, though some fail`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let sync = InvalidOperationException "sync"
        let later = InvalidOperationException "later"

        let! outcome =
            stage.Run(
                scope {
                    do! Scope.onDispose (fun () -> stage.Tell "last")

                    do!
                        Scope.onDispose (fun (_: CancellationToken) ->
                            task {
                                do! Task.Delay(Step.milliseconds 10., stage.Clock)
                                raise later
                            }
                            :> Task)

                    do! Scope.onDispose (fun () -> raise sync)
                    do! Scope.onDispose (fun () -> stage.Tell "first")
                    return 1
                }
            )

        Expect.causes
            [ Cause.CleanupFailed sync; Cause.CleanupFailed later ]
            (outcome: Result<int, ScopeError<string>>)

        Assert.Equal<string>([ "0 first"; "10 last" ], stage.Told)
    })

/// Resources and children in any order; each child checks that what was open when it started still is.
type private House() =
    let openNow = HashSet<int>()
    let mutable wrong = 0
    member _.Good = wrong = 0 && openNow.Count = 0

    member _.Open number =
        openNow.Add number |> ignore

        {
            new IDisposable with
                member _.Dispose() = openNow.Remove number |> ignore
        }

    member _.Child (held: int list) (wait: byte) : Scoped<unit, string> = scope {
        do! Step.stubborn (float (wait % 30uy) + 1.)

        for number in held do
            if not (openNow.Contains number) then
                wrong <- wrong + 1

        if wait % 7uy = 0uy then
            return! (Error "child": Result<unit, string>)
    }

    /// True opens a resource for all that follows; false starts a child.
    member this.Build (held: int list) (steps: (bool * byte) list) : Scoped<unit, string> =
        match steps with
        | [] -> Scoped.value ()
        | (true, _) :: rest -> scope {
            use _ = this.Open held.Length
            do! this.Build (held.Length :: held) rest
          }
        | (false, wait) :: rest -> scope {
            let! _ = fork (this.Child held wait)
            do! this.Build held rest
          }

[<Fact>]
let ``3: no resource is released while a child started after it runs, whatever the tree`` () =
    Law.holds (fun (steps: (bool * byte) list) -> task {
        let house = House()
        let! _ = Stage().Run(house.Build [] steps)
        return house.Good
    })

[<Fact>]
let ``3: cleanups run in the reverse of the order in which they were registered, by children too`` () =
    Law.holds (fun (byChild: bool list) -> task {
        let stage = Stage()
        let ran = List<int>()

        let! _ =
            stage.Run(
                scope {
                    let! here = Scope.current<string>

                    for number, inChild in List.indexed byChild do
                        let register: Scoped<unit, string> = Scope.onDispose (fun () -> ran.Add number)

                        if inChild then
                            let! child = fork (fun _ -> register here)
                            do! child
                        else
                            do! register
                }
            )

        return List.ofSeq ran = [ byChild.Length - 1 .. -1 .. 0 ]
    })
