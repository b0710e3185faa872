namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open System.Threading.Tasks.Sources
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// A wait for the children that were started after a mark.
[<Sealed>]
type internal ChildrenJoin(mark: int voption, dispatcher: Dispatcher) =
    [<DefaultValue(false)>]
    val mutable private core: CompletionCore<bool>

    [<DefaultValue(false)>]
    val mutable internal After: ChildrenJoin

    /// Whether a child that it waits for lives. Exact under the parent's gate.
    member _.IsHeldBy(parent: TreeNode) = parent.HasAwaited mark

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

/// What went wrong in a scope, apart from its body's outcome. Lists that are not there are empty.
[<Struct; NoComparison; NoEquality>]
type internal FailureLists = {
    /// In the order of happening, with the place among the children (0 is the body).
    Failures: List<struct (int * ScopeNode)>
    /// `task` children that gave no value; those that nobody looked at surface at exit.
    Unread: List<ScopeNode>
    CleanupFailures: List<exn>
    Cut: bool
}

/// What few scopes need: names, deadlines, cleanups, failures. Its lists are locked on the object itself, which nobody else sees.
[<Sealed>]
type internal ScopeExtra() =
    static let mutable lastId = 0L
    let mutable id = 0L
    let mutable held: IDisposable list = []
    let mutable released = false

    [<DefaultValue(false)>]
    val mutable Name: string

    /// When it began, in ticks of the clock's timestamp; `Never` when nobody looked at the clock then.
    member val Born = ScopeExtra.Never with get, set

    static member Never = Int64.MinValue

    member this.BeBornOnce(clock: TimeProvider) =
        if this.Born = ScopeExtra.Never then
            this.Born <- clock.GetTimestamp()

    /// The home of its body's block, where that is not the scope's own node.
    [<DefaultValue(false)>]
    val mutable Body: ScopeNode

    [<DefaultValue(false)>]
    val mutable private looks: TreeLooks

    /// In ticks of the clock's timestamp.
    member val Deadline = Int64.MaxValue with get, set

    /// What its own deadline stopped it with; the very object.
    [<DefaultValue(false)>]
    val mutable DeadlineReason: CancelReason

    /// How many failures there were when its own deadline passed.
    member val FailuresAtDeadline = 0 with get, set

    member val KeepGoing = false with get, set
    member val CancelRemaining = false with get, set

    /// It was named as stuck already.
    member val ReportedStuck = false with get, set

    /// A child whose outcome mattered was stopped because this scope was.
    member val Cut = false with get, set

    [<DefaultValue(false)>]
    val mutable private failures: List<struct (int * ScopeNode)>

    [<DefaultValue(false)>]
    val mutable private cleanupFailures: List<exn>

    [<DefaultValue(false)>]
    val mutable private unread: List<ScopeNode>

    [<DefaultValue(false)>]
    val mutable Cleanups: DisposeStack

    [<DefaultValue(false)>]
    val mutable Services: ServiceTable

    [<DefaultValue(false)>]
    val mutable Joins: ChildrenJoin

    [<DefaultValue(false)>]
    val mutable private daemons: DaemonList

    /// What the hook was told at its start; missing when nobody listens.
    [<DefaultValue(false)>]
    val mutable Started: TaskStarted

    /// In ticks of the clock's timestamp; none where no hook asks how long it took.
    member val StartedAt = ValueNone: int64 voption with get, set

    [<DefaultValue(false)>]
    val mutable Tags: IReadOnlyList<KeyValuePair<string, obj>>

    /// The operands of a group whose node was made before them.
    [<DefaultValue(false)>]
    val mutable Operands: obj

    /// Permits that are given back when the scope has ended.
    [<DefaultValue(false)>]
    val mutable Permits: PermitSet

    /// Its place in the lines for permits.
    member val Priority = 0 with get, set

    /// Somebody waits until it says that it is ready: its failure before is only a value.
    member val IsStarting = false with get, set

    /// Whoever waits for that; missing before its first instruction.
    [<DefaultValue(false)>]
    val mutable Starter: IStarter

    /// Under this key it is shared while it runs.
    [<DefaultValue(false)>]
    val mutable DedupeKey: string

    [<DefaultValue(false)>]
    val mutable private shared: Dictionary<string, ScopeNode>

    member this.HasDaemons = isThere (Volatile.Read(&this.daemons))

    /// Made on first read.
    member this.Daemons: DaemonList =
        if isMissing this.daemons then
            Interlocked.CompareExchange(&this.daemons, DaemonList(), nothing) |> ignore

        this.daemons

    /// The child that runs under this key, or else the one that `make` makes.
    member this.Share(key: string, make: Func<ScopeNode>) : struct (ScopeNode * bool) =
        lock this (fun () ->
            if isMissing this.shared then
                this.shared <- Dictionary()

            match this.shared.TryGetValue key with
            | true, node -> struct (node, false)
            | _ ->
                let node = make.Invoke()
                this.shared[key] <- node
                struct (node, true))

    /// The child has ended: the next one under this key is a new one.
    member this.Unshare(key: string, node: ScopeNode) =
        lock this (fun () ->
            match this.shared.TryGetValue key with
            | true, known when obj.ReferenceEquals(known, node) -> this.shared.Remove key |> ignore
            | _ -> ())

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

    /// When pictures were made of its children; null before the first one.
    member this.Looks: TreeLooks | null = Volatile.Read(&this.looks)

    /// Remembers that a picture was made of its children.
    member this.AddLook(newest: int, time: int64) =
        if isMissing this.looks then
            Interlocked.CompareExchange(&this.looks, TreeLooks(), nothing) |> ignore

        this.looks.Add(newest, time)

    /// Stops timers, takes registrations back and forgets the services. Called once the scope has ended.
    member this.Release() =
        let ending =
            lock this (fun () ->
                let ending = held
                released <- true
                held <- []
                this.Body <- nothing // what the block held may go
                ending)

        Volatile.Write(&this.Services, nothing)

        for resource in ending do
            resource.Dispose()

    /// Timers and registrations held now.
    member this.Held = lock this (fun () -> held.Length)

    /// How many failures of the body and of children there are so far.
    member this.FailureCount =
        lock this (fun () -> if isMissing this.failures then 0 else this.failures.Count)

    member this.AddCleanupFailure(failure: exn) =
        lock this (fun () ->
            if isMissing this.cleanupFailures then
                this.cleanupFailures <- List()

            this.cleanupFailures.Add failure)

    member this.AddFailure(place: int, node: ScopeNode) =
        lock this (fun () ->
            if isMissing this.failures then
                this.failures <- List()

            this.failures.Add(struct (place, node)))

    /// Keeps a `task` child that gave no value, in case nobody looks at it. Forgets the observed ones whenever the list would have to
    /// grow, so failed tasks that were looked at are not kept.
    member this.AddUnread(node: ScopeNode) =
        lock this (fun () ->
            if isMissing this.unread then
                this.unread <- List()
            elif this.unread.Count = this.unread.Capacity then
                this.unread.RemoveAll(fun node -> node.Observed) |> ignore

            this.unread.Add node)

    /// A copy of everything that failed so far.
    member this.PeekFailures() : FailureLists =
        let copy (list: List<'A>) =
            if isMissing list then list else List<'A>(list)

        lock this (fun () -> {
            Failures = copy this.failures
            Unread = copy this.unread
            CleanupFailures = copy this.cleanupFailures
            Cut = this.Cut
        })

    /// Hands over everything that failed so far.
    member this.TakeFailures() : FailureLists =
        lock this (fun () ->
            let taken: FailureLists = {
                Failures = this.failures
                Unread = this.unread
                CleanupFailures = this.cleanupFailures
                Cut = this.Cut
            }

            this.failures <- nothing
            this.unread <- nothing
            this.cleanupFailures <- nothing
            this.Cut <- false
            taken)

    member internal this.AddJoin(join: ChildrenJoin) =
        join.After <- this.Joins
        this.Joins <- join

    /// Unhooks the joins that have no live child left; the caller wakes them outside the gate.
    member internal this.TakeReady(parent: TreeNode) : ChildrenJoin =
        let mutable ready: ChildrenJoin = nothing
        let mutable keep: ChildrenJoin = nothing
        let mutable join = this.Joins

        while isThere join do
            let next = join.After

            if not (join.IsHeldBy parent) then
                join.After <- ready
                ready <- join
            else
                join.After <- keep
                keep <- join

            join <- next

        this.Joins <- keep
        ready
