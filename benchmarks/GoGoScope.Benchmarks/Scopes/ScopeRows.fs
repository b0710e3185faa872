namespace GoGoScope.Benchmarks

open System.Threading.Tasks
open GoGoScope
open GoGoScope.CompilerServices
open GoGoScope.Peers

/// A wait in a scope that nothing but a cancel ends, as that of a receiver at an empty channel.
type internal Parked(scope: Scope) =
    inherit Waiter<Result<int, ScopeError<string>>>(scope)

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.Wake(Error(ScopeError.cancelled reason))

    static member In(scope: Scope) =
        let wait = Parked scope

        if not (scope.Park wait) then
            wait.OnCancelled scope.StopReason

        wait.AsValueTask()

/// What the rows have in common.
[<RequireQualifiedAccess>]
module Outcome =

    /// A contender that fails is quick for the wrong reason.
    let demand expected (outcome: Result<int, ScopeError<string>>) =
        match outcome with
        | Ok value when value = expected -> ()
        | other -> failwith $"expected {expected}, but it came to {other}"

    let runs expected (work: Scoped<int, string>) () = demand expected (Scope.run work).Result

    let runsAsync expected (work: Scoped<int, string>) () : Task = task {
        let! outcome = Scope.run work
        demand expected outcome
    }

/// What a scope and its children cost over what one writes by hand.
module ScopeRows =

    let private ready = Task.FromResult 7
    let private empty: Scoped<int, string> = scope { return 1 }

    let private completedChild: Scoped<int, string> = scope {
        let! value = ready
        return value + 1000
    }

    let private pause: Scoped<int, string> =
        fun _ -> Pauses<Result<int, ScopeError<string>>>.Next(Ok 7)

    let private yieldingChild: Scoped<int, string> = scope {
        let! value = pause
        return value + 1000
    }

    /// An `async` method of C# as the child's body.
    let private methodChild: Scoped<int, string> =
        fun _ -> ValueTask<Result<int, ScopeError<string>>>(Bodies.YieldingTo(Ok 7))

    let private parkedChild: Scoped<int, string> = scope { return! (fun scope -> Parked.In scope) }

    let private children count (child: Scoped<int, string>) : Scoped<int, string> = scope {
        let mutable number = 0

        while number < count do
            let! _ = fork child
            number <- number + 1

        return number
    }

    let private cancelled count : Scoped<int, string> =
        Scoped.result (
            scope {
                let! _ = children count parkedChild
                do! Scope.cancel "enough"
                return 0
            }
        )
        |> Scoped.map (fun outcome -> if outcome.IsError then count else -1)

    let rec private nested depth : Scoped<int, string> =
        if depth = 0 then
            scope { return! Error "no" }
        else
            let inner = nested (depth - 1)

            scope {
                let! child = fork inner
                let! value = child
                return value
            }

    let private fiveNested = nested 4

    let private row name units ours peer target bytes = {
        Name = name
        Units = units
        Ours = ours
        Peer = peer
        Target = target
        Bytes = bytes
        CrossesPool = false
        PeerFigure = 0.
    }

    let private completed count target figure =
        let work = children count completedChild

        {
            row
                $"scope + {count} completed children"
                1
                (Contender.sync "scope" (Outcome.runs count work))
                (Contender.sync "CTS + List + WhenAll" (fun () -> (ScopePeers.Completed count).Wait()))
                target
                (BytesTarget.AtMostPeerPlus 0.) with
                PeerFigure = figure
        }

    let private yielding count what child overBare figure =
        let work = children count child
        let tasks = Array.zeroCreate<Task<int>> count

        // a child's bytes show where the scope's own do not count
        let bytes =
            if count >= 1000 then
                let bare = Contender.waits "the bodies alone" (fun () -> ScopePeers.Bare tasks)
                BytesTarget.AtMostOver(bare, overBare)
            else
                BytesTarget.Free

        {
            row
                $"scope + {count} yielding children, {what}, per child"
                count
                (Contender.waits "scope" (Outcome.runsAsync count work))
                (Contender.waits "CTS + List + WhenAll" (fun () -> ScopePeers.Yielding count))
                1.4
                bytes with
                CrossesPool = true
                PeerFigure = figure
        }

    let private cancelling peer target figure =
        let work = cancelled 1000

        {
            row
                "cancel 1000 parked children, per child"
                1000
                (Contender.sync "scope" (Outcome.runs 1000 work))
                peer
                target
                BytesTarget.Free with
                PeerFigure = figure
        }

    let rows = [
        {
            row
                "empty scope, run and exit"
                1
                (Contender.sync "scope" (Outcome.runs 1 empty))
                (Contender.sync "CTS + List + WhenAll" (fun () -> (ScopePeers.Empty()).Wait()))
                2.5
                (BytesTarget.AtMost 160.) with
                PeerFigure = 11.4
        }
        {
            row
                "child that completes at once, in an open scope"
                10000
                (Contender.sync "scope" (Outcome.runs 10000 (children 10000 completedChild)))
                (Contender.sync "await an async method" (fun () -> (ScopePeers.AwaitEach 10000).Wait()))
                3.0
                (BytesTarget.AtMost 0.) with
                PeerFigure = 7.6
        }
        completed 10 1.2 190.
        completed 1000 1.2 19000.
        yielding 10 "scope block" yieldingChild 180. 0.
        yielding 1000 "scope block" yieldingChild 180. 0.
        yielding 10 "C# method" methodChild 250. 0.
        yielding 1000 "C# method" methodChild 250. 0.
        cancelling
            (Contender.sync "SuppressThrowing" (fun () -> (ScopePeers.CancelSuppressed 1000).Wait()))
            1.0
            144.
        cancelling
            (Contender.sync "a catch per child" (fun () -> (ScopePeers.CancelCaught 1000).Wait()))
            0.2
            1137.
        {
            row
                "a failure through five nested scopes"
                1
                (Contender.sync "scope" (fun () ->
                    if (Scope.run fiveNested).Result.IsOk then
                        failwith "it did not fail"))
                (Contender.sync "an exception through five tasks" (fun () ->
                    (ScopePeers.NestedFailure 5).Wait()))
                0.05
                BytesTarget.Free with
                PeerFigure = 5. * 3100.
        }
    ]
