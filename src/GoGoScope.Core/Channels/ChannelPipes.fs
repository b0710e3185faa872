namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Channels made of channels, by children of the scope that asks.
[<AbstractClass; Sealed>]
type internal Pipes =

    static member private Make<'U, 'E>(host: Scope, capacity: int, name: string) : Outcome<Channel<'U>, 'E> =
        (ChannelKernel.Create<'U, 'E>(
            host,
            {
                ChannelOptions.Default<'U>() with
                    Name = name
                    Capacity = capacity
            }
        ))
            .Result

    /// Where the scope goes on in spite of failures, those who wait for more must hear of one; elsewhere it stops them.
    static member private End(host: Scope, target: Channel<'U>, isLast: bool, outcome: Outcome<unit, 'E>) =
        match outcome with
        | Ok() when isLast -> target.Close() |> ignore
        | Error error when host.KeepGoing && not (ScopeError.isCancelled error) ->
            target.Fail(ScopeError.asException error) |> ignore
        | _ -> ()

        outcome

    static member private Start<'U, 'E>
        (host: Scope, target: Channel<'U>, left: int ref, work: Scoped<unit, 'E>)
        =
        let child: Scoped<unit, 'E> =
            fun scope ->
                Await.Changed(
                    scope,
                    Await.Work(scope, work),
                    fun outcome -> Pipes.End(host, target, Interlocked.Decrement left = 0, outcome)
                )

        TaskStart.Daemon(host, TaskOptions.named target.Name, child, "", 0) |> ignore

    /// Hands each item to `step`, which says whether to go on, until the source is closed and drained.
    static member private Drain<'T, 'E>
        (source: Channel<'T>, step: Scope -> 'T -> ValueTask<Outcome<bool, 'E>>)
        : Scoped<unit, 'E> =
        let builder = ScopeBuilder()

        builder {
            let mutable go = true

            while go do
                match! (fun scope -> ChannelStep.Receive(scope, source)) with
                | ValueNone -> go <- false
                | ValueSome item ->
                    let! more = fun scope -> step scope item
                    go <- more
        }

    /// A channel filled by a child that hands each item to `step`; it closes when the source is drained or `step` is done.
    static member Through<'T, 'U, 'E>
        (
            host: Scope,
            source: Channel<'T>,
            name: string,
            step: Channel<'U> -> Scope -> 'T -> ValueTask<Outcome<bool, 'E>>
        ) : ValueTask<Outcome<Channel<'U>, 'E>> =
        match Pipes.Make<'U, 'E>(host, source.Capacity, name) with
        | Error error -> ValueTask<_>(Error error)
        | Ok target ->
            Pipes.Start(host, target, ref 1, Pipes.Drain(source, step target))
            ValueTask<_>(Ok target)

    static member Take<'T, 'E>(host: Scope, count: int, source: Channel<'T>) =
        if count = 0 then
            let made = Pipes.Make<'T, 'E>(host, 0, "take")
            made |> Result.iter (fun target -> target.Close() |> ignore)
            ValueTask<_> made
        else
            Pipes.Through<'T, 'T, 'E>(
                host,
                source,
                "take",
                fun target ->
                    let mutable left = ref count

                    fun scope item ->
                        left.Value <- left.Value - 1
                        let sent = ChannelKernel.SendIfOpen<'T, 'E>(scope, target, item)

                        if left.Value > 0 then
                            sent
                        else
                            Await.Changed(scope, sent, Result.map (fun _ -> false))
            )

    static member Merge<'T, 'E>
        (host: Scope, sources: Channel<'T> array)
        : ValueTask<Outcome<Channel<'T>, 'E>> =
        let capacity = sources |> Seq.map (fun source -> source.Capacity) |> Seq.fold max 0

        match Pipes.Make<'T, 'E>(host, capacity, "merge") with
        | Error error -> ValueTask<_>(Error error)
        | Ok target ->
            let left = ref sources.Length

            if sources.Length = 0 then
                target.Close() |> ignore

            for source in sources do
                let step scope item =
                    ChannelKernel.SendIfOpen<'T, 'E>(scope, target, item)

                Pipes.Start(host, target, left, Pipes.Drain(source, step))

            ValueTask<_>(Ok target)

    static member Reduce<'T, 'S, 'E>(folder: 'S -> 'T -> 'S, seed: 'S, source: Channel<'T>) : Scoped<'S, 'E> =
        let builder = ScopeBuilder()

        builder {
            let mutable state = seed
            let mutable go = true

            while go do
                match! (fun scope -> ChannelStep.Receive(scope, source)) with
                | ValueNone -> go <- false
                | ValueSome item -> state <- folder state item

            return state
        }

    /// Takes more items into the batch until it is full, the time is over, or the source is. True: the source goes on.
    static member private FillBatch<'T, 'E>
        (source: Channel<'T>, batch: List<'T>, size: int, within: TimeSpan)
        : Scoped<bool, 'E> =
        let builder = ScopeBuilder()
        let item = Alt.receiveOrClosed source |> Alt.map ValueSome

        builder {
            let! began = fun (scope: Scope) -> ValueTask<_>(Ok(scope.Clock.GetTimestamp()))
            let mutable filling = batch.Count < size
            let mutable isOpen = true

            while filling do
                let mutable next = Unchecked.defaultof<'T>

                if source.TryReceive &next then
                    batch.Add next
                    filling <- batch.Count < size
                else
                    let! more =
                        fun (scope: Scope) ->
                            if within = Timeout.InfiniteTimeSpan then
                                SelectKernel.Select ([ item ], true) scope
                            else
                                let left = within - scope.Clock.GetElapsedTime began
                                let late = Alt.after (max TimeSpan.Zero left) |> Alt.map (fun () -> ValueNone)
                                SelectKernel.Select ([ item; late ], true) scope

                    match more with
                    | ValueSome(ValueSome next) ->
                        batch.Add next
                        filling <- batch.Count < size
                    | ValueSome ValueNone ->
                        isOpen <- false
                        filling <- false
                    | ValueNone -> filling <- false

            return isOpen
        }

    static member Batch<'T, 'E>
        (host: Scope, size: int, within: TimeSpan, source: Channel<'T>)
        : ValueTask<Outcome<Channel<'T array>, 'E>> =
        Pipes.Through<'T, 'T array, 'E>(
            host,
            source,
            "batch",
            fun target scope first ->
                let builder = ScopeBuilder()
                let batch = List<'T>()
                batch.Add first

                let step: Scoped<bool, 'E> = builder {
                    let! isOpen = Pipes.FillBatch(source, batch, size, within)
                    let! taken = fun scope -> ChannelKernel.SendIfOpen(scope, target, batch.ToArray())
                    return isOpen && taken
                }

                step scope
        )
