namespace GoGoScope.CompilerServices

open System
open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// Work that the end of a block runs.
[<Sealed>]
type internal Ensured<'E>(scope: Scope, bound: TimeSpan, work: Scoped<unit, 'E>) =
    interface IAsyncDisposable with
        member _.DisposeAsync() =
            ValueTask(
                task {
                    let! outcome =
                        Start.Shielded(scope, bound, work).ConfigureAwait scope.Dispatcher.UsesContext

                    match outcome with
                    | Ok() -> ()
                    | Error error -> raise (ScopeError.asException error)
                }
                :> Task
            )

/// What the inlined verbs of the face call.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Verb =

    static member Current(scope: Scope) : ValueTask<Outcome<Scope, 'E>> =
        ValueTask<Outcome<Scope, 'E>>(Ok scope)

    static member Cancel(scope: Scope, message: string) : ValueTask<Outcome<unit, 'E>> =
        scope.Cancel message
        ValueTask<Outcome<unit, 'E>>(Ok())

    static member OnDispose(scope: Scope, cleanup: unit -> unit) : ValueTask<Outcome<unit, 'E>> =
        OnDispose.Add(
            scope,
            fun _ ->
                cleanup ()
                ValueTask()
        )

    static member OnDisposeTask
        (scope: Scope, cleanup: CancellationToken -> Task)
        : ValueTask<Outcome<unit, 'E>> =
        OnDispose.Add(scope, (fun token -> ValueTask(cleanup token)))

    static member OnDisposeValueTask
        (scope: Scope, cleanup: CancellationToken -> ValueTask)
        : ValueTask<Outcome<unit, 'E>> =
        OnDispose.Add(scope, (fun token -> cleanup token))

    static member Start
        (
            scope: Scope,
            daemon: bool,
            options: TaskOptions,
            work: Ready<'R> -> Scoped<'T, 'E>,
            file: string,
            line: int
        ) : ValueTask<Outcome<'R, 'E>> =
        let wait = StartWait<'R, 'T, 'E>(scope)

        let body (child: Scope) = work (wait.ReadyIn child) child
        wait.Watch(Start.Starting(scope, daemon, options, body, file, line))

    static member Abandonable
        (scope: Scope, onAbandon: unit -> unit, work: CancellationToken -> Task<'T>)
        : ValueTask<Outcome<'T, 'E>> =
        AbandonWait<'T, 'E>(scope, onAbandon).Run(Func<_, _> work)

    static member Ensure
        (scope: Scope, bound: TimeSpan, work: Scoped<unit, 'E>)
        : ValueTask<Outcome<IAsyncDisposable, 'E>> =
        ValueTask<Outcome<IAsyncDisposable, 'E>>(Ok(Ensured<'E>(scope, bound, work) :> IAsyncDisposable))
