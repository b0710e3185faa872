namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// The handle of a child that was started. Either the value itself, when the body ended well at once, or a reference to
/// the running child. Any number of awaits is safe, copies share the child, and reading the outcome through one of them
/// observes it for all. `default` is no handle: using it throws `InvalidOperationException`.
[<Struct; NoComparison; NoEquality>]
type ScopeTask<'T, 'E> =
    val private state: byte // 0 default, 1 the value, 2 a node
    val private value: 'T
    val private node: Node<'T, 'E>

    internal new(value: 'T) =
        {
            state = 1uy
            value = value
            node = nothing
        }

    internal new(node: Node<'T, 'E>) =
        {
            state = 2uy
            value = Unchecked.defaultof<'T>
            node = node
        }

    member private this.Check() =
        if this.state = 0uy then
            raise (
                InvalidOperationException
                    "This ScopeTask was never started: it is default(ScopeTask). Use the handle that fork or task returned."
            )

    member internal this.IsValue = this.state = 1uy
    member internal this.Value = this.value

    member internal this.Node =
        this.Check()
        this.node

    /// Whether it has ended, its own children included.
    member this.IsCompleted =
        this.Check()
        this.IsValue || this.node.IsDone

    /// The name it was given, or one made of its kind and its place among its siblings.
    member this.Name =
        this.Check()
        if this.IsValue then "task" else this.node.Scope.Name

    /// A number that no other scope of this process has; 0 for a child that ended before anyone could ask.
    member this.Id =
        this.Check()
        if this.IsValue then 0L else this.node.Scope.Id

    /// Fires when the child is asked to stop. Read for the first time after the child has ended, it has fired already.
    member this.Token =
        this.Check()

        if this.IsValue then
            CancellationToken true
        else
            this.node.Scope.Token

    /// Asks the child, and all below it, to stop. That is no failure of its parent. Changes nothing once it has ended.
    member this.Cancel(reason: CancelReason) =
        this.Check()

        if not this.IsValue then
            this.node.Scope.Cancel reason

    /// Asks the child, and all below it, to stop, for a reason in your own words.
    member this.Cancel(message: string) =
        Checks.notNull (nameof message) message
        this.Cancel(CancelReason.Requested message)

    /// The outcome as a value; never throws. Starts a lazy child. A daemon outlives the cancel of its scope, and stops only
    /// after the code that may wait for it here: so that cancel ends the wait.
    member internal this.AsValueTask() : ValueTask<Outcome<'T, 'E>> =
        this.Check()

        if this.IsValue then
            ValueTask<Outcome<'T, 'E>>(Ok this.value)
        elif not this.node.IsDone && Ambient.IsPartOf this.node.Scope then
            let waits = this.node.Scope.SelfJoin Ambient.Here
            ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected (Rejection.WouldDeadlock waits)))
        elif not this.node.IsDone && this.node.Scope.Kind = ChildKind.Daemon then
            this.node.EnsureStarted()
            ForeignChildWait<'T, 'E>(this.node.Scope.Parent, this.node).Start()
        else
            this.node.AsValueTask()

    /// For those who know that it ended.
    member internal this.Peek() : Outcome<'T, 'E> =
        if this.IsValue then Ok this.value else this.node.Result
