/// The stories that both languages tell, told in F#.
namespace GoGoScope.Tests.Parity

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

[<AutoOpen>]
module private Translation =

    let said (outcome: Result<string, ScopeError<string>>) =
        match outcome with
        | Ok value -> Outcome.Ok value
        | Error error -> Outcome.Of error

    let saidUnit (outcome: Result<unit, ScopeError<string>>) =
        outcome |> Result.map (fun () -> "") |> said

    let private answer (outcome: Outcome) : Scoped<string, string> =
        fun _ ->
            match outcome.Error, outcome.Value with
            | NonNull error, _ -> ValueTask<Result<_, _>>(Error error)
            | _, NonNull value -> ValueTask<Result<_, _>>(Ok value)
            | _ -> ValueTask<Result<_, _>>(Ok "")

    /// The story's work, as a block that owns the task.
    let scoped (work: Work) : Scoped<string, string> = scope {
        let! here = Scope.current
        let! outcome = (fun (_: CancellationToken) -> work.Invoke here)
        return! answer outcome
    }

    /// Runs a verb in a scope that is at hand, as a block in it would.
    let inScope (here: Scope) (verb: Scoped<string, string>) : Task<Outcome> = task {
        let! outcome = (verb here).AsTask()
        return said outcome
    }

    let unitInScope (here: Scope) (verb: Scoped<unit, string>) =
        inScope here (Scoped.map (fun () -> "") verb)

    let options (setup: Setup) = {
        ScopeOptions.Default with
            Name = setup.Name
            Timeout = setup.Timeout
            OnExit = setup.OnExit
            OnFailure = setup.OnFailure
            Grace = ValueSome setup.Grace
            Ambient = ValueSome setup.Ambient
            Parent = setup.Parent
            Clock = setup.Clock
            Dispatcher = setup.Dispatcher
            Hooks = {
                ScopeHooks.None with
                    OnUnobserved =
                        Action<_>(fun lost -> setup.Unobserved.Add $"{lost.Scope}: {lost.Exception.Message}")
                    OnStuck = Action<_>(fun stuck -> setup.Stuck.Add $"{stuck.Scope}: {stuck.Child}")
            }
    }

    let taskOptions (setup: ChildSetup) = {
        TaskOptions.Default with
            Name = setup.Name
            Timeout = setup.Timeout
            Start = setup.Start
    }

    let valueOf (name: 'E -> string) (outcome: Result<string, 'E>) =
        match outcome with
        | Ok value -> value
        | Error error -> name error

    let typeName (failure: exn) = failure.GetType().Name

/// A child's handle, asked for its outcome as a block in `scope` would ask.
[<Sealed>]
type FSharpHandle(scope: Scope, child: ScopeTask<string, string>) =
    inherit Handle()

    let outcome () : Task<Outcome> = task {
        let! outcome =
            (ScopeTask.result child scope: ValueTask<Result<_, ScopeError<string>>>).AsTask()

        return
            match outcome with
            | Ok result -> said result
            | Error error -> Outcome.Of error
    }

    override _.Outcome = outcome ()
    override _.IsCompleted = child.IsCompleted
    override _.Name = child.Name
    override _.Cancel(message) = ScopeTask.cancel message child

/// The verbs of F#.
[<Sealed>]
type FSharpFace() =
    inherit Face()

    let start (scope: Scope) (verb: Scoped<ScopeTask<string, string>, string>) : Handle =
        match (verb scope).Result with
        | Ok child -> FSharpHandle(scope, child)
        | Error error -> invalidOp $"{error}"

    override _.Run(setup, work) = task {
        let! outcome = (Scope.runWith (options setup) setup.Token (scoped work)).AsTask()

        return said outcome
    }

    override _.Open(setup) = Scope.Open(options setup, setup.Token)

    override _.Join(scope) = task {
        let! outcome = (Scope.join scope).AsTask()
        return saidUnit outcome
    }

    override _.Fork(here, work, setup) =
        match setup with
        | null -> start here (fork (scoped work))
        | setup -> start here (Scope.forkWith (taskOptions setup, scoped work))

    override _.Task(here, work, setup) =
        match setup with
        | null -> start here (Scope.task (scoped work))
        | setup -> start here (Scope.taskWith (taskOptions setup, scoped work))

    override _.Delay(here, duration) = unitInScope here (Scope.delay duration)

    override _.Timeout(here, after, work) =
        inScope here (Scoped.timeout after (scoped work))

    override _.Shielded(here, bound, work) =
        inScope here (Scope.shielded bound (scoped work))

    override _.Ensure(here, bound, work, body) =
        inScope
            here
            (scope {
                use! _ = Scope.ensure bound (Scoped.map ignore (scoped work))
                return! scoped body
            })

    override _.OnDispose(here: Scope, cleanup: Action) =
        unitInScope here (Scope.onDispose (fun () -> cleanup.Invoke()))

    override _.OnDispose(here: Scope, cleanup: Func<CancellationToken, Task>) =
        unitInScope here (Scope.onDispose (fun (token: CancellationToken) -> cleanup.Invoke token))

    override _.Acquire(here, resource) = inScope here (Scope.acquire resource)

    override _.All(here: Scope, first: Work, second: Work) =
        inScope
            here
            (scope {
                let! a = scoped first
                and! b = scoped second
                return $"{a}+{b}"
            })

    override _.All(here: Scope, first: Work, second: Work, third: Work) =
        inScope
            here
            (scope {
                let! a = scoped first
                and! b = scoped second
                and! c = scoped third
                return $"{a}+{b}+{c}"
            })

    override _.All(here: Scope, first: Work, second: Work, third: Work, fourth: Work) =
        inScope
            here
            (scope {
                let! a = scoped first
                and! b = scoped second
                and! c = scoped third
                and! d = scoped fourth
                return $"{a}+{b}+{c}+{d}"
            })

    override _.Parallel(here, concurrency, works) =
        works
        |> Seq.map scoped
        |> Parallel.allWith {
            Parallel.Options.Default with
                Concurrency = concurrency
        }
        |> Scoped.map (String.concat ",")
        |> inScope here

    override _.ParallelSettled(here, concurrency, works) =
        works
        |> Seq.map scoped
        |> Parallel.settledWith {
            Parallel.Options.Default with
                Concurrency = concurrency
        }
        |> Scoped.map (Seq.map (fun outcome -> (said outcome).ToString()) >> String.concat ",")
        |> inScope here

    override _.MapError(here, change, work) =
        inScope here (Scoped.mapError change.Invoke (scoped work))

    override _.MapCrash(here, change, work) =
        inScope here (Scoped.mapCrash change.Invoke (scoped work))

    override _.ThrowIfCancelled(scope) = Scope.throwIfCancelled scope
    override _.OnCancel(scope, callback) = Scope.onCancel callback.Invoke scope
    override _.WhenCancelled(scope) = Scope.whenCancelled scope
    override _.FaultWhenCancelled(scope) = Scope.faultWhenCancelled scope
    override _.FirstToken([<ParamArray>] tokens) = Scope.firstToken tokens
    override _.DebugTree(scope) = Scope.debugTree scope
    override _.Current = Scope.Current
    override _.TryRun(work) = Try.run work.Invoke |> valueOf typeName

    override _.TryRunAsync(work) = task {
        let! outcome = Try.runAsync work.Invoke
        return valueOf typeName outcome
    }

    override _.TryMessage(work) = Try.message work.Invoke |> valueOf id

    override _.TryMessageAsync(work) = task {
        let! outcome = Try.messageAsync work.Invoke
        return valueOf id outcome
    }

type ScopeParity() =
    inherit ScopeStories(FSharpFace())

type ChildParity() =
    inherit ChildStories(FSharpFace())

type CombinatorParity() =
    inherit CombinatorStories(FSharpFace())

type EndParity() =
    inherit EndStories(FSharpFace())
