namespace GoGoScope.Fuzz.Lifetime

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// The verbs as the programs call them. A sabotage stands in the place of one.
type Library() =
    abstract Daemon: TaskOptions * Scoped<unit, string> -> Scoped<ScopeTask<unit, string>, string>
    default _.Daemon(options, work) = Scope.daemonWith (options, work)

    abstract Start:
        isDaemon: bool * TaskOptions * (Func<int, bool> -> Scoped<unit, string>) -> Scoped<int, string>

    default _.Start(isDaemon, options, work) =
        let work (ready: Ready<int>) = work (Func<_, _> ready.Signal)

        if isDaemon then
            Scope.startDaemon work
        else
            Scope.startWith (options, work)

    abstract Shared: TaskOptions * Scoped<unit, string> -> Scoped<ScopeTask<unit, string>, string>
    default _.Shared(options, work) = Scope.forkWith (options, work)

    abstract Abandonable: onAbandon: (unit -> unit) * Task<unit> -> Scoped<unit, string>

    default _.Abandonable(onAbandon, work) =
        Scope.abandonable onAbandon (fun _ -> work)

    abstract AfterTask: Action<TaskEnded> -> Action<TaskEnded>
    default _.AfterTask hear = hear

/// Bugs that the scenario must find.
module Sabotage =

    /// A daemon hears the cancel of its scope at once, as other children do.
    type EagerDaemons() =
        inherit Library()

        override _.Daemon(options, work) =
            fun parent ->
                let child = Scope.daemonWith (options, work) parent

                match child.Result with
                | Ok handle ->
                    let tell (reason: CancelReason) = handle.Cancel reason
                    Scope.onCancel tell parent |> ignore
                | Error _ -> ()

                child

    /// The one who starts is told of an early failure, and so is the scope.
    type LoudStart() =
        inherit Library()

        override _.Start(isDaemon, options, work) = scope {
            if isDaemon then
                return! Scope.startDaemon (fun (ready: Ready<int>) -> work (Func<_, _> ready.Signal))
            else
                let told = TaskCompletionSource<int>()
                let! child = Scope.forkWith (options, work (Func<_, _> told.TrySetResult))

                let watch: Scoped<unit, string> = scope {
                    let! outcome = ScopeTask.result child

                    match outcome with
                    | Error { Cause = Cause.Failed name } ->
                        told.TrySetException(InvalidOperationException name) |> ignore
                    | _ -> told.TrySetResult 0 |> ignore
                }

                let! _ = Scope.task watch

                try
                    return! told.Task
                with failure ->
                    return! (Error failure.Message: Result<int, string>)
        }

    /// Two under one key run at once.
    type Unshared() =
        inherit Library()

        override _.Shared(options, work) =
            Scope.forkWith ({ options with Dedupe = "" }, work)

    /// What is left behind is not told.
    type SilentAbandon() =
        inherit Library()

        override _.Abandonable(_, work) =
            Scope.abandonable ignore (fun _ -> work)

    /// One end is told twice now and then.
    type LoudHook() =
        inherit Library()

        override _.AfterTask hear =
            Action<_>(fun ended ->
                hear.Invoke ended

                if ended.Task.Id % 50L = 0L then
                    hear.Invoke ended)

    let all: (string * Library) list = [
        "", Library()
        "eager-daemons", EagerDaemons()
        "loud-start", LoudStart()
        "unshared", Unshared()
        "silent-abandon", SilentAbandon()
        "loud-hook", LoudHook()
    ]
