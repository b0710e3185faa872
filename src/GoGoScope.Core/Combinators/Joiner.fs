namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading.Tasks

/// What a joiner says of one more outcome.
type JoinStep =
    /// The others go on.
    | Continue = 0
    /// It has seen enough: the others are told to stop.
    | Decide = 1

/// Decides, outcome by outcome, when many pieces of work have come to something, and to what. For one use: make a new one
/// for each run. Its functions are called one at a time, on whichever thread; what one of them throws decides as `Crashed`.
[<NoComparison; NoEquality>]
type Joiner<'T, 'E, 'R> = {
    /// Called once with the number of works, before any of them starts.
    OnStart: int -> unit
    /// Called for each work that ended by itself, with its place from 0 and its outcome, until it decides.
    OnComplete: int -> Result<'T, ScopeError<'E>> -> JoinStep
    /// What it all came to. Called once, after the decision or when all have ended; all have ended then.
    Result: unit -> Result<'R, ScopeError<'E>>
}

/// A joiner decides.
[<Sealed>]
type internal JoinerContest<'T, 'E, 'R>
    (group: Scope, pace: Pace, joiner: Joiner<'T, 'E, 'R>, works: Scoped<'T, 'E> array) =
    inherit Contest<'T, 'E, 'R>(group, pace, works)

    let heard = Queue<struct (int * Outcome<'T, 'E>)>() // under the gate
    let failures = Failures<'E>() // those that the joiner was not told of, under the gate
    let mutable telling = false // under the gate
    let mutable told = 0 // by the one who tells
    let mutable crash: exn | null = null

    member private this.Next(next: byref<struct (int * Outcome<'T, 'E>)>) : bool =
        let struct (found, first) =
            lock this.Gate (fun () ->
                telling <- heard.Count > 0

                if telling then
                    struct (true, heard.Dequeue())
                else
                    struct (false, Unchecked.defaultof<_>))

        next <- first
        found

    member private this.Tell(index: int, outcome: Outcome<'T, 'E>) =
        let step =
            try
                told <- told + 1
                joiner.OnComplete index outcome
            with failure ->
                crash <- failure
                JoinStep.Decide

        if step <> JoinStep.Continue && this.Turns.TryDecide ignore && this.Turns.HasOthers then
            group.Cancel(CancelReason.RaceLost(this.Title index))

        this.Done()

    /// Ends that come while the joiner is being told of one wait in line: nothing of it runs twice at once.
    override this.Hear(index, outcome) =
        let mine =
            lock this.Gate (fun () ->
                heard.Enqueue(struct (index, outcome))
                let mine = not telling
                telling <- true
                mine)

        if mine then
            let mutable next = struct (index, outcome)

            while this.Next &next do
                let struct (index, outcome) = next

                let stopped =
                    match outcome with
                    | Ok _ -> false
                    | Error error -> this.IsStop error

                if stopped || this.Turns.IsDecided then
                    this.Lost(index, outcome)
                else
                    this.Tell(index, outcome)

    override this.AddLate(index, causes) =
        lock this.Gate (fun () -> failures.Add(index, causes))

    override _.IsKept _ = false // what it was given it keeps; what comes later nobody knows

    override this.Compose() =
        failures.Each(fun index causes -> this.Report(index, causes))

        match crash with
        | null when told < works.Length && not this.Turns.IsDecided -> Explain.Stopped group
        | null ->
            try
                joiner.Result()
            with failure ->
                Error(ScopeError.crashed failure)
        | failure -> Error(ScopeError.crashed failure)

/// Runs joiners.
[<AbstractClass; Sealed>]
type internal JoinerKernel =

    static member Run
        (host: Scope, limit: int, make: unit -> Joiner<'T, 'E, 'R>, works: Scoped<'T, 'E> array)
        : ValueTask<Outcome<'R, 'E>> =
        try
            let joiner = make ()
            joiner.OnStart works.Length

            if works.Length = 0 then
                ValueTask<Outcome<'R, 'E>>(joiner.Result())
            else
                ContestKernel.Run(
                    host,
                    "join",
                    Threading.Timeout.InfiniteTimeSpan,
                    fun group ->
                        JoinerContest<'T, 'E, 'R>(group, ContestKernel.OnPool limit, joiner, works)
                        :> Contest<'T, 'E, 'R>
                )
        with failure ->
            ValueTask<Outcome<'R, 'E>>(Error(Explain.Failure(host, failure)))
