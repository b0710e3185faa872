namespace GoGoScope

open System
open System.Threading.Tasks

/// The body of a contest's group.
[<Struct; NoComparison; NoEquality>]
type internal ContestBody<'T, 'E, 'R> =
    val private contest: Contest<'T, 'E, 'R>
    new(contest) = { contest = contest }

    interface IBody<'R, 'E> with
        member this.Run(_, _) =
            this.contest.Begin()
            false

/// Runs contests.
[<AbstractClass; Sealed>]
type internal ContestKernel =

    /// The works as an array, each of them there.
    static member Works(name: string, works: seq<Scoped<'T, 'E>>) : Scoped<'T, 'E> array =
        Checks.notNull name works
        let works = Seq.toArray works

        if works |> Array.exists (fun work -> isNull (box work)) then
            raise (ArgumentException("Each piece of work must be there, but one is null.", name))

        works

    /// Items on the thread pool, at most so many at once.
    static member OnPool(limit: int) : Pace = {
        Noun = "item"
        Limit = limit
        Stagger = TimeSpan.Zero
        OnPool = true
    }

    static member Empty<'R, 'E>(operation: string) : ValueTask<Outcome<'R, 'E>> =
        ValueTask<Outcome<'R, 'E>>(Error(ScopeError.rejected (Rejection.NothingToDo operation)))

    /// Runs a contest in a scope of its own below the host.
    static member Run<'T, 'E, 'R>
        (host: Scope, name: string, timeout: TimeSpan, make: Scope -> Contest<'T, 'E, 'R>)
        : ValueTask<Outcome<'R, 'E>> =
        if host.Count.Enter() = Entry.Closed then
            Launch.Refused<'R, 'E>(host).AsValueTask()
        else
            let group = Scope(host.Environment, host)
            group.Kind <- ChildKind.Bound
            group.Count.BodyStarts()
            group.Rare.Name <- name
            let contest = make group
            group.Node <- contest
            let mutable body = ContestBody<'T, 'E, 'R> contest
            BodyRun.Begin<'R, 'E, _>(group, contest, timeout, &body)
            contest.AsValueTask()
