namespace GoGoScope

open System
open System.Collections.Generic
open System.Runtime.ExceptionServices
open System.Threading
open System.Threading.Channels
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// What an enumeration throws where a scope gives errors.
[<AbstractClass; Sealed>]
type internal StreamError =

    /// An exception as itself, any other error as `UntypedFailure`. An enumeration throws one thing: what failed beside it goes
    /// to the hook.
    static member Raise<'E, 'R>(scope: Scope, error: ScopeError<'E>) : 'R =
        match error.Cause with
        | Cause.Cancelled reason -> raise (OperationCanceledException(reason.ToString()))
        | _ ->
            for other in error.Others do
                scope.Unobserved(
                    "one more failure of a stream",
                    ScopeError.asException (ScopeError.ofCause other)
                )

            ExceptionDispatchInfo.Throw(ScopeError.asException (ScopeError.ofCause error.Cause))
            Unchecked.defaultof<'R> // not reached

/// Somebody's source, pulled in a scope: a cancel ends the wait for an item also when the source is stuck.
[<Sealed>]
type internal BoundItems<'T>(scope: Scope, source: IAsyncEnumerable<'T>) =
    let pull = Pull<'T>(scope, source)
    let mutable current = Unchecked.defaultof<'T>

    let read (outcome: Outcome<'T voption, Never>) =
        match outcome with
        | Ok(ValueSome item) ->
            current <- item
            true
        | Ok ValueNone -> false
        | Error error -> StreamError.Raise(scope, error)

    let wait (next: ValueTask<Outcome<'T voption, Never>>) : Task<bool> = task {
        let! outcome = next.ConfigureAwait scope.Dispatcher.UsesContext
        return read outcome
    }

    interface IAsyncEnumerator<'T> with
        member _.Current = current

        member _.MoveNextAsync() =
            if scope.IsCancelled then
                ValueTask<bool>(
                    Task.FromException<bool>(OperationCanceledException(scope.StopReason.ToString()))
                )
            else
                let next = pull.Next<Never>()

                if next.IsCompletedSuccessfully && next.Result.IsOk then
                    ValueTask<bool>(read next.Result)
                else
                    ValueTask<bool>(wait next)

        member _.DisposeAsync() =
            (pull :> IAsyncDisposable).DisposeAsync()

/// A source bound to a scope.
[<Sealed>]
type internal BoundSource<'T>(scope: Scope, source: IAsyncEnumerable<'T>) =
    interface IAsyncEnumerable<'T> with
        member _.GetAsyncEnumerator _ = BoundItems<'T>(scope, source)

/// What a pump puts its items into; it waits while the consumer has not taken the ones before.
type internal Outlet<'R> = ChannelWriter<'R>

/// One enumeration of an operator: a daemon of the scope pumps, for as long as somebody consumes.
[<Sealed>]
type internal FlowItems<'R>
    (owner: Scope, name: string, capacity: int, pump: Scope -> Outlet<'R> -> Task, token: CancellationToken) =
    let channel =
        Channel.CreateBounded<'R>(
            BoundedChannelOptions(capacity, SingleReader = true, AllowSynchronousContinuations = true)
        )

    let stop =
        if token.CanBeCanceled then
            CancellationTokenSource.CreateLinkedTokenSource(owner.Token, token)
        else
            CancellationTokenSource.CreateLinkedTokenSource owner.Token

    let mutable daemon: ScopeTask<unit, Never> voption = ValueNone
    let mutable current = Unchecked.defaultof<'R>

    let run (scope: Scope) : Task<Outcome<unit, Never>> = task {
        try
            do! (pump scope channel.Writer).ConfigureAwait scope.Dispatcher.UsesContext
            channel.Writer.TryComplete() |> ignore
        with failure ->
            channel.Writer.TryComplete failure |> ignore // the consumer is given it

        return Ok()
    }

    let start () =
        let options = { TaskOptions.Default with Name = name }

        daemon <-
            ValueSome(
                TaskStart.Daemon(
                    owner,
                    options,
                    (fun scope -> ValueTask<Outcome<unit, Never>>(run scope)),
                    "",
                    0
                )
            )

    let next () : Task<bool> = task {
        let mutable found = channel.Reader.TryRead &current
        let mutable more = true

        while not found && more do
            let! there =
                (channel.Reader.WaitToReadAsync stop.Token).ConfigureAwait owner.Dispatcher.UsesContext

            more <- there
            found <- more && channel.Reader.TryRead &current

        return found
    }

    interface IAsyncEnumerator<'R> with
        member _.Current = current

        member _.MoveNextAsync() =
            if daemon.IsNone then
                start ()

            ValueTask<bool>(next ())

        member _.DisposeAsync() =
            ValueTask(
                task {
                    match daemon with
                    | ValueSome child ->
                        child.Cancel "its consumer has ended"
                        let! _ = child.AsValueTask().ConfigureAwait owner.Dispatcher.UsesContext
                        ()
                    | ValueNone -> ()

                    stop.Dispose()
                }
                :> Task
            )

/// An operator over streams: what comes out is what `pump` puts in, and its exceptions.
[<Sealed>]
type internal Flow<'R>(owner: Scope, name: string, capacity: int, pump: Scope -> Outlet<'R> -> Task) =
    interface IAsyncEnumerable<'R> with
        member _.GetAsyncEnumerator token =
            FlowItems<'R>(owner, name, capacity, pump, token)
