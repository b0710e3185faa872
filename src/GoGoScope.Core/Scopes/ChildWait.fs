namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// A wait that somebody else's task or child will end, if nothing ends it before.
[<AbstractClass>]
type internal TaskEnd<'R>(scope: Scope) =
    inherit Waiter<'R>(scope)
    abstract TaskEnded: unit -> unit

    interface ITaskEnd with
        member this.TaskEnded() = this.TaskEnded()

and internal ITaskEnd =
    abstract TaskEnded: unit -> unit

/// All that a child keeps of the wait for it once the wait was cancelled. Its failure is its own scope's to report.
[<Sealed>]
type internal ChildHook(wait: ITaskEnd) =
    let mutable wait = wait

    static member val ChildEnded =
        Action<obj | null>(fun hook ->
            match hook with
            | :? ChildHook as hook -> hook.Ended()
            | _ -> ())

    member _.Cut() = Volatile.Write(&wait, nothing)

    member private _.Ended() =
        let wait = Volatile.Read(&wait)

        if isThere wait then
            wait.TaskEnded()

/// The wait for a child that does not stop with the scope that waits: another scope's, or a daemon. It ends with the child or with
/// the scope's cancellation, whichever is first.
[<Sealed>]
type internal ForeignChildWait<'T, 'E>(scope: Scope, node: Node<'T, 'E>) =
    inherit TaskEnd<Outcome<'T, 'E>>(scope)

    [<DefaultValue(false)>]
    val mutable private hook: ChildHook

    override _.What =
        if obj.ReferenceEquals(node.Scope.Parent, scope) then
            node.Scope.Name
        else
            $"{node.Scope.Name} of another scope"

    override this.OnCancelled reason =
        if this.TryClaim() then
            if isThere this.hook then
                this.hook.Cut()

            this.Wake(Error(ScopeError.cancelled reason))

    override this.TaskEnded() =
        if this.TryClaim() then
            scope.Unpark this
            node.Observed <- true
            this.Wake node.Result

    member this.Start() : ValueTask<Outcome<'T, 'E>> =
        let hook = ChildHook this
        this.hook <- hook

        if not (scope.Park this) then
            this.OnCancelled scope.StopReason

        node.OnCompleted(ChildHook.ChildEnded, hook)
        this.AsValueTask()
