/// The stories around the lives of children, told in F#.
namespace GoGoScope.Tests.Parity

open System
open System.Collections.Generic
open GoGoScope
open GoGoScope.Contracts

/// The verbs of F# around the lives of children.
[<Sealed>]
type FSharpLifetimeFace() =
    inherit LifetimeFace(FSharpFace())

    let handle (here: Scope) (verb: Scoped<ScopeTask<string, string>, string>) : Handle =
        match (verb here).Result with
        | Ok child -> FSharpHandle(here, child)
        | Error error -> invalidOp $"{error}"

    let starting (work: Starting) (ready: Ready<string>) : Scoped<string, string> =
        scoped (Work(fun here -> work.Invoke(here, Func<_, _>(fun value -> ready.Signal value))))

    override _.Daemon(here, work, setup) =
        match setup with
        | null -> handle here (Scope.daemon (scoped work))
        | setup -> handle here (Scope.daemonWith (taskOptions setup, scoped work))

    override _.Start(here, work, setup) =
        match setup with
        | null -> inScope here (Scope.start (starting work))
        | setup -> inScope here (Scope.startWith (taskOptions setup, starting work))

    override _.StartDaemon(here, work) =
        inScope here (Scope.startDaemon (starting work))

    override _.Abandonable(here, work, onAbandon) =
        let abandon () =
            match onAbandon with
            | null -> ()
            | action -> action.Invoke()

        inScope here (Scope.abandonable abandon work.Invoke)

    override _.Shared(here, key, work) =
        let options = {
            TaskOptions.Default with
                Dedupe = key
                Tags = [| KeyValuePair<string, obj>("key", key) |]
        }

        handle here (Scope.taskWith (options, scoped work))

    override _.Hear(setup, heard, throws) =
        let write (line: string) =
            heard.Add line

            if throws then
                invalidOp line

        Scope.Open {
            ScopeOptions.Default with
                Name = setup.Name
                Clock = setup.Clock
                Dispatcher = setup.Dispatcher
                Hooks = {
                    ScopeHooks.None with
                        BeforeTask =
                            Action<_>(fun task ->
                                let tags = String.Join(',', [ for tag in task.Tags -> $"{tag.Value}" ])
                                write $"before {task.Task} {tags}")
                        AfterTask =
                            Action<_>(fun task ->
                                write $"after {task.Task.Task} {task.Ending} {task.Duration.TotalSeconds}")
                        OnCancel = Action<_>(fun scope -> write $"cancel {scope.Scope} {scope.Reason}")
                        OnDispose = Action<_>(fun scope -> write $"dispose {scope.Scope}")
                }
        }

type LifetimeParity() =
    inherit LifetimeStories(FSharpLifetimeFace())
