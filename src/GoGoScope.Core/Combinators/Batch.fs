namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Items that are handed on together: when there are enough of them, when the oldest has waited long enough, or when the
/// scope ends. Safe from any thread.
[<Sealed>]
type Batch<'T> internal (owner: Scope, size: int, within: TimeSpan) =
    let gate = obj ()
    let signal = Places<Never> 0
    // under the gate
    let items = Queue<'T>()
    let mutable rang = false
    let mutable armed = false
    let mutable closed = false

    [<DefaultValue(false)>]
    val mutable private timer: ITimer

    /// Items that have not been handed on yet.
    member _.Count = lock gate (fun () -> items.Count)

    member private this.Ring() =
        lock gate (fun () ->
            rang <- true
            armed <- false)

        signal.Give()

    member private this.Arm() =
        let arms =
            lock gate (fun () ->
                let arms = items.Count > 0 && not armed && not closed
                armed <- armed || arms
                arms)

        if arms && within <> Timeout.InfiniteTimeSpan then
            if isMissing this.timer then
                let timer =
                    owner.Clock.CreateTimer(
                        (fun _ -> owner.Dispatcher.Resume((fun _ -> this.Ring()), null)),
                        null,
                        Timeout.InfiniteTimeSpan,
                        Timeout.InfiniteTimeSpan
                    )

                if isThere (Interlocked.CompareExchange(&this.timer, timer, nothing)) then
                    timer.Dispose()

            this.timer.Change(within, Timeout.InfiniteTimeSpan) |> ignore

            if lock gate (fun () -> closed) then
                this.timer.Dispose()

    member internal this.Add<'E>(item: 'T) : ValueTask<Outcome<unit, 'E>> =
        let struct (taken, full) =
            lock gate (fun () ->
                if closed then
                    struct (false, false)
                else
                    items.Enqueue item
                    struct (true, items.Count >= size))

        if not taken then
            ValueTask<Outcome<unit, 'E>>(Error(ScopeError.rejected (Rejection.ScopeEnded owner.Name)))
        else
            if full then signal.Give() else this.Arm()
            ValueTask<Outcome<unit, 'E>>(Ok())

    /// The next batch that is due; empty when none is.
    member private _.Take() : 'T array =
        lock gate (fun () ->
            if items.Count >= size || ((rang || closed) && items.Count > 0) then
                let batch = [| for _ in 1 .. min size items.Count -> items.Dequeue() |]

                if items.Count < size && not closed then
                    rang <- false // what is left is younger

                batch
            else
                rang <- false
                [||])

    member private this.Close() =
        lock gate (fun () -> closed <- true)

        if isThere this.timer then
            this.timer.Dispose()

    /// The daemon that hands on: one batch after the other, brought to its end whatever else is stopped. It ends when it is
    /// told to and nothing is left.
    member internal this.Run(scope: Scope, flush: 'T array -> Scoped<unit, 'E>) : Task<Outcome<unit, 'E>> =
        task {
            let mutable failure: ScopeError<'E> voption = ValueNone
            let mutable going = true

            while going do
                let! next = (signal.Take scope).ConfigureAwait scope.Dispatcher.UsesContext
                going <- next.IsOk && failure.IsNone

                if not going then
                    this.Close()

                let mutable batch = this.Take()

                while batch.Length > 0 do
                    let work: Scoped<unit, 'E> =
                        try
                            flush batch
                        with failure ->
                            fun _ -> ValueTask<Outcome<unit, 'E>>(Error(ScopeError.crashed failure))

                    let! outcome =
                        (Start.Shielded(scope, Checks.longest, work)).ConfigureAwait
                            scope.Dispatcher.UsesContext

                    match outcome with
                    | Error error when failure.IsNone ->
                        failure <- ValueSome error
                        going <- false
                        this.Close()
                    | Error error ->
                        scope.Unobserved("one more batch that failed", ScopeError.asException error)
                    | Ok() -> ()

                    batch <- this.Take()

                this.Arm()

            return
                match failure with
                | ValueSome error -> Error error
                | ValueNone -> Ok()
        }

/// Gathering, then acting.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Batch =

    /// When a batch is full. Start from `Batch.Options.Default` and change what you need with `with`.
    [<NoComparison>]
    type Options = {
        /// Most items in a batch, 1 or more. Default: 100.
        Size: int
        /// How long the oldest item waits at most for others. Above zero, at most about 49 days, or infinite. Default: 1 s.
        Within: TimeSpan
    } with

        static let standard = {
            Size = 100
            Within = TimeSpan.FromSeconds 1.
        }

        /// 100 items, or those of one second.
        static member Default: Options = standard

    /// Gathers items in the current scope and hands them on to `flush`, in the order in which they were added, one batch after
    /// the other. A batch that has begun is brought to its end, also when the scope is told to stop, and what is left when
    /// everything else in the scope has ended is handed on then: no item is lost. A batch that fails fails the scope, after the
    /// items that were there have been handed on.
    let makeWith (options: Options) (flush: 'T array -> Scoped<unit, 'E>) : Scoped<Batch<'T>, 'E> =
        Checks.notNull (nameof options) options
        Checks.atLeastOne (nameof options.Size) options.Size
        Checks.durationOrInfinite (nameof options.Within) options.Within
        Checks.notNull (nameof flush) (box flush)

        if options.Within = TimeSpan.Zero then
            raise (ArgumentOutOfRangeException(nameof options.Within, options.Within, "Must be above zero."))

        fun scope ->
            let batch = Batch<'T>(scope, options.Size, options.Within)

            let daemon =
                TaskStart.Daemon(
                    scope,
                    {
                        TaskOptions.Default with
                            Name = "batch"
                    },
                    (fun daemon -> ValueTask<Outcome<unit, 'E>>(batch.Run(daemon, flush))),
                    "",
                    0
                )

            match (if daemon.IsCompleted then daemon.Peek() else Ok()) with
            | Ok() -> ValueTask<Outcome<Batch<'T>, 'E>>(Ok batch)
            | Error error -> ValueTask<Outcome<Batch<'T>, 'E>>(Error error)

    /// As `makeWith`: 100 items, or those of one second.
    let make (flush: 'T array -> Scoped<unit, 'E>) : Scoped<Batch<'T>, 'E> = makeWith Options.Default flush

    /// Adds an item; does not wait until it is handed on. `Rejected (ScopeEnded ..)` when the batch has closed.
    let add (item: 'T) (batch: Batch<'T>) : Scoped<unit, 'E> = fun _ -> batch.Add<'E> item
