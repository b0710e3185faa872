namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// The first to end, or the first to end well, decides.
[<Sealed>]
type internal RaceContest<'T, 'E>(group: Scope, pace: Pace, okOnly: bool, works: Scoped<'T, 'E> array) =
    inherit Contest<'T, 'E, 'T>(group, pace, works)

    let mutable winner: Outcome<'T, 'E> voption = ValueNone
    let mutable kept: obj | null = null
    let failures = Failures<'E>() // under the gate until all have ended

    override this.Hear(index, outcome) =
        let decides =
            match outcome with
            | Ok _ -> true
            | Error error -> not okOnly && not (this.IsStop error)

        let win () =
            winner <- ValueSome outcome

            match outcome with
            | Ok value -> kept <- box value
            | Error _ -> ()

        if decides && this.Turns.TryDecide win then
            if this.Turns.HasOthers then
                group.Cancel(CancelReason.RaceLost(this.Title index))

            this.Done()
        else
            this.Lost(index, outcome)

    override this.AddLate(index, causes) =
        lock this.Gate (fun () -> failures.Add(index, causes))

    override _.IsKept value = obj.ReferenceEquals(value, kept)

    override this.Compose() =
        match winner with
        | ValueSome(Ok value) ->
            failures.Each(fun index causes -> this.Report(index, causes))
            Ok value
        | ValueSome(Error error) when failures.IsEmpty -> Error error
        | ValueSome(Error error) ->
            Error {
                error with
                    Others = [| yield! error.Others; yield! failures.All |]
            }
        | ValueNone when group.IsCancelled -> this.Stopped failures
        | ValueNone -> failures.Outcome()

/// A race whose first competitor may decide it at once: then nothing else is made.
[<Struct; NoComparison; NoEquality>]
type internal RaceBody<'T, 'E> =
    val private pace: Pace
    val private okOnly: bool
    val private works: Scoped<'T, 'E> array

    new(pace, okOnly, works) =
        {
            pace = pace
            okOnly = okOnly
            works = works
        }

    interface IBody<'T, 'E> with
        member this.Run(group, outcome) =
            let first = ContestStart.Inline(group, this.works[0])

            if first.IsCompleted && (not this.okOnly || first.IsValue || first.Peek().IsOk) then
                outcome <- first.Peek()
                true
            else
                let contest = RaceContest<'T, 'E>(group, this.pace, this.okOnly, this.works)
                group.Node <- contest
                group.Attach()
                contest.BeginAfter first
                false

/// Who wins a race, and what becomes of the others.
[<AbstractClass; Sealed>]
type internal RaceKernel =

    static member val Standard: Pace =
        {
            Noun = "competitor"
            Limit = Int32.MaxValue
            Stagger = TimeSpan.Zero
            OnPool = false
        }

    /// Without options: the group costs nothing when the first competitor decides at once.
    static member Quick(host: Scope, okOnly: bool, works: Scoped<'T, 'E> array) : ValueTask<Outcome<'T, 'E>> =
        if works.Length = 0 then
            ContestKernel.Empty "race"
        else
            Launch
                .Child<'T, 'E, _>(
                    host,
                    ChildKind.Bound,
                    "",
                    0,
                    RaceBody<'T, 'E>(RaceKernel.Standard, okOnly, works)
                )
                .AsValueTask()

    /// The first value, on the thread pool.
    static member Any(host: Scope, limit: int, works: Scoped<'T, 'E> array) : ValueTask<Outcome<'T, 'E>> =
        if works.Length = 0 then
            ContestKernel.Empty "any"
        else
            let pace = ContestKernel.OnPool limit

            ContestKernel.Run(
                host,
                "any",
                Timeout.InfiniteTimeSpan,
                fun group -> RaceContest<'T, 'E>(group, pace, true, works) :> Contest<'T, 'E, 'T>
            )

    static member Run
        (
            host: Scope,
            okOnly: bool,
            timeout: TimeSpan,
            limit: int,
            stagger: TimeSpan,
            works: Scoped<'T, 'E> array
        ) : ValueTask<Outcome<'T, 'E>> =
        if works.Length = 0 then
            ContestKernel.Empty "race"
        else
            let pace = {
                RaceKernel.Standard with
                    Limit = limit
                    Stagger = stagger
            }

            ContestKernel.Run(
                host,
                "race",
                timeout,
                fun group -> RaceContest<'T, 'E>(group, pace, okOnly, works) :> Contest<'T, 'E, 'T>
            )

/// Several ways to the same thing: the first one decides, and the others are told to stop and have ended when it answers.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Race =

    /// How the competitors start, and how long they have. Start from `Race.Options.Default` and change what you need with
    /// `with`.
    [<NoComparison>]
    type Options = {
        /// Time for the whole race; past it all that runs is asked to stop and waited for, and unless one still gives a value
        /// the error is `TimedOut`, with the failures so far beside it. From zero to about 49 days, or infinite. Default: infinite.
        Timeout: TimeSpan
        /// Most competitors running at once, 1 or more; the next one starts when one fails. Default: no limit.
        Concurrency: int
        /// The next competitor starts when this has passed since the last start, or when one fails: hedging. Zero starts all
        /// at once; `Timeout.InfiniteTimeSpan` starts the next one only when one fails. At most about 49 days. Default: zero.
        Stagger: TimeSpan
    } with

        static let standard = {
            Timeout = Timeout.InfiniteTimeSpan
            Concurrency = Int32.MaxValue
            Stagger = TimeSpan.Zero
        }

        /// No time limit, all at once.
        static member Default: Options = standard

        member internal this.Check() =
            Checks.durationOrInfinite (nameof this.Timeout) this.Timeout
            Checks.atLeastOne (nameof this.Concurrency) this.Concurrency
            Checks.durationOrInfinite (nameof this.Stagger) this.Stagger

    let private run okOnly (options: Options) (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> =
        Checks.notNull (nameof options) options
        options.Check()
        let works = ContestKernel.Works(nameof works, works)

        fun scope ->
            RaceKernel.Run(scope, okOnly, options.Timeout, options.Concurrency, options.Stagger, works)

    /// Starts every competitor, each in a child scope, and gives the outcome of the first that ends: an error may win. The
    /// others are cancelled (`RaceLost`) and have ended when this answers; one that ignores its token is waited for, and named
    /// after the grace. A losing value that is `IDisposable` or `IAsyncDisposable` is disposed; a loser's failure goes beside
    /// the winning error, or to the `OnUnobserved` hook. Once a competitor wins at once, no other starts. No competitors:
    /// `Rejected (NothingToDo ..)`.
    let first (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> =
        let works = ContestKernel.Works(nameof works, works)
        fun scope -> RaceKernel.Quick(scope, false, works)

    /// As `first`, with options.
    let firstWith (options: Options) (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> = run false options works

    /// As `first`, but only a value wins. When all have failed, one error holds every cause: that of the first that failed,
    /// and beside it the others in the order of the competitors.
    let firstOk (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> =
        let works = ContestKernel.Works(nameof works, works)
        fun scope -> RaceKernel.Quick(scope, true, works)

    /// As `firstOk`, with options.
    let firstOkWith (options: Options) (works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> = run true options works
