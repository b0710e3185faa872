namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Concurrent
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope

/// What the steps of a program do, those left out that run other bodies.
module internal Actions =

    let foreign (task: Task) : Scoped<unit, Fault> = scope { do! task }

    /// What a cleanup or a release does; the token is the cleanup's.
    let closing (world: World) (id: int) (kind: Closing) (token: CancellationToken) : Task =
        match kind with
        | Quick -> Task.CompletedTask
        | QuickThrows -> Pace.crash world id
        | Waits time -> Pace.pause world token time
        | Deaf time -> Pace.pause world CancellationToken.None time
        | WaitsThrows time -> task {
            do! Pace.pause world token time
            Pace.crash world id
          }

    let cleanup (world: World) (id: int) (kind: Closing) (token: CancellationToken) : Task =
        world.Journal.Add(CleanupIn id)

        let told =
            token.UnsafeRegister((fun _ -> world.Journal.Add(CleanupTokenFired id)), null)

        match kind with
        | Quick
        | QuickThrows ->
            try
                closing world id kind token
            finally
                world.Journal.Add(CleanupOut id)
        | _ -> task {
            use _ = told

            try
                do! closing world id kind token
            finally
                world.Journal.Add(CleanupOut id)
          }

    let release (world: World) (id: int) (kind: Closing) () : ValueTask =
        world.Journal.Add(Releasing id)

        match kind with
        | Quick
        | QuickThrows ->
            try
                ValueTask(closing world id kind CancellationToken.None)
            finally
                world.Journal.Add(Released id)
        | _ ->
            let closed = task {
                try
                    do! closing world id kind CancellationToken.None
                finally
                    world.Journal.Add(Released id)
            }

            ValueTask closed

    let options (world: World) (child: Child) : TaskOptions voption =
        if child.Start = Inline && child.Budget = 0 && not child.Named then
            ValueNone
        else
            ValueSome {
                TaskOptions.Default with
                    Name = if child.Named then $"b{child.Body.Id}" else ""
                    Timeout =
                        if child.Budget = 0 then
                            Timeout.InfiniteTimeSpan
                        else
                            Pace.limit world child.Budget child.Body.Id
                    Start =
                        match child.Start with
                        | Inline -> StartMode.Inline
                        | Pool -> StartMode.Pool
                        | Start.Lazy -> StartMode.Lazy
            }

    let untyped (work: Scoped<int, Fault>) : Scoped<int, string> =
        fun scope ->
            work scope
            |> Tap.change (Result.mapError (ScopeError.map (fun (Fault mark) -> mark)))

    let fault (mark: string) = Fault mark

    /// What a child came to, for the journal.
    let endOfUntyped (outcome: Result<int, ScopeError<string>>) =
        Tap.causes (Result.mapError (ScopeError.map fault) outcome)

    let look (world: World) (body: Body) (id: int) : Scoped<unit, Fault> =
        let asked () = world.Journal.Add(Asked(body.Id, id))

        let answered causes =
            world.Journal.Add(Answered(body.Id, id, causes))
            Ok()

        match world.Handles.TryGetValue id with
        | true, Typed handle ->
            fun scope ->
                asked ()

                ScopeTask.result handle scope
                |> Tap.change (Result.bind (Tap.causes >> answered))
        | true, Untyped handle ->
            fun scope ->
                asked ()

                ScopeTask.result handle scope
                |> Tap.change (Result.bind (endOfUntyped >> answered))
        | _ -> Scoped.value ()

    let await (world: World) (body: Body) (id: int) : Scoped<unit, Fault> =
        match world.Handles.TryGetValue id with
        | true, Typed handle ->
            let wait: Scoped<unit, Fault> = scope {
                let! _ = handle
                return ()
            }

            fun scope ->
                world.Journal.Add(Asked(body.Id, id))
                wait scope
        | _ -> Scoped.value ()

    let cancelChild (world: World) (id: int) : Scoped<unit, Fault> =
        fun _ ->
            match world.Handles.TryGetValue id with
            | true, handle ->
                world.Journal.Add(CancelCalled id)

                match handle with
                | Typed handle -> handle.Cancel "by handle"
                | Untyped handle -> handle.Cancel "by handle"
            | _ -> ()

            ValueTask<_>(Ok())

    let parked (world: World) (body: Body) (work: Scoped<unit, Fault>) : Scoped<unit, Fault> =
        fun scope ->
            let wait = work scope

            if wait.IsCompleted then
                wait
            else
                wait
                |> Tap.change (fun outcome ->
                    world.Journal.Add(Parked(body.Id, outcome.IsError))
                    outcome)

    let both (operands: Scoped<int, Fault> list) : Scoped<unit, Fault> =
        match operands with
        | [ a; b ] -> scope {
            let! _ = a
            and! _ = b
            return ()
          }
        | [ a; b; c ] -> scope {
            let! _ = a
            and! _ = b
            and! _ = c
            return ()
          }
        | [ a; b; c; d ] -> scope {
            let! _ = a
            and! _ = b
            and! _ = c
            and! _ = d
            return ()
          }
        | other -> failwith $"An `and!` of {other.Length} operands is not generated."

    /// A scope whose outcome its parent waits for.
    let bound (world: World) (id: int) (work: Scoped<'T, Fault>) : Scoped<unit, Fault> =
        let wait =
            Tap.outcome (fun causes -> world.Journal.Add(BoundEnded(id, causes))) work

        fun scope ->
            world.Journal.Add(Launched id)
            wait scope |> Tap.change (Result.map ignore)

    let launched (world: World) (child: Child) =
        world.Journal.Add(Launched child.Body.Id)
