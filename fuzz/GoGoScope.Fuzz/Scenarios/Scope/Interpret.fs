namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope

/// Runs a program through the public API and writes down what happens.
module Interpret =

    let rec private doStep (world: World) (body: Body) (step: Step) : Scoped<unit, Fault> =
        let journal = world.Journal
        let run inner = block world inner

        match step with
        | Delay time when world.Program.Threads && time % 4 = 1 -> Pace.turns (time % 3 + 1)
        | Delay time when world.Program.Threads && time % 4 = 2 ->
            fun _ ->
                Thread.SpinWait(time * 20)
                ValueTask<_>(Ok())
        | Delay time -> Actions.parked world body (Scope.delay (Pace.scaled world time))
        | Yield count -> Pace.turns count
        | Hop count -> scope {
            do!
                (fun (_: CancellationToken) ->
                    task {
                        for _ in 1..count do
                            do! Task.Yield()
                    }
                    : Task)
          }
        | Ignore time -> scope {
            do! (fun (_: CancellationToken) -> Pace.pause world CancellationToken.None time)
          }
        | Foreign time ->
            fun scope ->
                let task = Pace.pause world CancellationToken.None time
                world.Foreign.Add task
                Actions.foreign task scope
        | Fork child -> scope {
            Actions.launched world child

            let! handle =
                world.Library.Fork(child.Body.Id, Actions.options world child, run child.Body)

            world.Handles[child.Body.Id] <- Typed handle
          }
        | TaskOf child when child.Untyped -> scope {
            Actions.launched world child

            let! handle =
                world.Library.Task(Actions.options world child, Actions.untyped (run child.Body))

            world.Handles[child.Body.Id] <- Untyped handle
          }
        | TaskOf child -> scope {
            Actions.launched world child
            let! handle = world.Library.Task(Actions.options world child, run child.Body)
            world.Handles[child.Body.Id] <- Typed handle
          }
        | Await id -> Actions.await world body id
        | Look id -> Actions.look world body id
        | Both(id, bodies) -> Actions.bound world id (Actions.both (List.map run bodies))
        | Use(id, kind, steps) -> scope {
            use resource = new Resource(world, id, Actions.release world id kind)
            do! doSteps world body steps
            do! (fun (_: CancellationToken) -> world.Library.LastStep resource)
          }
        | OnDispose(id, kind) ->
            let added = world.Library.OnDispose(body.Id, Actions.cleanup world id kind)

            fun scope ->
                journal.Add(CleanupAdded id)
                added scope
        | Catch steps -> scope {
            try
                do! doSteps world body steps
            with failure ->
                journal.Add(Caught(body.Id, failure))
          }
        | Within(after, inner) ->
            world.Library.Timeout(Pace.limit world after inner.Id, run inner)
            |> Actions.bound world inner.Id
        | Shielded(most, inner) ->
            scope { return! Scope.shielded (Pace.limit world most inner.Id) (run inner) }
            |> Actions.bound world inner.Id
        | Settled inner ->
            fun scope ->
                journal.Add(Launched inner.Id)

                Scoped.result (run inner) scope
                |> Tap.change (
                    Result.bind (fun outcome ->
                        journal.Add(Answered(body.Id, inner.Id, Tap.causes outcome))
                        Ok())
                )
        | AllOf(id, concurrency, bodies) ->
            Parallel.allWith
                {
                    Parallel.Options.Default with
                        Concurrency = concurrency
                }
                (List.map run bodies)
            |> Actions.bound world id
        | CancelSelf ->
            fun scope ->
                journal.Add(CancelCalled body.Id)
                scope.Cancel "by itself"
                ValueTask<_>(Ok())
        | CancelChild id -> Actions.cancelChild world id

    and private doSteps (world: World) (body: Body) (steps: Step list) : Scoped<unit, Fault> = scope {
        for index, step in List.indexed steps do
            do! noted world body (if obj.ReferenceEquals(steps, body.Steps) then index else -1) step
    }

    /// Writes down when the step begins and what it came to.
    and private noted (world: World) (body: Body) (index: int) (step: Step) : Scoped<unit, Fault> =
        fun scope ->
            world.Journal.Add(StepIn(body.Id, index))

            (Tap.outcome (fun causes -> world.Journal.Add(StepOut(body.Id, index, causes))) (fun scope ->
                doStep world body step scope))
                scope

    and private finish (world: World) (body: Body) : Scoped<int, Fault> =
        match body.Ending with
        | Fails ->
            fun _ ->
                world.Journal.Add(Raised body.Id)
                ValueTask<_>(Error(ScopeError.failed (Fault(Model.mark body.Id))))
        | ThrowsForeignStop ->
            fun scope ->
                if not scope.IsCancelled then
                    world.Journal.Add(Raised body.Id)

                raise (ForeignStop(Model.mark body.Id))
        | Gives
        | Throws -> Scoped.value body.Id

    and private probe (world: World) (body: Body) : Scoped<unit, Fault> =
        fun scope ->
            scope
            |> Scope.onCancel (fun reason -> world.Journal.Add(Told(body.Id, reason)))
            |> ignore

            Scope.onDispose (fun () -> world.Journal.Add(Closed body.Id)) scope

    /// A body: as a block, or as a function around it.
    and block (world: World) (body: Body) : Scoped<int, Fault> =
        let journal = world.Journal

        let code = scope {
            journal.Add(Started body.Id)

            try
                if world.Program.Probe then
                    do! probe world body

                if not body.Steps.IsEmpty then
                    do! doSteps world body body.Steps

                match body.Ending with
                | Gives -> return body.Id
                | Throws ->
                    Pace.crash world body.Id
                    return body.Id
                | _ -> return! finish world body
            finally
                journal.Add(Left body.Id)
        }

        if body.Raw then
            fun scope -> Tap.outcome (fun _ -> journal.Add(Delivered body.Id)) code scope
        else
            code
