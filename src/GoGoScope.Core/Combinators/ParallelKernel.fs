namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// How many items run at once, and who is told.
[<NoComparison; NoEquality>]
type internal ParallelPace = {
    Limit: int
    Progress: Action<int, int, int>
    StopOnError: bool
}

/// All values, or the first failure.
[<Sealed>]
type internal AllCrew<'T, 'E>(group: Scope, count: int, item: int -> Scoped<'T, 'E>, pace: ParallelPace) =
    inherit Crew<'T, 'E, 'T array, 'E>(group, count, pace.Limit, pace.Progress)
    let results = Array.zeroCreate<'T> count
    let failures = Failures<'E>() // under its own lock until all have ended

    override _.Work index = item index

    override this.Keep(index, outcome) =
        match outcome with
        | Ok value ->
            results[index] <- value
            false
        | Error error ->
            match this.CausesOf error with
            | [] ->
                this.Cut()
                false
            | causes ->
                lock failures (fun () -> failures.Add(index, causes))
                true

    override this.Compose() =
        if not failures.IsEmpty then failures.Outcome()
        elif this.IsCut then Explain.Stopped group
        else Ok results

/// Every outcome.
[<Sealed>]
type internal SettledCrew<'T, 'E, 'F>
    (group: Scope, count: int, item: int -> Scoped<'T, 'E>, pace: ParallelPace) =
    inherit Crew<'T, 'E, Outcome<'T, 'E> array, 'F>(group, count, pace.Limit, pace.Progress)
    let results = Array.zeroCreate<Outcome<'T, 'E>> count

    let ended =
        if pace.StopOnError then
            Array.zeroCreate<bool> count
        else
            [||]

    let mutable halted = false

    override _.Work index = item index

    override this.Keep(index, outcome) =
        results[index] <- outcome

        if pace.StopOnError then
            ended[index] <- true

        match outcome with
        | Ok _ -> false
        | Error error when (this.CausesOf error).IsEmpty ->
            this.Cut()
            false
        | Error _ ->
            if pace.StopOnError then
                Volatile.Write(&halted, true)

            pace.StopOnError

    override this.Compose() =
        if halted then
            for index in 0 .. count - 1 do
                if not ended[index] then
                    results[index] <- Explain.Stopped group

            Ok results
        elif this.IsCut then
            Explain.Stopped group
        else
            Ok results

/// Many items, at most so many at once.
[<AbstractClass; Sealed>]
type internal ParallelKernel =

    static member private Crew<'T, 'E, 'R, 'F>(host: Scope, make: Scope -> Crew<'T, 'E, 'R, 'F>) =
        Launch.Child<'R, 'F, _>(host, ChildKind.Bound, "", 0, CrewGroup<'T, 'E, 'R, 'F> make).AsValueTask()

    /// The values of all, each in a child scope, on the thread pool.
    static member All<'T, 'E>
        (host: Scope, pace: ParallelPace, count: int, item: int -> Scoped<'T, 'E>)
        : ValueTask<Outcome<'T array, 'E>> =
        if count = 0 then
            ValueTask<Outcome<'T array, 'E>>(Ok [||])
        else
            ParallelKernel.Crew(
                host,
                fun group -> AllCrew<'T, 'E>(group, count, item, pace) :> Crew<'T, 'E, 'T array, 'E>
            )

    /// Every outcome.
    static member Settled<'T, 'E, 'F>
        (host: Scope, pace: ParallelPace, count: int, item: int -> Scoped<'T, 'E>)
        : ValueTask<Outcome<Outcome<'T, 'E> array, 'F>> =
        if count = 0 then
            ValueTask<Outcome<Outcome<'T, 'E> array, 'F>>(Ok [||])
        else
            ParallelKernel.Crew(
                host,
                fun group ->
                    SettledCrew<'T, 'E, 'F>(group, count, item, pace)
                    :> Crew<'T, 'E, Outcome<'T, 'E> array, 'F>
            )

    /// Every outcome, values and errors told apart.
    static member Aggregate<'T, 'E, 'F>
        (host: Scope, pace: ParallelPace, count: int, item: int -> Scoped<'T, 'E>)
        : ValueTask<Outcome<Aggregate<'T, 'E>, 'F>> =
        Await.Changed(
            host,
            ParallelKernel.Settled<'T, 'E, 'F>(host, pace, count, item),
            Result.map Aggregating.ofOutcomes
        )

    /// Work made of an item; that it cannot be made is its outcome.
    static member Make(change: 'A -> Scoped<'T, 'E>, item: 'A) : Scoped<'T, 'E> =
        try
            change item
        with failure ->
            fun _ -> ValueTask<Outcome<'T, 'E>>(Error(ScopeError.crashed failure))

    /// The items of an asynchronous source, each with its place, as children on the pool: the next one is pulled when there is
    /// a free place, which a child gives back.
    static member Pulled<'A, 'E>
        (
            host: Scope,
            places: Places<'E>,
            one: Scope -> int -> 'A -> Scoped<unit, 'E>,
            source: IAsyncEnumerable<'A>
        ) : ValueTask<Outcome<unit, 'E>> =
        let builder = ScopeBuilder()

        let fork (group: Scope) index item =
            let options = {
                TaskOptions.Default with
                    Name = $"item-{index + 1}"
                    Start = StartMode.Pool
            }

            Start.ForkWith(group, options, one group index item, "", 0) |> ignore

        // in a scope of its own: the source is closed once nothing more is pulled, and does not wait for the children
        let pullAll (group: Scope) : Scoped<unit, 'E> = builder {
            let! pull =
                (fun (puller: Scope) -> ValueTask<Outcome<Pull<'A>, 'E>>(Ok(Pull<'A>(puller, source))))

            use _ = pull
            let mutable index = 0
            let mutable going = true

            while going do
                do! (fun (puller: Scope) -> places.Take puller)
                let! next = (fun (_: Scope) -> pull.Next<'E>())

                match next with
                | ValueNone -> going <- false
                | ValueSome item ->
                    fork group index item
                    index <- index + 1
        }

        let all: Scoped<unit, 'E> = builder { do! (fun (group: Scope) -> Start.Bound(group, pullAll group)) }
        Start.Bound(host, all)

    /// The items of an asynchronous source, at most so many at once. `keep` gets each value.
    static member ForEach<'A, 'T, 'E>
        (
            host: Scope,
            pace: ParallelPace,
            change: 'A -> Scoped<'T, 'E>,
            source: IAsyncEnumerable<'A>,
            keep: int -> 'T -> unit
        ) : ValueTask<Outcome<unit, 'E>> =
        let builder = ScopeBuilder()
        let places = Places<'E> pace.Limit
        let completed = ref 0
        let gate = obj ()

        let tell (group: Scope) index =
            if not (obj.ReferenceEquals(pace.Progress, Progress.None)) then
                lock gate (fun () ->
                    completed.Value <- completed.Value + 1

                    try
                        pace.Progress.Invoke(completed.Value, -1, index)
                    with failure ->
                        group.Unobserved("the handler OnProgress", failure))

        let one (group: Scope) index item : Scoped<unit, 'E> = builder {
            let! outcome =
                (fun (child: Scope) ->
                    Await.Changed(
                        child,
                        Start.Bound(child, Pipeline.Guard(child, ParallelKernel.Make(change, item))),
                        Ok
                    ))

            match outcome with
            | Ok value -> keep index value
            | Error _ -> ()

            match outcome with
            | Error error when Explain.IsOwnStop(group, error) -> ()
            | _ -> tell group index

            places.Give()
            return! (fun (_: Scope) -> ValueTask<Outcome<unit, 'E>>(Result.map ignore outcome))
        }

        ParallelKernel.Pulled(host, places, one, source)

    /// The values of the items of an asynchronous source, in their order.
    static member Map<'A, 'T, 'E>
        (host: Scope, pace: ParallelPace, change: 'A -> Scoped<'T, 'E>, source: IAsyncEnumerable<'A>)
        : ValueTask<Outcome<'T array, 'E>> =
        let results = List<'T>()

        let keep index value =
            lock results (fun () ->
                while results.Count <= index do
                    results.Add Unchecked.defaultof<'T>

                results[index] <- value)

        Await.Changed(
            host,
            ParallelKernel.ForEach(host, pace, change, source, keep),
            Result.map (fun () -> results.ToArray())
        )
