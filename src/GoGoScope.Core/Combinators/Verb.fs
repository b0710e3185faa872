namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading
open System.Threading.Tasks
open GoGoScope

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
