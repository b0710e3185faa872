namespace GoGoScope.Fuzz.Lifetime

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz

/// What happened, in the order in which it did.
[<RequireQualifiedAccess>]
type Event =
    | Before of Scope: string * Task: string * Id: int64
    | After of Scope: string * Task: string * Id: int64 * Ending: TaskEnding
    | Cancelled of Scope: string * Reason: CancelReason
    | Disposed of Scope: string
    /// A body began, or all that it is has ended.
    | Begin of Job: string * Key: string
    | End of Job: string * Key: string
    | Released of Resource: string
    /// What the starter was given, and whether the child was heard.
    | Started of Job: string * Answer: Result<int, ScopeError<string>>
    | Said of Job: string * Heard: bool
    | Failed of Job: string

/// Plays a plan.
type Play(library: Library, tally: Tally, isOnThreads: bool) =
    let events = List<Event>()
    let mutable wasSealed = false
    let late = List<Event>()
    let stuck = TaskCompletionSource<unit>()
    let mutable abandoned = 0

    let add (event: Event) =
        lock events (fun () -> if wasSealed then late.Add event else events.Add event)

    let pause: Scoped<unit, string> =
        if isOnThreads then
            scope {
                let! turn =
                    Scope.taskWith (
                        {
                            TaskOptions.named "pause" with
                                Start = StartMode.Pool
                        },
                        Scoped.value ()
                    )

                do! turn
            }
        else
            Scope.delay (TimeSpan.FromMilliseconds 1.)

    let resource (id: int) = {
        new IDisposable with
            member _.Dispose() = add (Event.Released $"u{id}")
    }

    member _.Events: IReadOnlyList<Event> = events

    /// What came after the end.
    member _.Late: IReadOnlyList<Event> = late

    member _.Abandoned = abandoned

    /// Nothing may happen any more.
    member _.Seal() =
        lock events (fun () -> wasSealed <- true)

    /// Ends the work that was left behind.
    member _.Release() = stuck.TrySetResult() |> ignore

    member _.Hooks: ScopeHooks = {
        ScopeHooks.None with
            BeforeTask =
                Action<_>(fun task ->
                    if task.Task <> "pause" then
                        add (Event.Before(task.Scope, task.Task, task.Id)))
            AfterTask =
                library.AfterTask(fun task ->
                    if task.Task.Task <> "pause" then
                        add (Event.After(task.Task.Scope, task.Task.Task, task.Task.Id, task.Ending)))
            OnCancel = Action<_>(fun scope -> add (Event.Cancelled(scope.Scope, scope.Reason)))
            OnDispose = Action<_>(fun scope -> add (Event.Disposed scope.Scope))
    }

    member private play.Abandon(isStuck: bool) : Scoped<unit, string> = scope {
        tally.Add("abandonable", 1)

        let onAbandon () =
            Interlocked.Increment &abandoned |> ignore

        if isStuck then
            let before = Abandoned.Total

            let! outcome =
                library.Abandonable(onAbandon, stuck.Task)
                |> Scoped.timeout (TimeSpan.FromMilliseconds 2.)
                |> Scoped.result

            if Result.isError outcome && Abandoned.Total > before then
                tally.Add("left behind", 1)

            ()
        else
            do! library.Abandonable(onAbandon, Task.FromResult())
    }

    /// Daemons of a `use` end before its release, and so before children that start later: they have another name.
    member private play.Steps(steps: Step list, inUse: bool) : Scoped<unit, string> = scope {
        let! here = Scope.current

        for step in steps do
            match step with
            | Pause -> do! pause
            | Abandon isStuck -> do! play.Abandon isStuck
            | CancelHere ->
                tally.Add("cancelled", 1)
                here.Cancel "a step"
            | Room(id, _, inner) ->
                tally.Add("rooms", 1)

                let options = {
                    ScopeOptions.Default with
                        Name = $"r{id}"
                        Parent = here
                }

                let! _ =
                    fun (_: CancellationToken) -> task {
                        let! outcome =
                            Scope.runWith options CancellationToken.None (play.Body($"r{id}", inner))

                        return Ok(Result.isOk outcome): Result<bool, string>
                    }

                ()
            | Using(id, inner) ->
                let block: Scoped<unit, string> = scope {
                    use _ = resource id
                    do! play.Steps(inner, true)
                }

                do! block
            | Child job -> do! play.Child(job, inUse)
    }

    /// A body that says when it began and when all of it has ended.
    member play.Body(name: string, steps: Step list) : Scoped<unit, string> = scope {
        add (Event.Begin(name, ""))
        do! Scope.onDispose (fun () -> add (Event.End(name, "")))
        do! play.Steps(steps, false)
    }

    member private play.Job(job: Job, key: string, ready: Func<int, bool> | null) : Scoped<unit, string> =
        scope {
            let! here = Scope.current
            let name = $"j{job.Id}"
            add (Event.Begin(here.Name, key))
            do! Scope.onDispose (fun () -> add (Event.End(here.Name, key)))
            do! play.Steps(job.Steps, false)

            for _ in 1 .. job.Pauses do
                do! pause

            match ready with
            | null -> ()
            | ready -> add (Event.Said(name, ready.Invoke job.Id))

            for _ in 1 .. job.Pauses do
                do! pause

            match job.End with
            | End.Good -> ()
            | End.Never -> do! Scope.delay (TimeSpan.FromDays 40.)
            | End.Fails ->
                add (Event.Failed name)
                return! (Error name: Result<unit, string>)
        }

    member private play.Child(job: Job, inUse: bool) : Scoped<unit, string> = scope {
        let! here = Scope.current
        let name = $"j{job.Id}"

        let options = {
            TaskOptions.named name with
                Start = (if job.OnPool then StartMode.Pool else StartMode.Inline)
        }

        match job.Kind with
        | Kind.Fork ->
            tally.Add("forks", 1)
            let! _ = Scope.forkWith (options, play.Job(job, "", null))
            ()
        | Kind.Daemon ->
            tally.Add("daemons", 1)

            let! _ =
                library.Daemon(
                    {
                        options with
                            Name = (if inUse then "u" else "d") + name
                    },
                    play.Job(job, "", null)
                )

            ()
        | Kind.Shared key ->
            tally.Add("shared", 1)
            let path = $"{here.Id} {key}"
            let! _ = library.Shared({ options with Dedupe = key }, play.Job(job, path, null))
            ()
        | Kind.Start(isDaemon, says) ->
            let work (ready: Func<int, bool>) =
                play.Job(job, "", (if says then ready else null))

            let! answer =
                Scoped.result (fun (_: Scope) -> library.Start (isDaemon, options, work) here)

            add (Event.Started(name, answer))

            match answer with
            | Ok _ -> tally.Add("ready", 1)
            | Error _ -> tally.Add("not ready", 1)
    }
