namespace GoGoScope

open System
open System.Collections.Generic
open System.Globalization
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// The live tree node of structured concurrency: it owns the children started in it, a cancellation token, a deadline
/// and cleanups, and ends only after all that was started in it has ended. Safe to use from any thread.
/// Converts to `CancellationToken`.
[<Sealed>]
type Scope internal (environment: ScopeEnvironment, parent: Scope) =
    inherit CancelNode(environment, parent)

    // Sealed, or a `scope { }` block would be no resumable code: the compiler wraps functions over unsealed classes.
    // A plain child is this one object; what is rare lives in `ScopeExtra`, what is typed in `ScopeNode`.
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

    /// Some code may have kept it, or a child of it: it is never reused.
    [<DefaultValue(false)>]
    val mutable internal Kept: bool

    /// How often it was given to steps of a block that have not said that they did not keep it.
    [<DefaultValue(false)>]
    val mutable internal Lent: int

    [<DefaultValue(false)>]
    val mutable internal Kind: ChildKind

    member internal this.Parent: Scope =
        let above = this.Above

        if isMissing above then
            nothing
        else
            nonNull (Unsafe.As<Scope> above)

    member internal this.Rare: ScopeExtra =
        if isMissing this.Extra then
            Interlocked.CompareExchange(&this.Extra, ScopeExtra(), nothing) |> ignore

        this.Extra

    // what few scopes are told stands apart: three bytes here would make every scope a word larger

    /// A failure does not stop the siblings.
    member internal this.KeepGoing
        with get () = isThere this.Extra && this.Extra.KeepGoing
        and set value =
            if value then
                this.Rare.KeepGoing <- true

    /// Children that still run when the body has ended well are stopped.
    member internal this.CancelRemaining
        with get () = isThere this.Extra && this.Extra.CancelRemaining
        and set value =
            if value then
                this.Rare.CancelRemaining <- true

    /// Whether it is the scope or somewhere below it.
    member internal this.IsWithin(scope: Scope) =
        let mutable above = this

        while isThere above && not (obj.ReferenceEquals(above, scope)) do
            above <- above.Parent

        isThere above

    member internal this.SelfJoin(waiting: Scope) =
        if obj.ReferenceEquals(waiting, this) then
            $"'{this.Name}' waits for its own end"
        else
            $"'{waiting.Name}' waits for the end of '{this.Name}', of which it is a part"

    override this.IsAwaited = this.Kind <> ChildKind.Daemon

    /// What its daemons are told when nothing but them is left.
    member internal this.ReasonToDaemons() : CancelReason =
        if this.IsCancelled then
            this.ReasonBelow()
        else
            CancelReason.ScopeExited this.Name

    // ---- ending ----

    /// Counts out a child that no code can have kept; the next child is the same object if this was the only one.
    member internal this.LeaveUnseen(child: Scope) =
        if this.Count.IsSoleChild then
            // mostly it is the same one again, and a write of a reference costs more than a look
            if not (obj.ReferenceEquals(this.Spare, child)) then
                this.Spare <- child

            if not (this.Count.LeaveSpare()) then
                this.Leave()
        else
            this.Leave()

    // a tree whose scopes end each other would run out of stack: then it goes on through the dispatcher
    member internal this.Close() =
        if RuntimeHelpers.TryEnsureSufficientExecutionStack() then
            this.Node.Finish()
        else
            this.Environment.Dispatcher.Queue((fun _ -> this.Node.Finish()), null)

    member internal this.Leave() =
        if this.Count.Leave() then
            this.Close()

    /// Marks a closed scope as ended, unless the parent knows it.
    member internal this.TryEndUnattached() =
        if isMissing this.Above then
            Volatile.Write(&this.Ended, true)
            true
        else
            let parent = this.Parent
            parent.Enter()
            let unknown = not this.Attached

            if unknown then
                Volatile.Write(&this.Ended, true)

            parent.Exit()
            unknown

    /// Ends a timer or a registration together with the scope; at once when nothing of it runs, or runs yet.
    override this.Keep(resource: IDisposable) =
        if this.Count.IsClosed || not (this.Rare.Keep resource) then
            resource.Dispose()

    // ---- the tree ----

    /// Live children, the oldest first.
    member internal this.Children() : List<Scope> =
        let kids = List<Scope>()
        this.Enter()
        this.AddChildren kids
        this.Exit()
        kids.Reverse()
        kids

    /// Takes an attached child off the list and wakes the joins that waited for it.
    member internal this.Detach(child: Scope) =
        this.Enter()
        this.Unlink child

        let mutable join: ChildrenJoin =
            if isMissing this.Extra then
                nothing
            else
                this.Extra.TakeReady this

        this.Exit()

        while isThere join do
            let next = join.After
            join.Wake()
            join <- next

    member private this.Tell(child: string, reason: CancelReason) =
        this.Environment.Stuck {
            Scope = (if isThere this.Parent then this.Parent else this).Name
            Child = child
            Site = this.Site
            Waited = this.Environment.Grace
            Reason = reason
        }

    /// A cleanup has taken longer than its bound.
    member internal this.ReportSlowCleanup() =
        this.Tell($"a cleanup of {this.Name}", CancelReason.ScopeExited this.Name)

    /// Names what was asked to stop and has not ended when the grace is over: the live scopes that wait for no child.
    /// Each of them once.
    override this.OnGraceOver() =
        let left = Stack<Scope>()
        left.Push this

        while left.Count > 0 do
            let scope = left.Pop()
            let kids = scope.Children()

            for kid in kids do
                if kid.IsCancelled then
                    left.Push kid

            // a daemon is not waited for before it is its turn to stop
            let waits = kids.Exists(fun kid -> kid.IsAwaited || kid.IsCancelled)

            if not waits && not (Volatile.Read(&scope.Ended)) && not scope.Rare.ReportedStuck then
                scope.Rare.ReportedStuck <- true

                scope.Tell(scope.Name, scope.StopReason)

    /// Asks everything in this scope to stop. The first reason wins; later calls, and calls after its end, change nothing.
    /// Tokens fire and waits end on the caller's thread; the scope does not end before all of them have been told.
    override this.Cancel(reason: CancelReason) =
        let counted = this.Count.Enter() <> Entry.Closed

        try
            base.Cancel reason
        finally
            if counted then
                this.Leave()

    /// Asks everything in this scope to stop, for a reason in your own words.
    member this.Cancel(message: string) =
        Checks.notNull (nameof message) message
        this.Cancel(CancelReason.Requested message)

    /// A scope is its token.
    static member op_Implicit(scope: Scope) : CancellationToken = scope.Token

    // ---- what it is called, what it lives on ----

    override this.Clock = this.Environment.Clock
    override this.Dispatcher = this.Environment.Dispatcher

    override this.Unobserved(what, failure) =
        this.Environment.Unobserved(this.Name, what, failure)

    /// A number that no other scope of this process has. Given on first read.
    member this.Id: int64 = this.Rare.Id

    /// The name it was given, or one made of its kind and its place among its siblings.
    override this.Name: string =
        if isThere this.Extra && isThere this.Extra.Name then
            this.Extra.Name
        elif this.Kind = ChildKind.Root then
            "scope-" + this.Id.ToString CultureInfo.InvariantCulture
        else
            this.Attach()

            // plain concatenation: reasons carry names, and an interpolated one costs more than the rest of a cancel
            let kind =
                match this.Kind with
                | ChildKind.Fork -> "fork"
                | ChildKind.Task -> "task"
                | ChildKind.Operand -> "operand"
                | ChildKind.Daemon -> "daemon"
                | ChildKind.Competitor -> "competitor"
                | ChildKind.Attempt -> "attempt"
                | _ -> "bound"

            if this.Seq = 0 then
                kind
            else
                kind + "-" + this.Seq.ToString CultureInfo.InvariantCulture

    /// Where it was started: file and line; empty when unknown.
    member this.Site: string =
        if isMissing this.File || this.File = "" then
            ""
        else
            $"{this.File}:{this.Line}"

    /// Until its own deadline, by its own clock; below zero when that has passed.
    member internal this.LeftOfOwn =
        if isMissing this.Extra || this.Extra.Deadline = Int64.MaxValue then
            TimeSpan.MaxValue
        else
            this.Clock.GetElapsedTime(this.Clock.GetTimestamp(), this.Extra.Deadline)

    override this.Remaining =
        let mutable nearest = TimeSpan.MaxValue
        let mutable scope = this

        while isThere scope do
            nearest <- min nearest scope.LeftOfOwn
            scope <- if scope.Shielded then nothing else scope.Parent

        if nearest = TimeSpan.MaxValue then
            Timeout.InfiniteTimeSpan
        else
            max TimeSpan.Zero nearest

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
