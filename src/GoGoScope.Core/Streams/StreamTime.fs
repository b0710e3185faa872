namespace GoGoScope

open System
open System.Collections.Generic
open System.Runtime.ExceptionServices
open System.Threading
open System.Threading.Tasks

/// A source whose next item is waited for, until a point of time at most.
[<Sealed>]
type internal TimedPull<'T>(scope: Scope, source: IAsyncEnumerable<'T>) =
    let pull = Pull<'T>(scope, source)
    let mutable pending: Task<Outcome<'T voption, Never>> | null = null

    let wait (duration: TimeSpan) (next: Task) : Task = task {
        use over = CancellationTokenSource.CreateLinkedTokenSource scope.Token
        let timer = Task.Delay(duration, scope.Clock, over.Token)
        let! _ = (Task.WhenAny(next, timer)).ConfigureAwait scope.Dispatcher.UsesContext
        over.Cancel()
    }

    /// The next item; none at the end; `timedOut` when it did not come in time. Infinite waits for it.
    member _.Next(left: TimeSpan, timedOut: bool ref) : Task<'T voption> = task {
        let next =
            match pending with
            | null -> pull.Next<Never>().AsTask()
            | pending -> pending

        pending <- next

        if left <> Timeout.InfiniteTimeSpan && not next.IsCompleted then
            do! (wait left next).ConfigureAwait scope.Dispatcher.UsesContext

        if left <> Timeout.InfiniteTimeSpan && not next.IsCompleted then
            timedOut.Value <- true
            return ValueNone
        else
            let! outcome = next.ConfigureAwait scope.Dispatcher.UsesContext
            pending <- null
            timedOut.Value <- false

            return
                match outcome with
                | Ok item -> item
                | Error error -> StreamError.Raise(scope, error)
    }

    interface IAsyncDisposable with
        member _.DisposeAsync() =
            (pull :> IAsyncDisposable).DisposeAsync()

/// The pumps of the time-shaped operators.
[<AbstractClass; Sealed>]
type internal StreamTime =

    static member private Left(scope: Scope, start: int64, duration: TimeSpan) =
        max TimeSpan.Zero (duration - scope.Clock.GetElapsedTime start)

    static member private Send(scope: Scope, outlet: Outlet<'R>, item: 'R) : Task =
        (outlet.WriteAsync(item, scope.Token)).AsTask()

    /// Runs a pump over the items of a source, and closes the source on every way out.
    static member private Over<'T>
        (scope: Scope, source: IAsyncEnumerable<'T>, pump: TimedPull<'T> -> Task)
        : Task = task {
        let items = TimedPull<'T>(scope, source)
        let mutable failure: exn | null = null

        try
            do! (pump items).ConfigureAwait scope.Dispatcher.UsesContext
        with problem ->
            failure <- problem

        do! (items :> IAsyncDisposable).DisposeAsync().ConfigureAwait scope.Dispatcher.UsesContext

        match failure with
        | null -> ()
        | failure -> ExceptionDispatchInfo.Throw failure
    }

    /// Items in arrays: when there are `count`, or `within` after the first of them. What came before a failure goes before it.
    static member Buffer<'T>
        (count: int, within: TimeSpan, source: IAsyncEnumerable<'T>)
        (scope: Scope)
        (outlet: Outlet<'T array>)
        : Task =
        let late = ref false
        let batch = List<'T>()

        let send () : Task = task {
            if batch.Count > 0 then
                let full = batch.ToArray()
                batch.Clear()
                do! (StreamTime.Send(scope, outlet, full)).ConfigureAwait scope.Dispatcher.UsesContext
        }

        let gather (items: TimedPull<'T>) : Task = task {
            let mutable start = 0L
            let mutable going = true

            while going do
                let left =
                    if batch.Count = 0 || within = Timeout.InfiniteTimeSpan then
                        Timeout.InfiniteTimeSpan
                    else
                        StreamTime.Left(scope, start, within)

                match! (items.Next(left, late)).ConfigureAwait scope.Dispatcher.UsesContext with
                | ValueSome item ->
                    if batch.Count = 0 then
                        start <- scope.Clock.GetTimestamp()

                    batch.Add item

                    if batch.Count = count then
                        do! (send ()).ConfigureAwait scope.Dispatcher.UsesContext
                | ValueNone when late.Value -> do! (send ()).ConfigureAwait scope.Dispatcher.UsesContext
                | ValueNone -> going <- false
        }

        task {
            let mutable failure: exn | null = null

            try
                do! (StreamTime.Over(scope, source, gather)).ConfigureAwait scope.Dispatcher.UsesContext
            with problem ->
                failure <- problem

            if not scope.IsCancelled then
                do! (send ()).ConfigureAwait scope.Dispatcher.UsesContext

            match failure with
            | null -> ()
            | failure -> ExceptionDispatchInfo.Throw failure
        }

    /// The last item of each burst, once `wait` has passed without another.
    static member Debounce<'T>
        (wait: TimeSpan, source: IAsyncEnumerable<'T>)
        (scope: Scope)
        (outlet: Outlet<'T>)
        : Task =
        let gather (items: TimedPull<'T>) : Task = task {
            let late = ref false
            let mutable last = ValueNone
            let mutable going = true

            while going do
                let left = if last.IsSome then wait else Timeout.InfiniteTimeSpan
                let! next = (items.Next(left, late)).ConfigureAwait scope.Dispatcher.UsesContext

                match next, last with
                | ValueSome _, _ -> last <- next
                | ValueNone, ValueSome item ->
                    last <- ValueNone
                    going <- late.Value
                    do! (StreamTime.Send(scope, outlet, item)).ConfigureAwait scope.Dispatcher.UsesContext
                | ValueNone, ValueNone -> going <- false
        }

        StreamTime.Over(scope, source, gather)

    /// An item, and then none until `interval` has passed.
    static member Throttle<'T>
        (interval: TimeSpan, source: IAsyncEnumerable<'T>)
        (scope: Scope)
        (outlet: Outlet<'T>)
        : Task =
        let gather (items: TimedPull<'T>) : Task = task {
            let late = ref false
            let mutable opened = ValueNone
            let mutable going = true

            while going do
                match!
                    (items.Next(Timeout.InfiniteTimeSpan, late)).ConfigureAwait scope.Dispatcher.UsesContext
                with
                | ValueSome item ->
                    let over =
                        match opened with
                        | ValueSome start -> StreamTime.Left(scope, start, interval) = TimeSpan.Zero
                        | ValueNone -> true

                    if over then
                        opened <- ValueSome(scope.Clock.GetTimestamp())
                        do! (StreamTime.Send(scope, outlet, item)).ConfigureAwait scope.Dispatcher.UsesContext
                | ValueNone -> going <- false
        }

        StreamTime.Over(scope, source, gather)
