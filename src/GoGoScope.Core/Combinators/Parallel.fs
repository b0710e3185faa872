namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Many items, a few workers: each worker takes the next item when it is done with its last one.
[<AbstractClass; Sealed>]
type internal ParallelKernel =

    /// Starts the workers on the pool, in a scope of their own, and is done when all of them are. The first failure ends all.
    static member private Crew
        (host: Scope, count: int, concurrency: int, worker: Scoped<unit, 'E>)
        : ValueTask<Outcome<unit, 'E>> =
        Checks.atLeastOne "Concurrency" concurrency
        let builder = ScopeBuilder()

        let crew: Scoped<unit, 'E> = builder {
            for number in 1 .. min concurrency count do
                let options = {
                    TaskOptions.Default with
                        Name = $"worker-{number}"
                        Start = StartMode.Pool
                }

                let! _ =
                    (fun (scope: Scope) -> ValueTask<_>(Ok(Start.ForkWith(scope, options, worker, "", 0))))

                ()
        }

        if count = 0 then
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            Start.Bound(host, crew)

    static member All
        (host: Scope, concurrency: int, items: Scoped<'T, 'E> array)
        : ValueTask<Outcome<'T array, 'E>> =
        let results = Array.zeroCreate<'T> items.Length
        let taken = ref 0
        let builder = ScopeBuilder()

        let worker: Scoped<unit, 'E> = builder {
            let mutable index = Interlocked.Increment taken - 1

            while index < items.Length do
                let! value = (fun (worker: Scope) -> Start.Bound(worker, items[index]))
                results[index] <- value
                index <- Interlocked.Increment taken - 1
        }

        Await.Changed(
            host,
            ParallelKernel.Crew(host, items.Length, concurrency, worker),
            Result.map (fun () -> results)
        )

    static member Settled
        (host: Scope, concurrency: int, items: Scoped<'T, 'E> array)
        : ValueTask<Outcome<Outcome<'T, 'E> array, 'F>> =
        let results = Array.zeroCreate<Outcome<'T, 'E>> items.Length
        let taken = ref 0
        let builder = ScopeBuilder()

        let worker: Scoped<unit, 'F> = builder {
            let mutable index = Interlocked.Increment taken - 1

            while index < items.Length do
                let! outcome =
                    (fun (worker: Scope) -> Await.Changed(worker, Start.Bound(worker, items[index]), Ok))

                results[index] <- outcome
                index <- Interlocked.Increment taken - 1
        }

        Await.Changed(
            host,
            ParallelKernel.Crew(host, items.Length, concurrency, worker),
            function
            | Ok() when host.IsCancelled -> Explain.Stopped host
            | Ok() -> Ok results
            | Error error -> Error error
        )

/// Bounded concurrency over many pieces of work.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Parallel =

    /// How many things run at once. Start from `Parallel.Options.Default` and change what you need with `with`.
    [<NoComparison>]
    type Options = {
        /// Most items running at once, 1 or more. Never exceeded. Default: no limit.
        Concurrency: int
    } with

        static let standard = { Concurrency = Int32.MaxValue }

        /// No limit.
        static member Default: Options = standard

    /// Runs all, at most `options.Concurrency` at once, each in a child scope, on the thread pool. Gives the values in the
    /// order of the items; the first failure cancels the rest and is the error. No items give an empty array.
    let allWith (options: Options) (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> =
        Checks.atLeastOne (nameof options.Concurrency) options.Concurrency
        Checks.notNull (nameof items) items
        fun scope -> ParallelKernel.All(scope, options.Concurrency, Seq.toArray items)

    /// Runs all at once, each in a child scope, on the thread pool. The first failure cancels the rest and is the error.
    let all (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> = allWith Options.Default items

    /// Runs all to their ends, at most `options.Concurrency` at once, and gives every outcome in the order of the items.
    /// Only the cancellation of the scope itself makes it fail.
    let settledWith
        (options: Options)
        (items: seq<Scoped<'T, 'E>>)
        : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        Checks.atLeastOne (nameof options.Concurrency) options.Concurrency
        Checks.notNull (nameof items) items
        fun scope -> ParallelKernel.Settled(scope, options.Concurrency, Seq.toArray items)

    /// Runs all to their ends, at once, and gives every outcome in the order of the items.
    let settled (items: seq<Scoped<'T, 'E>>) : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        settledWith Options.Default items
