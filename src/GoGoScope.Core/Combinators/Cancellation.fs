namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A callback parked in a scope.
[<Sealed>]
type internal CancelCallback(scope: Scope, callback: Action<CancelReason>) =
    inherit GoGoScope.CompilerServices.CancelLink()
    let mutable claimed = 0

    override _.OnCancelled reason =
        if Interlocked.Exchange(&claimed, 1) = 0 then
            try
                callback.Invoke reason
            with failure ->
                scope.Unobserved("a callback on cancel", failure)

    member this.Start() =
        if not (scope.Park this) then
            this.OnCancelled scope.StopReason

    interface IDisposable with
        member this.Dispose() =
            if Interlocked.Exchange(&claimed, 1) = 0 then
                scope.Unpark this

/// The first of several tokens. Dispose it to take its registrations back.
[<Sealed>]
type FirstToken internal (tokens: CancellationToken array) =
    let source = new CancellationTokenSource()
    let mutable winner = -1

    let links = [|
        for index in 0 .. tokens.Length - 1 ->
            tokens[index]
                .UnsafeRegister(
                    (fun _ ->
                        if Interlocked.CompareExchange(&winner, index, -1) = -1 then
                            source.Cancel()),
                    null
                )
    |]

    /// Fires when the first of them fires.
    member _.Token = source.Token

    /// The position of the token that fired first, from 0; -1 while none has.
    member _.Winner = Volatile.Read(&winner)

    interface IDisposable with
        member _.Dispose() =
            for link in links do
                link.Unregister() |> ignore

/// Helpers around being asked to stop.
[<AbstractClass; Sealed>]
type internal Cancelling =

    static member ThrowIfCancelled(scope: Scope) =
        match scope.Reason with
        | null -> ()
        | reason -> raise (OperationCanceledException(reason.ToString(), scope.Token))

    static member OnCancel(scope: Scope, callback: Action<CancelReason>) : IDisposable =
        Checks.notNull (nameof callback) callback
        let link = new CancelCallback(scope, callback)
        link.Start()
        link

    static member WhenCancelled(scope: Scope) : Task<CancelReason> =
        let told =
            TaskCompletionSource<CancelReason>(TaskCreationOptions.RunContinuationsAsynchronously)

        Cancelling.OnCancel(scope, (fun reason -> told.TrySetResult reason |> ignore))
        |> ignore

        told.Task

    static member FaultWhenCancelled(scope: Scope) : Task =
        let told = TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)

        Cancelling.OnCancel(
            scope,
            fun reason ->
                told.TrySetException(OperationCanceledException(reason.ToString(), scope.Token))
                |> ignore

                told.Task.Exception |> ignore // whoever looks sees it; nobody has to
        )
        |> ignore

        told.Task
