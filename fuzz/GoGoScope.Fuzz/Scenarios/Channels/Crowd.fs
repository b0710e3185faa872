/// What the scenarios of channels have in common: programs that run under a seed or on threads.
module GoGoScope.Fuzz.Channels.Crowd

open System
open System.Collections.Concurrent
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing

/// Lets everything else that can run go first, or not: the seed decides.
let pause<'E> : Scoped<unit, 'E> = scope {
    let! turn =
        Scope.taskWith (
            {
                TaskOptions.Default with
                    Start = StartMode.Pool
            },
            Scoped.value ()
        )

    do! turn
}

/// Runs the program; false: it failed, or waits for ever.
let run (order: Order) (seed: int) (program: Scoped<unit, string>) : string list =
    try
        let outcome =
            if order.OnThreads then
                Scope.runSync program
            else
                SeededRuntime(seed).Run program

        match outcome with
        | Ok() -> []
        | Error error -> [ $"the program failed: {error}" ]
    with :? DeadlockException as problem -> [ problem.Message ]

/// Work whose wait somebody may cancel at any moment.
[<Sealed>]
type Cancellable() =
    let mutable cancel = ignore
    member _.CancelNow() = cancel ()

    /// Runs the work as a child that can be cancelled meanwhile, and gives its outcome.
    member _.Run(work: Scoped<'T, string>) : Scoped<Result<'T, ScopeError<string>>, string> = scope {
        let! child = Scope.task work
        cancel <- fun () -> child.Cancel "another one"
        let! outcome = ScopeTask.result child
        cancel <- ignore
        return outcome
    }

/// Cancels some of them, now and then, a number of times.
let canceller (random: Random) (times: int) (targets: Cancellable array) : Scoped<unit, string> =
    let plan = [ for _ in 1..times -> struct (random.Next 6, random.Next targets.Length) ]

    scope {
        for struct (pauses, target) in plan do
            for _ in 1..pauses do
                do! pause

            targets[target].CancelNow()
    }

let (|Cut|_|) (outcome: Result<'T, ScopeError<string>>) =
    match outcome with
    | Error { Cause = Cause.Cancelled _ } -> true
    | _ -> false

/// What is in one list and not, or not as often, in the other.
let difference (what: string) (expected: seq<int>) (found: seq<int>) : string list =
    let counted items = items |> Seq.countBy id |> Map.ofSeq
    let wanted = counted expected
    let got = counted found

    [
        for entry in wanted do
            match Map.tryFind entry.Key got with
            | Some count when count = entry.Value -> ()
            | other -> $"{what}: {entry.Key} expected {entry.Value} times, found {defaultArg other 0} times"
        for entry in got do
            if not (wanted.ContainsKey entry.Key) then
                $"{what}: {entry.Key} was not expected"
    ]

/// Items of one who sends, in the order of sending.
let isRising (items: seq<int>) =
    items |> Seq.pairwise |> Seq.forall (fun (one, next) -> one < next)
