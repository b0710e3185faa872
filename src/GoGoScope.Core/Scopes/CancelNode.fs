namespace GoGoScope.CompilerServices

open System
open System.Collections.Generic
open System.ComponentModel
open System.Threading
open GoGoScope
open GoGoScope.Missing

/// The part of a scope that hears and spreads the word to stop.
[<AbstractClass; EditorBrowsable(EditorBrowsableState.Never)>]
type CancelNode internal (environment: ScopeEnvironment, above: CancelNode) =
    inherit TreeNode()

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Parked: ParkedLinks

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Stop: CancelReason

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Source: CancellationTokenSource

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal Ended: bool

    /// It was told by the scope above it, and not by its own code, a deadline or a child.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable internal ToldFromAbove: bool

    // bit 0: shielded, bit 1: unborn, bit 2: opened, bit 3: covers, bit 4: repeated; a byte more here makes every scope a word larger
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private traits: byte

    member internal _.Environment = environment
    member internal _.Above = above

    member private this.Trait(bit: byte, value: bool) =
        this.traits <-
            if value then
                this.traits ||| bit
            else
                this.traits &&& ~~~bit

    /// The parent's cancel does not reach it. Said when it is made.
    member internal this.Shielded
        with get () = this.traits &&& 1uy <> 0uy
        and set value = this.Trait(1uy, value)

    /// A lazy child before its start: nothing of it runs, and it is in no list. Changed by the one who makes or starts it.
    member internal this.Unborn
        with get () = this.traits &&& 2uy <> 0uy
        and set value = this.Trait(2uy, value)

    /// It was run or opened by its own call, and is nobody's child task. Said when it is made.
    member internal this.Opened
        with get () = this.traits &&& 4uy <> 0uy
        and set value = this.Trait(4uy, value)

    /// It went through the permits of the scopes above it: what it starts needs none of them.
    member internal this.Covers
        with get () = this.traits &&& 8uy <> 0uy
        and set value = this.Trait(8uy, value)

    /// Its attempts take the permits, and not it.
    member internal this.Repeated
        with get () = this.traits &&& 16uy <> 0uy
        and set value = this.Trait(16uy, value)

    /// Ends a timer or a registration together with the scope.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract Keep: resource: IDisposable -> unit

    /// Tells who is still there when the grace after a cancel is over.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract OnGraceOver: unit -> unit

    /// What it is called in reasons and reports.
    abstract Name: string

    /// Joins the parent's list of live children, under the parent's gate. A cancel takes that gate after it has left its
    /// mark, so either it finds the child in the list or the child finds the mark.
    member private this.LinkTo(parent: CancelNode) =
        parent.Enter()
        let linked = not this.Attached && not this.Ended

        if linked then
            parent.Link this

        parent.Exit()

        if linked && not this.Shielded && parent.IsCancelled then
            this.CancelFromAbove(parent.ReasonBelow())

    /// Joins the tree. Lazy: a child that ends at once, and shows nobody its token, never does. Ancestors join before it.
    member internal this.Attach() =
        if
            not this.Attached
            && isThere above
            && not (Volatile.Read(&this.Ended))
            && not this.Unborn
        then
            if above.Attached || isMissing above.Above then
                this.LinkTo above
            else
                let path = Stack<CancelNode>()
                let mutable scope: CancelNode = this

                while not scope.Attached && isThere scope.Above do
                    path.Push scope
                    scope <- scope.Above

                while path.Count > 0 do
                    let next = path.Pop()
                    next.LinkTo next.Above

    /// The nearest scope, this one or above, that was told to stop and whose stop reaches this one. A scope that is in
    /// its parent's list is told itself; one that is not yet looks up.
    member private this.NearestStopped: CancelNode =
        let mutable scope: CancelNode = this

        while isThere scope && isMissing (Volatile.Read(&scope.Stop)) do
            scope <-
                if scope.Attached || scope.Shielded then
                    nothing
                else
                    scope.Above

        scope

    /// Level-triggered.
    override this.IsCancelled =
        isThere (Volatile.Read(&this.Stop))
        || (not this.Attached && isThere above && isThere this.NearestStopped)

    override this.Reason: CancelReason | null =
        let stopped = this.NearestStopped

        if isMissing stopped then
            null
        elif obj.ReferenceEquals(stopped, this) then
            this.Stop
        elif obj.ReferenceEquals(stopped, above) then
            above.ReasonBelow()
        else
            CancelReason.Below(stopped.ReasonBelow())

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
        | CancelReason.RaceLost _ when not this.ToldFromAbove && isThere (Volatile.Read(&this.Stop)) -> reason
        | _ -> CancelReason.Below reason

    member private this.TryStop(reason: CancelReason, fromAbove: bool) =
        let won =
            not (Volatile.Read(&this.Ended))
            && isMissing (Interlocked.CompareExchange(&this.Stop, reason, nothing))

        if won then
            this.ToldFromAbove <- fromAbove

        won

    /// Marks the children, which go to `marked`, the oldest first. `kids` is room for them, for one scope after the other.
    member private this.MarkChildren(marked: List<CancelNode>, kids: List<CancelNode>) =
        kids.Clear()
        this.Enter()
        this.AddChildren kids
        this.Exit()

        if kids.Count > 0 then
            let below = this.ReasonBelow()

            for index in kids.Count - 1 .. -1 .. 0 do
                let kid = kids[index]

                if not kid.Shielded && kid.TryStop(below, true) then
                    marked.Add kid

    /// Fires the token and wakes what is parked, with a value, in the order of parking. What throws must not keep the others
    /// from hearing it.
    member private this.WakeAll(parked: List<CancelLink>) =
        parked.Clear()
        this.Enter()
        this.Parked.TakeAll parked
        this.Exit()

        if isThere this.Source then
            try
                this.Source.Cancel()
            with failure ->
                this.Unobserved("a callback on the cancellation token", failure)

        if parked.Count > 0 then
            let reason = this.StopReason

            for link in parked do
                try
                    link.OnCancelled reason
                with failure ->
                    this.Unobserved("a wait that was cancelled", failure)

    /// Who is told from above is heard of there already, unless other hooks begin here. An ordinary exit is no cancellation.
    member private this.TellCancelled() =
        if environment.Hooks.HearsCancels then
            let reason = this.StopReason

            let isNews =
                if this.ToldFromAbove then
                    not (obj.ReferenceEquals(environment.Hooks, above.Environment.Hooks))
                else
                    match reason with
                    | CancelReason.ScopeExited _ -> false
                    | _ -> true

            if isNews then
                environment.OnCancel { Scope = this.Name; Reason = reason }

    /// The whole subtree is marked before anything in it is woken: whoever wakes finds everything else told already.
    member private this.Spread() =
        let marked = List<CancelNode>()
        let kids = List<CancelNode>()
        marked.Add this
        let mutable index = 0

        while index < marked.Count do
            marked[index].MarkChildren(marked, kids)
            index <- index + 1

        let parked = List<CancelLink>()

        for node in marked do
            node.TellCancelled()
            node.WakeAll parked

        if
            not (Volatile.Read(&this.Ended))
            && environment.Grace <> Timeout.InfiniteTimeSpan
        then
            try
                let ring = TimerCallback(fun _ -> this.OnGraceOver())

                this.Keep(
                    environment.Clock.CreateTimer(ring, null, environment.Grace, Timeout.InfiniteTimeSpan)
                )
            with failure -> // a clock that throws must not keep the scope from ending
                this.Unobserved("the timer of the grace", failure)

    /// The cancel of a child by the scope above it.
    member internal this.CancelFromAbove(reason: CancelReason) =
        if this.TryStop(reason, true) then
            this.Spread()

    override this.Cancel(reason: CancelReason) =
        Checks.notNull (nameof reason) reason

        if this.TryStop(reason, false) then
            this.Spread()

    override this.Park(link) =
        this.Attach()

        this.Enter()
        let late = this.IsCancelled

        if not late then
            this.Parked.Add link

        this.Exit()
        not late

    override this.Unpark(link) =
        this.Enter()
        this.Parked.Remove link
        this.Exit()

    /// Fires when the scope is asked to stop. Read for the first time after the scope has ended, it has fired already.
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
