namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.CompilerServices

/// How the works of a contest are started.
[<NoComparison; NoEquality>]
type internal Pace = {
    /// What one of them is called: with its number, from 1.
    Noun: string
    /// Most of them running at once.
    Limit: int
    /// Time from one start to the next; zero starts as many as the limit allows, infinite only when one has failed.
    Stagger: TimeSpan
    /// On the thread pool, not on the thread of whoever starts it.
    OnPool: bool
}

/// What is told of the progress of many items.
[<AbstractClass; Sealed>]
type internal Progress =

    /// Nobody listens.
    static member val None = Action<int, int, int>(fun _ _ _ -> ())

/// What went wrong, work by work, in the order of happening.
[<Sealed>]
type internal Failures<'E>() =
    let list = List<struct (int * Cause<'E> list)>()

    member _.Add(index: int, causes: Cause<'E> list) = list.Add(struct (index, causes))
    member _.Count = list.Count
    member _.IsEmpty = list.Count = 0

    member _.Each(tell: int -> Cause<'E> list -> unit) =
        for struct (index, causes) in list do
            tell index causes

    /// The first failure, and the others in the order of the works.
    member _.All: Cause<'E> list =
        match List.ofSeq list with
        | [] -> []
        | struct (_, first) :: rest ->
            let later = List.sortBy (fun (struct (index, _)) -> index) rest
            first @ List.collect (fun (struct (_, causes)) -> causes) later

    /// Everything as one error.
    member this.Outcome<'R>() : Outcome<'R, 'E> =
        match this.All with
        | first :: others ->
            Error {
                Cause = first
                Others = Array.ofList others
            }
        | [] -> invalidOp "Nothing failed."

/// Starts one of the works as a task of the contest.
[<AbstractClass; Sealed>]
type internal ContestStart =

    static member Inline(group: Scope, work: Scoped<'T, 'E>) : ScopeTask<'T, 'E> =
        TaskStart.Competitor(group, TaskOptions.Default, work)

    static member Named
        (group: Scope, name: string, start: StartMode, work: Scoped<'T, 'E>)
        : ScopeTask<'T, 'E> =
        TaskStart.Competitor(
            group,
            {
                TaskOptions.Default with
                    Name = name
                    Start = start
            },
            work
        )
