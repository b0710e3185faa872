namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// What the end of a child means to its parent.
type internal ChildKind =
    /// Nobody above.
    | Root = 0uy
    /// Its outcome goes to whoever binds it.
    | Bound = 1uy
    /// Its failure fails the scope.
    | Fork = 2uy
    /// Its outcome is a value; a failure surfaces only if nobody looked.
    | Task = 3uy

/// The live tree node of structured concurrency: it owns the children started in it, a cancellation token, a deadline
/// and cleanups, and ends only after all that was started in it has ended. Safe to use from any thread.
/// Converts to `CancellationToken`.
[<Sealed>]
type Scope internal (environment: ScopeEnvironment, parent: Scope) =
    inherit WorkContext()

    // Sealed, or a `scope { }` block would be no resumable code: the compiler wraps functions over unsealed classes.
    // A plain child is this one object; what is rare lives in `ScopeExtra`, what is typed in `ScopeNode`.
    [<DefaultValue(false)>]
    val mutable internal Prev: Scope

    [<DefaultValue(false)>]
    val mutable internal Next: Scope

    /// The youngest live child; the others follow by `Prev`, in descending `Seq`.
    [<DefaultValue(false)>]
    val mutable internal Last: Scope

    [<DefaultValue(false)>]
    val mutable internal Parked: ParkedLinks

    [<DefaultValue(false)>]
    val mutable internal Stop: CancelReason

    [<DefaultValue(false)>]
    val mutable internal Source: CancellationTokenSource

    [<DefaultValue(false)>]
    val mutable internal Extra: ScopeExtra

    /// A scope that no code can have kept, for the next child.
    [<DefaultValue(false)>]
    val mutable internal Spare: Scope

    [<DefaultValue(false)>]
    val mutable internal Node: ScopeNode

    [<DefaultValue(false)>]
    val mutable internal File: string

    [<DefaultValue(false)>]
    val mutable internal Line: int

    [<DefaultValue(false)>]
    val mutable internal Count: ChildCount

    /// Place among the parent's children, from 1; given at the first wait.
    [<DefaultValue(false)>]
    val mutable internal Seq: int

    [<DefaultValue(false)>]
    val mutable internal LastSeq: int

    /// How often it was given to code that may have kept it.
    [<DefaultValue(false)>]
    val mutable internal Lent: int

    [<DefaultValue(false)>]
    val mutable internal Gate: int

    [<DefaultValue(false)>]
    val mutable internal Kind: ChildKind

    [<DefaultValue(false)>]
    val mutable internal Attached: bool

    [<DefaultValue(false)>]
    val mutable internal Ended: bool

    [<DefaultValue(false)>]
    val mutable internal KeepGoing: bool

    /// Children that still run when the body has ended well are stopped.
    [<DefaultValue(false)>]
    val mutable internal CancelRemaining: bool

    /// The parent's cancel does not reach it.
    [<DefaultValue(false)>]
    val mutable internal Shielded: bool

    member internal _.Environment = environment
    member internal _.Parent = parent

    /// A few instructions under a spin bit: parents start children while others end them, and a monitor would park.
    member inline internal this.Hold([<InlineIfLambda>] body: unit -> 'R) : 'R =
        let mutable spin = SpinWait()

        while Interlocked.Exchange(&this.Gate, 1) = 1 do
            spin.SpinOnce -1

        let result = body ()
        Volatile.Write(&this.Gate, 0)
        result

    member internal this.Rare: ScopeExtra =
        if isMissing this.Extra then
            Interlocked.CompareExchange(&this.Extra, ScopeExtra(), nothing) |> ignore

        this.Extra

    // ---- ending ----

    /// Counts out a child that no code can have kept; the next child is the same object if this was the only one.
    member internal this.LeaveUnseen(child: Scope) =
        if this.Count.IsSoleChild then
            this.Spare <- child

            if not (this.Count.LeaveSpare()) then
                this.Leave()
        else
            this.Leave()

    member internal this.Leave() =
        if this.Count.Leave() then
            this.Node.Finish()

    member internal this.BodyDone() =
        if this.Count.BodyEnds() then
            this.Node.Finish()

    /// Marks a closed scope as ended, unless the parent knows it.
    member internal this.TryEndUnattached() =
        if isMissing parent then
            Volatile.Write(&this.Ended, true)
            true
        else
            parent.Hold(fun () ->
                if not this.Attached then
                    Volatile.Write(&this.Ended, true)

                not this.Attached)

    /// Ends a timer or a registration together with the scope.
    member internal this.Keep(resource: IDisposable) =
        if not (this.Rare.Keep resource) then
            resource.Dispose()

    // ---- the tree ----

    /// Joins the parent's list of live children. Lazy: a child that ends at once, and shows nobody its token, never does.
    member internal this.Attach() =
        if not (Volatile.Read(&this.Attached)) && isThere parent then
            parent.Attach()

            let linked =
                parent.Hold(fun () ->
                    if this.Attached || this.Ended then
                        false
                    else
                        parent.LastSeq <- parent.LastSeq + 1
                        this.Seq <- parent.LastSeq
                        this.Prev <- parent.Last

                        if isThere parent.Last then
                            parent.Last.Next <- this

                        parent.Last <- this
                        Volatile.Write(&this.Attached, true)
                        true)

            // the cancel that passed before the link was there did not see this child
            if linked && not this.Shielded && parent.IsCancelled then
                this.Cancel(parent.ReasonBelow())

    /// Takes an attached child off the list and wakes the joins that waited for it.
    member internal this.Detach(child: Scope) =
        let ready: ChildrenJoin =
            this.Hold(fun () ->
                if isMissing child.Next then
                    this.Last <- child.Prev
                else
                    child.Next.Prev <- child.Prev

                if isThere child.Prev then
                    child.Prev.Next <- child.Next

                child.Prev <- nothing
                child.Next <- nothing

                if isMissing this.Extra then
                    nothing
                else
                    this.Extra.TakeReady(if isMissing this.Last then 0 else this.Last.Seq))

        let mutable join = ready

        while isThere join do
            let next = join.After
            join.Wake()
            join <- next

    /// Live children, the oldest first.
    member internal this.Children() : List<Scope> =
        let kids = List<Scope>()

        this.Hold(fun () ->
            let mutable kid = this.Last

            while isThere kid do
                kids.Add kid
                kid <- kid.Prev)

        kids.Reverse()
        kids

    // ---- cancelling ----

    /// Level-triggered. A child that is not in its parent's list yet looks up by itself.
    override this.IsCancelled =
        isThere (Volatile.Read(&this.Stop))
        || (not (Volatile.Read(&this.Attached))
            && isThere parent
            && not this.Shielded
            && parent.IsCancelled)

    override this.Reason: CancelReason | null =
        let own = Volatile.Read(&this.Stop)

        if isThere own then
            own
        elif isThere parent && not this.Shielded && parent.IsCancelled then
            parent.ReasonBelow()
        else
            null

    /// What is said when it is cancelled for sure.
    member internal this.StopReason: CancelReason =
        match this.Reason with
        | null -> CancelReason.ScopeExited this.Name
        | reason -> reason

    /// What its children are told. A reason that arose among the children (a sibling failed, the scope exited) reaches
    /// them as it is; everything further below is told that its parent ended.
    member internal this.ReasonBelow() : CancelReason =
        let reason = this.StopReason

        match reason with
        | CancelReason.SiblingFailed _
        | CancelReason.ScopeExited _
        | CancelReason.RaceLost _ when isMissing parent || not (obj.ReferenceEquals(parent.Stop, reason)) ->
            reason
        | _ -> CancelReason.ParentEnded reason

    member private this.TryStop(reason: CancelReason) =
        not (Volatile.Read(&this.Ended))
        && isMissing (Interlocked.CompareExchange(&this.Stop, reason, nothing))

    /// Marks the children, fires the token, wakes what is parked with a value. Marked children go to `marked`.
    member private this.Spread(marked: Queue<Scope>) =
        let parked = List<CancelLink>()

        if isThere this.Last then
            let below = this.ReasonBelow()

            for kid in this.Children() do
                if not kid.Shielded && kid.TryStop below then
                    marked.Enqueue kid

        if not this.Parked.IsEmpty then
            this.Hold(fun () -> this.Parked.TakeAll parked)

        if isThere this.Source then
            try
                this.Source.Cancel()
            with failure ->
                this.Unobserved("a callback on the cancellation token", failure)

        for link in parked do
            link.OnCancelled this.StopReason

    /// Names what has not ended when the grace after a cancel is over: the live scopes that wait for no child.
    member private this.ReportStuck() =
        let rec leaves (scope: Scope) : Scope seq = seq {
            let kids = scope.Children()

            if kids.Count = 0 then
                scope
            else
                for kid in kids do
                    yield! leaves kid
        }

        for leaf in leaves this do
            if not (Volatile.Read(&leaf.Ended)) then
                environment.Stuck {
                    Scope = (if isThere leaf.Parent then leaf.Parent.Name else leaf.Name)
                    Child = leaf.Name
                    Site = leaf.Site
                    Waited = environment.Grace
                    Reason = leaf.StopReason
                }

    /// Asks everything in this scope to stop. The first reason wins; later calls, and calls after its end, change nothing.
    override this.Cancel(reason: CancelReason) =
        Checks.notNull (nameof reason) reason

        if this.TryStop reason then
            let marked = Queue<Scope>()
            this.Spread marked

            while marked.Count > 0 do
                marked.Dequeue().Spread marked

            if
                not (Volatile.Read(&this.Ended))
                && environment.Grace <> Timeout.InfiniteTimeSpan
            then
                let ring = TimerCallback(fun _ -> this.ReportStuck())

                this.Keep(
                    environment.Clock.CreateTimer(ring, null, environment.Grace, Timeout.InfiniteTimeSpan)
                )

    /// Asks everything in this scope to stop, for a reason in your own words.
    member this.Cancel(message: string) =
        Checks.notNull (nameof message) message
        this.Cancel(CancelReason.Requested message)

    override this.Park(link) =
        this.Attach()

        this.Hold(fun () ->
            if this.IsCancelled then
                false
            else
                this.Parked.Add link
                true)

    override this.Unpark(link) =
        this.Hold(fun () -> this.Parked.Remove link)

    /// Fires when the scope is asked to stop. The token of a scope that has ended has fired.
    override this.Token: CancellationToken =
        if isThere this.Source then
            this.Source.Token
        elif Volatile.Read(&this.Ended) then
            CancellationToken true
        else
            this.Attach()
            let made = new CancellationTokenSource()

            if
                isMissing (Interlocked.CompareExchange(&this.Source, made, nothing))
                && this.IsCancelled
            then
                made.Cancel()

            this.Source.Token

    /// A scope is its token.
    static member op_Implicit(scope: Scope) : CancellationToken = scope.Token

    // ---- what it is called, what it lives on ----

    override _.Clock = environment.Clock
    override _.Dispatcher = environment.Dispatcher

    override this.Unobserved(what, failure) =
        environment.Unobserved(this.Name, what, failure)

    /// A number that no other scope of this process has. Given on first read.
    member this.Id: int64 = this.Rare.Id

    /// The name it was given, or one made of its kind and its place among its siblings.
    member this.Name: string =
        if isThere this.Extra && isThere this.Extra.Name then
            this.Extra.Name
        elif this.Kind = ChildKind.Root then
            $"scope-{this.Id}"
        else
            this.Attach()
            $"{this.Kind.ToString().ToLowerInvariant()}-{this.Seq}"

    /// Where it was started: file and line; empty when unknown.
    member this.Site: string =
        if isMissing this.File || this.File = "" then
            ""
        else
            $"{this.File}:{this.Line}"

    override this.Remaining =
        let mutable nearest = Int64.MaxValue
        let mutable scope = this

        while isThere scope do
            if isThere scope.Extra then
                nearest <- min nearest scope.Extra.Deadline

            scope <- if scope.Shielded then nothing else scope.Parent

        if nearest = Int64.MaxValue then
            Timeout.InfiniteTimeSpan
        else
            max TimeSpan.Zero (environment.Clock.GetElapsedTime(environment.Clock.GetTimestamp(), nearest))

    /// The name.
    override this.ToString() = this.Name

    /// Cancels what is left in it (`ScopeExited`), waits until all of it has ended and the cleanups have run. A second,
    /// concurrent call waits for the same end. Never throws. On the scope of a running child it cancels and does not wait,
    /// because the child would wait for itself.
    member this.DisposeAsync() : ValueTask =
        if isThere this.Node then
            this.Node.Dispose()
        else
            this.Cancel(CancelReason.ScopeExited this.Name)
            ValueTask()

    interface IAsyncDisposable with
        member this.DisposeAsync() = this.DisposeAsync()
