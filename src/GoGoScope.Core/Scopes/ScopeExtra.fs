namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope.Missing

/// The typed half of a scope: what it gives, and who waits for that.
[<AbstractClass>]
type internal ScopeNode() =
    /// Somebody was given the outcome, or waits for it.
    [<DefaultValue(false)>]
    val mutable internal Observed: bool

    /// The body and all children have ended.
    abstract Finish: unit -> unit

    /// What `DisposeAsync` of the scope does.
    abstract Dispose: unit -> ValueTask

    /// Its place among its siblings.
    abstract Place: int

    /// The causes of its failure, in the error type of another scope.
    abstract CausesAs<'P> : unit -> Cause<'P> list

/// A wait for the children that were started after a mark.
[<Sealed>]
type internal ChildrenJoin(mark: int, dispatcher: Dispatcher) =
    [<DefaultValue(false)>]
    val mutable private core: CompletionCore<bool>

    [<DefaultValue(false)>]
    val mutable internal After: ChildrenJoin

    member _.Mark = mark

    member this.Wake() =
        let mutable next = Unchecked.defaultof<Action<obj | null>>
        let mutable state: obj | null = null

        if this.core.Finish(true, &next, &state) then
            dispatcher.Resume(next, state)

    member this.AsValueTask() = ValueTask(this, 0s)

    interface IValueTaskSource with
        member this.GetStatus _ =
            if this.core.IsDone then
                ValueTaskSourceStatus.Succeeded
            else
                ValueTaskSourceStatus.Pending

        member _.GetResult _ = ()

        member this.OnCompleted(next, state, _, flags) =
            this.core.OnCompleted(next, state, flags)

/// What few scopes need: names, deadlines, cleanups, failures. Its lists are locked on the object itself, which nobody else sees.
[<Sealed>]
type internal ScopeExtra() =
    static let mutable lastId = 0L
    let mutable id = 0L
    let mutable held: IDisposable list = []
    let mutable released = false

    [<DefaultValue(false)>]
    val mutable Name: string

    /// In ticks of the clock's timestamp.
    member val Deadline = Int64.MaxValue with get, set

    /// What its own deadline stopped it with; the very object.
    [<DefaultValue(false)>]
    val mutable DeadlineReason: CancelReason

    /// How many failures there were when its own deadline passed.
    member val FailuresAtDeadline = 0 with get, set

    /// A child whose outcome mattered was stopped because this scope was.
    member val Cut = false with get, set

    /// In the order of happening, with the place among the children (0 is the body).
    member val Failures = List<struct (int * ScopeNode)>()

    member val CleanupFailures = List<exn>()

    /// Failed `task` children; those that nobody looked at surface at exit.
    member val Unread = List<ScopeNode>()

    [<DefaultValue(false)>]
    val mutable Cleanups: DisposeStack

    [<DefaultValue(false)>]
    val mutable Joins: ChildrenJoin

    member _.Id =
        if Volatile.Read(&id) = 0L then
            Interlocked.CompareExchange(&id, Interlocked.Increment(&lastId), 0L) |> ignore

        Volatile.Read(&id)

    /// False when the scope has ended: then the timer or the registration is the caller's to end.
    member this.Keep(resource: IDisposable) =
        lock this (fun () ->
            if not released then
                held <- resource :: held

            not released)

    /// Stops timers and takes registrations back. Called once the scope has ended.
    member this.Release() =
        let ending =
            lock this (fun () ->
                let ending = held
                released <- true
                held <- []
                ending)

        for resource in ending do
            resource.Dispose()

    /// Timers and registrations held now.
    member this.Held = lock this (fun () -> held.Length)

    member this.AddCleanupFailure(failure: exn) =
        lock this (fun () -> this.CleanupFailures.Add failure)

    member this.AddFailure(seq: int, node: ScopeNode) =
        lock this (fun () -> this.Failures.Add(struct (seq, node)))

    /// Forgets the observed ones whenever it would have to grow, so failed tasks that were looked at are not kept.
    member this.AddUnread(node: ScopeNode) =
        lock this (fun () ->
            if this.Unread.Count = this.Unread.Capacity then
                this.Unread.RemoveAll(fun node -> node.Observed) |> ignore

            this.Unread.Add node)

    member internal this.AddJoin(join: ChildrenJoin) =
        join.After <- this.Joins
        this.Joins <- join

    /// Unhooks the joins that have no live child left; the caller wakes them outside the gate.
    member internal this.TakeReady(newest: int) : ChildrenJoin =
        let mutable ready: ChildrenJoin = nothing
        let mutable keep: ChildrenJoin = nothing
        let mutable join = this.Joins

        while isThere join do
            let next = join.After

            if newest <= join.Mark then
                join.After <- ready
                ready <- join
            else
                join.After <- keep
                keep <- join

            join <- next

        this.Joins <- keep
        ready
