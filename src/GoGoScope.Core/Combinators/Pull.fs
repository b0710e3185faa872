namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// The items of somebody's asynchronous source, one pull at a time, for one consumer. The source gets the scope's token. A
/// cancel ends the wait for an item at once; closing then gives the source a moment to stop, and leaves behind, with a
/// report, what is stuck.
[<Sealed>]
type internal Pull<'T>(scope: Scope, source: IAsyncEnumerable<'T>) =
    let mutable items: IAsyncEnumerator<'T> = nothing
    let mutable pending: Task<bool> = nothing
    let mutable closed = 0

    /// How long closing waits for a source that was asked to stop; the grace if that is shorter.
    static member Patience = TimeSpan.FromSeconds 1.

    /// The next item; none at the end.
    member _.Next<'E>() : ValueTask<Outcome<'T voption, 'E>> =
        let read more : Outcome<'T voption, 'E> =
            if more then Ok(ValueSome items.Current) else Ok ValueNone

        try
            if isMissing items then
                items <- source.GetAsyncEnumerator scope.Token // not before somebody asks: what is never pulled is never opened

            let pull = items.MoveNextAsync()

            if pull.IsCompletedSuccessfully then
                ValueTask<Outcome<'T voption, 'E>>(read pull.Result)
            else
                pending <- pull.AsTask()
                scope.Lent <- scope.Lent + 1 // `Await` takes back what this step was not lent
                let wait = Await.Task<bool, 'E, ValueShape<bool, 'E>>(scope, pending, true)
                Await.Changed(scope, wait, Result.bind read)
        with failure ->
            ValueTask<Outcome<'T voption, 'E>>(Error(Explain.Failure(scope, failure)))

    member private _.Report(what, failure) = scope.Unobserved(what, failure)

    /// After its last pull has ended.
    member private this.CloseLate() : Task = task {
        try
            let! _ = pending.ConfigureAwait scope.Dispatcher.UsesContext
            ()
        with _ ->
            () // the wait for it told of this

        try
            do! items.DisposeAsync().ConfigureAwait scope.Dispatcher.UsesContext
        with failure ->
            this.Report("a source that was closed late", failure)
    }

    member private this.CloseStuck() : Task = task {
        let grace = scope.Environment.Grace

        let patience =
            if grace = Timeout.InfiniteTimeSpan then
                Pull<'T>.Patience
            else
                min grace Pull<'T>.Patience

        let closing = this.CloseLate()

        try
            do! closing.WaitAsync(patience, scope.Clock).ConfigureAwait scope.Dispatcher.UsesContext
        with :? TimeoutException as failure ->
            this.Report("a source that did not stop when it was asked to, and was left behind", failure)
    }

    interface IAsyncDisposable with
        member this.DisposeAsync() =
            if isMissing items || Interlocked.Exchange(&closed, 1) = 1 then
                ValueTask()
            elif isThere pending && not pending.IsCompleted then
                ValueTask(this.CloseStuck())
            else
                items.DisposeAsync()
