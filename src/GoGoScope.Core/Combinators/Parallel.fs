namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// How many things run at once. Start from `ParallelOptions.Default` and change what you need with `with`.
[<NoComparison>]
type ParallelOptions = {
    /// Most items running at once, 1 or more. Never exceeded. Default: no limit.
    Concurrency: int
} with

    static let standard = { Concurrency = Int32.MaxValue }

    /// No limit.
    static member Default: ParallelOptions = standard

/// Many items, a few workers: each worker takes the next item when it is done with its last one.
[<AbstractClass; Sealed>]
type internal ParallelKernel =

    /// Runs `each` of 0 .. count-1, in a scope of its own, and is done when all of them are. The first failure ends all.
    static member ForEach
        (host: Scope, count: int, concurrency: int, each: int -> Scoped<unit, 'E>)
        : ValueTask<Outcome<unit, 'E>> =
        Checks.atLeastOne "Concurrency" concurrency
        let taken = ref 0
        let builder = ScopeBuilder()

        let worker: Scoped<unit, 'E> = builder {
            let mutable index = Interlocked.Increment taken - 1

            while index < count do
                do! each index
                index <- Interlocked.Increment taken - 1
        }

        let onPool = {
            TaskOptions.Default with
                Start = StartMode.Pool
        }

        let group: Scoped<unit, 'E> = builder {
            for number in 1 .. min concurrency count do
                let options = {
                    onPool with
                        Name = $"worker-{number}"
                }

                let! _ =
                    (fun (scope: Scope) -> ValueTask<_>(Ok(Start.ForkWith(scope, options, worker, "", 0))))

                ()
        }

        if count = 0 then
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            Start.Bound(host, group)

    static member All
        (host: Scope, options: ParallelOptions, items: Scoped<'T, 'E> array)
        : ValueTask<Outcome<'T array, 'E>> =
        let results = Array.zeroCreate<'T> items.Length

        let each index : Scoped<unit, 'E> =
            fun worker ->
                Await.Changed(
                    worker,
                    Start.Bound(worker, items[index]),
                    function
                    | Ok value ->
                        results[index] <- value
                        Ok()
                    | Error error -> Error error
                )

        Await.Changed(
            host,
            ParallelKernel.ForEach(host, items.Length, options.Concurrency, each),
            Result.map (fun () -> results)
        )

    static member Settled
        (host: Scope, options: ParallelOptions, items: Scoped<'T, 'E> array)
        : ValueTask<Outcome<Outcome<'T, 'E> array, 'F>> =
        let results = Array.zeroCreate<Outcome<'T, 'E>> items.Length

        let each index : Scoped<unit, 'F> =
            fun worker ->
                Await.Changed(
                    worker,
                    Start.Bound(worker, items[index]),
                    fun outcome ->
                        results[index] <- outcome
                        Ok()
                )

        Await.Changed(
            host,
            ParallelKernel.ForEach(host, items.Length, options.Concurrency, each),
            Result.map (fun () -> results)
        )

/// Bounded concurrency over many pieces of work.
[<RequireQualifiedAccess>]
module Parallel =

    /// Runs all, at most `options.Concurrency` at once, each in a child scope, on the thread pool. Gives the values in the
    /// order of the items; the first failure cancels the rest and is the error. No items give an empty array.
    let allWith (options: ParallelOptions) (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> =
        Checks.atLeastOne (nameof options.Concurrency) options.Concurrency
        fun scope -> ParallelKernel.All(scope, options, Seq.toArray items)

    /// Runs all at once, each in a child scope, on the thread pool. The first failure cancels the rest and is the error.
    let all (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> = allWith ParallelOptions.Default items

    /// Runs all to their ends, at most `options.Concurrency` at once, and gives every outcome in the order of the items.
    /// Only the cancellation of the scope itself makes it fail.
    let settledWith
        (options: ParallelOptions)
        (items: seq<Scoped<'T, 'E>>)
        : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        Checks.atLeastOne (nameof options.Concurrency) options.Concurrency
        fun scope -> ParallelKernel.Settled(scope, options, Seq.toArray items)

    /// Runs all to their ends, at once, and gives every outcome in the order of the items.
    let settled (items: seq<Scoped<'T, 'E>>) : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        settledWith ParallelOptions.Default items
