namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.CompilerServices

/// Bounded concurrency over many pieces of work. Each runs in a child scope, on the thread pool. Work of different types goes
/// together with `and!`.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Parallel =

    /// How many things run at once, and who is told. Start from `Parallel.Options.Default` and change what you need with
    /// `with`.
    [<NoComparison; ReferenceEquality>]
    type Options = {
        /// Most items running at once, 1 or more. Never exceeded. Default: no limit.
        Concurrency: int
        /// Called once for each item as it completes, well or not, with how many have completed, how many there are (-1 when
        /// the source does not say) and the item's place, from 0. One call at a time, on whichever thread; it must not wait for
        /// another item. Items that were stopped do not count. What it throws goes to the `OnUnobserved` hook. Default: nobody.
        OnProgress: Action<int, int, int>
        /// For `settled` and `aggregate`: the first failure stops the rest. What has ended keeps its outcome, and what has not
        /// started is `Cancelled`. Default: false.
        StopOnError: bool
    } with

        static let standard = {
            Concurrency = Int32.MaxValue
            OnProgress = Progress.None
            StopOnError = false
        }

        /// No limit, nobody told, and a failure stops nothing else.
        static member Default: Options = standard

        member internal this.ToPace() : ParallelPace =
            Checks.atLeastOne (nameof this.Concurrency) this.Concurrency
            Checks.notNull (nameof this.OnProgress) this.OnProgress

            {
                Limit = this.Concurrency
                Progress = this.OnProgress
                StopOnError = this.StopOnError
            }

    let private pace (options: Options) =
        Checks.notNull (nameof options) options
        options.ToPace()

    /// Runs all, at most `options.Concurrency` at once. Gives the values in the order of the items; the first failure cancels
    /// the rest, which have ended when this answers, and is the error, with the failures that came meanwhile beside it. No
    /// items give an empty array. The items are read once, when this is called.
    let allWith (options: Options) (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> =
        let pace = pace options
        let works = ContestKernel.Works(nameof items, items)
        fun scope -> ParallelKernel.All(scope, pace, works.Length, (fun index -> works[index]))

    /// Runs all at once. The first failure cancels the rest and is the error.
    let all (items: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> = allWith Options.Default items

    /// Runs all to their ends, at most `options.Concurrency` at once, and gives every outcome in the order of the items.
    /// Only the cancellation of the scope itself makes it fail.
    let settledWith
        (options: Options)
        (items: seq<Scoped<'T, 'E>>)
        : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        let pace = pace options
        let works = ContestKernel.Works(nameof items, items)
        fun scope -> ParallelKernel.Settled(scope, pace, works.Length, (fun index -> works[index]))

    /// Runs all to their ends, at once, and gives every outcome in the order of the items.
    let settled (items: seq<Scoped<'T, 'E>>) : Scoped<Result<'T, ScopeError<'E>> array, 'F> =
        settledWith Options.Default items

    /// As `settledWith`, with the values and the errors told apart, each with the place of its item.
    let aggregateWith (options: Options) (items: seq<Scoped<'T, 'E>>) : Scoped<Aggregate<'T, 'E>, 'F> =
        let pace = pace options
        let works = ContestKernel.Works(nameof items, items)
        fun scope -> ParallelKernel.Aggregate(scope, pace, works.Length, (fun index -> works[index]))

    /// As `settled`, with the values and the errors told apart, each with the place of its item.
    let aggregate (items: seq<Scoped<'T, 'E>>) : Scoped<Aggregate<'T, 'E>, 'F> =
        aggregateWith Options.Default items

    /// Runs `change` of each item, at most `options.Concurrency` at once, and gives the values in the order of the items. As
    /// `allWith`, without a piece of work for each item beforehand.
    let mapWith (options: Options) (change: 'A -> Scoped<'T, 'E>) (items: seq<'A>) : Scoped<'T array, 'E> =
        let pace = pace options
        Checks.notNull (nameof change) (box change)
        Checks.notNull (nameof items) items
        let items = Seq.toArray items

        fun scope ->
            ParallelKernel.All(
                scope,
                pace,
                items.Length,
                (fun index -> ParallelKernel.Make(change, items[index]))
            )

    /// Runs `change` of each item, all at once, and gives the values in the order of the items.
    let map (change: 'A -> Scoped<'T, 'E>) (items: seq<'A>) : Scoped<'T array, 'E> =
        mapWith Options.Default change items

    /// Runs `action` of each item, at most `options.Concurrency` at once. The first failure cancels the rest and is the error.
    let forEachWith (options: Options) (action: 'A -> Scoped<unit, 'E>) (items: seq<'A>) : Scoped<unit, 'E> =
        let all = mapWith options action items
        fun scope -> Await.Changed(scope, all scope, Result.map ignore)

    /// Runs `action` of each item, all at once. The first failure cancels the rest and is the error.
    let forEach (action: 'A -> Scoped<unit, 'E>) (items: seq<'A>) : Scoped<unit, 'E> =
        forEachWith Options.Default action items

    /// As `mapWith`, over an asynchronous source: the next item is pulled when fewer than `options.Concurrency` run. The source
    /// gets the token; a cancel ends the wait for it at once. It is closed when this answers.
    let mapAsyncWith
        (options: Options)
        (change: 'A -> Scoped<'T, 'E>)
        (source: IAsyncEnumerable<'A>)
        : Scoped<'T array, 'E> =
        let pace = pace options
        Checks.notNull (nameof change) (box change)
        Checks.notNull (nameof source) source

        fun scope -> ParallelKernel.Map(scope, pace, change, source)

    /// As `forEachWith`, over an asynchronous source: the next item is pulled when fewer than `options.Concurrency` run.
    let forEachAsyncWith
        (options: Options)
        (action: 'A -> Scoped<unit, 'E>)
        (source: IAsyncEnumerable<'A>)
        : Scoped<unit, 'E> =
        let pace = pace options
        Checks.notNull (nameof action) (box action)
        Checks.notNull (nameof source) source
        fun scope -> ParallelKernel.ForEach(scope, pace, action, source, (fun _ () -> ()))

    /// The first value is enough, and the others are told to stop, and have ended when this answers. When all have failed, one
    /// error holds every cause. No works: `Rejected (NothingToDo ..)`. `Race.firstOk` does the same on the caller's thread.
    let anyWith (options: Options) (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> =
        let pace = pace options
        let works = ContestKernel.Works(nameof works, works)
        fun scope -> RaceKernel.Any(scope, pace.Limit, works)

    /// As `anyWith`, all at once.
    let any (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> = anyWith Options.Default works

    /// `needed` values (1 or more) are enough; they come in the order of the works, and the other works are told to stop and
    /// have ended when this answers. As soon as they cannot come any more, the rest is stopped, and one error holds every cause.
    /// Fewer works than are needed: `Rejected (NothingToDo ..)`. A value that is not needed is disposed if it can be.
    let quorumWith (options: Options) (needed: int) (works: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> =
        let pace = pace options
        Checks.atLeastOne (nameof needed) needed
        let works = ContestKernel.Works(nameof works, works)
        fun scope -> QuorumKernel.Run(scope, pace.Limit, needed, works)

    /// As `quorumWith`, all at once.
    let quorum (needed: int) (works: seq<Scoped<'T, 'E>>) : Scoped<'T array, 'E> =
        quorumWith Options.Default needed works

    /// A joiner of your own decides. `make` gives a new one for each run.
    let joinWith
        (options: Options)
        (make: unit -> Joiner<'T, 'E, 'R>)
        (works: seq<Scoped<'T, 'E>>)
        : Scoped<'R, 'E> =
        let pace = pace options
        Checks.notNull (nameof make) (box make)
        let works = ContestKernel.Works(nameof works, works)
        fun scope -> JoinerKernel.Run(scope, pace.Limit, make, works)

    /// A joiner of your own decides; all start at once.
    let join (make: unit -> Joiner<'T, 'E, 'R>) (works: seq<Scoped<'T, 'E>>) : Scoped<'R, 'E> =
        joinWith Options.Default make works
