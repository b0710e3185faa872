namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Many items, a few workers: the typed half of their group. Each worker takes the next item when it is done with its last
/// one; a worker starts the next worker only while items are left, so items that end at once need few of them.
[<AbstractClass>]
type internal Crew<'T, 'E, 'R, 'F>(group: Scope, count: int, limit: int, progress: Action<int, int, int>) =
    inherit Node<'R, 'F>(group)

    let gate = obj ()
    let mutable taken = 0
    let mutable workers = 0
    let mutable cut = false
    let mutable completed = 0 // under the gate

    /// The work of an item.
    abstract Work: index: int -> Scoped<'T, 'E>

    /// Takes what an item came to. True: nothing else is to run.
    abstract Keep: index: int * outcome: Outcome<'T, 'E> -> bool

    /// What it all came to. Nothing runs any more.
    abstract Compose: unit -> Outcome<'R, 'F>

    override this.Good _ = this.Compose()

    /// The next item, or -1.
    member _.Take() : int =
        if Volatile.Read(&taken) >= count then
            -1
        else
            let index = Interlocked.Increment(&taken) - 1
            if index < count then index else -1

    /// Some item was stopped, or never started.
    member _.IsCut = cut || Volatile.Read(&taken) < count

    member _.Cut() = Volatile.Write(&cut, true)

    /// The causes of an error, without the stop that it may begin with.
    member _.CausesOf(error: ScopeError<'E>) : Cause<'E> list =
        if ScopeError.isCancelled error && group.IsCancelled then
            List.ofSeq error.Others
        else
            ScopeError.causes error

    /// Whether an item was stopped before it could end by itself.
    member _.IsStop(outcome: Outcome<'T, 'E>) =
        match outcome with
        | Ok _ -> false
        | Error error -> Explain.IsOwnStop(group, error)

    /// Exactly once for each item that ended by itself. One call at a time, so the count never goes back.
    member private _.Tell(index: int) =
        if not (obj.ReferenceEquals(progress, Progress.None)) then
            lock gate (fun () ->
                completed <- completed + 1

                try
                    progress.Invoke(completed, count, index)
                with failure ->
                    group.Unobserved("the handler OnProgress", failure))

    /// An item has ended.
    member this.Ended(index: int, outcome: Outcome<'T, 'E>) : unit =
        let stop = this.IsStop outcome

        if this.Keep(index, outcome) then
            Volatile.Write(&taken, count)
            group.Cancel(CancelReason.SiblingFailed $"item-{index + 1}")

        if not stop then
            this.Tell index

    /// Starts one more worker, if there is anything left to do and room for it.
    member this.Hire() =
        if Volatile.Read(&taken) < count && not group.IsCancelled then
            let number = Interlocked.Increment(&workers)

            if number <= limit && number <= count then
                let options = {
                    TaskOptions.Default with
                        Name = $"worker-{number}"
                        Start = StartMode.Pool
                }

                Launch.ChildWith<unit, Never, _>(
                    group,
                    ChildKind.Bound,
                    options,
                    ChildTraits.None,
                    "",
                    0,
                    CrewBody<'T, 'E, 'R, 'F> this
                )
                |> ignore

/// One worker.
and [<Sealed>] internal CrewWorker<'T, 'E, 'R, 'F>(crew: Crew<'T, 'E, 'R, 'F>, worker: Scope) =
    let flow = ExecutionContext.Capture()
    let plain = worker.Environment.IsPlain && not worker.Environment.Ambient
    let mutable index = -1
    let mutable item: Node<'T, 'E> = nothing

    /// A scope for the next item that no code can have kept. It is counted in the worker.
    let mutable spare: Scope = nothing

    member private _.Fresh() : Scope =
        worker.Count.Enter() |> ignore // it is open: its body runs
        let scope = Scope(worker.Environment, worker)
        scope.Kind <- ChildKind.Bound
        scope.Count.BodyStarts()
        scope

    /// Runs a block as the body of a child. False: it has to be waited for. As the kernel starts a child, but one whose scope
    /// nobody kept is counted in and out only once for all the items of the worker.
    member private this.RunBlock(block: Block<'T, 'E>, outcome: byref<Outcome<'T, 'E>>) : bool =
        let scope = if isThere spare then spare else this.Fresh()
        spare <- nothing

        if not (isNull (block.Run(scope, true, &outcome))) then
            item <- Launch.NodeOf<'T, 'E> scope
            false
        elif
            outcome.IsOk
            && scope.Lent = 0
            && not scope.Kept
            && not scope.Attached
            && isMissing scope.Extra
        then
            spare <- scope
            true
        else
            let node = Node<'T, 'E> scope
            scope.Node <- node
            node.BodyEnded outcome

            if node.IsDone then
                outcome <- node.Result
                true
            else
                item <- node
                false

    /// An item as a task like any other: limits and hooks see it.
    member private _.Start(next: int, work: Scoped<'T, 'E>) : ScopeTask<'T, 'E> =
        if plain then
            ContestStart.Inline(worker, work)
        else
            ContestStart.Named(worker, $"item-{next + 1}", StartMode.Inline, work)

    /// Runs an item up to its end or its first wait.
    member private this.Run(next: int, outcome: byref<Outcome<'T, 'E>>) : bool =
        match box (crew.Work next) with
        | :? Block<'T, 'E> as block when plain -> this.RunBlock(block, &outcome)
        | work ->
            let handle = this.Start(next, nonNull (Unsafe.As<Scoped<'T, 'E>> work))

            if handle.IsCompleted then
                outcome <- handle.Peek()
                true
            else
                item <- handle.Node
                false

    /// Runs items until none is left (true) or one has to be waited for.
    member this.Go() : bool =
        let mutable outcome = Unchecked.defaultof<Outcome<'T, 'E>>
        let mutable going = true
        let mutable ended = false

        while going do
            let next = if worker.IsCancelled then -1 else crew.Take()

            if next < 0 then
                ended <- true
                going <- false
            elif this.Run(next, &outcome) then
                crew.Ended(next, outcome)
            else
                going <- false
                index <- next
                item.OnCompleted(CrewWorker<'T, 'E, 'R, 'F>.Over, this) // may go on before it returns

        if ended && isThere spare then
            Volatile.Write(&spare.Ended, true)
            worker.Leave()

        ended

    static member val Over: Action<obj | null> =
        Action<obj | null>(fun worker ->
            match worker with
            | :? CrewWorker<'T, 'E, 'R, 'F> as worker -> worker.Resume()
            | _ -> ())

    static member val private InFlow =
        ContextCallback(fun worker ->
            match worker with
            | :? CrewWorker<'T, 'E, 'R, 'F> as worker -> worker.GoOn()
            | _ -> ())

    member private this.GoOn() =
        crew.Ended(index, item.Result)

        if this.Go() then
            (Launch.NodeOf<unit, Never> worker).BodyEnded(Ok())

    member private this.Resume() =
        match flow with
        | null -> this.GoOn()
        | flow -> ExecutionContext.Run(flow, CrewWorker<'T, 'E, 'R, 'F>.InFlow, this)

/// The body of a worker.
and [<Struct; NoComparison; NoEquality>] internal CrewBody<'T, 'E, 'R, 'F> =
    val private crew: Crew<'T, 'E, 'R, 'F>
    new(crew) = { crew = crew }

    interface IBody<unit, Never> with
        member this.Run(worker, outcome) =
            this.crew.Hire()

            if CrewWorker<'T, 'E, 'R, 'F>(this.crew, worker).Go() then
                outcome <- Ok()
                true
            else
                false

/// The body of the crew's group.
and [<Struct; NoComparison; NoEquality>] internal CrewGroup<'T, 'E, 'R, 'F> =
    val private make: Scope -> Crew<'T, 'E, 'R, 'F>
    new(make) = { make = make }

    interface IBody<'R, 'F> with
        member this.Run(group, _) =
            let crew = this.make group
            group.Node <- crew
            group.Attach()
            crew.Hire()
            // what the crew comes to is said by `Good`: the group itself may have been told to stop by an item
            crew.BodyEnded(Ok Unchecked.defaultof<'R>)
            false
