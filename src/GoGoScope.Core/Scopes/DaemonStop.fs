namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// Stops the daemons of a scope that joined it after a mark, or all of them: the youngest first, the next one only when
/// that has ended, so that a helper outlives those that were started on top of it.
[<Sealed>]
type internal DaemonStop(scope: Scope, mark: int voption, ended: Action) =
    let daemons = scope.Extra.Daemons

    static let next =
        Action<obj | null>(fun stop ->
            match stop with
            | :? DaemonStop as stop -> stop.Run()
            | _ -> ())

    /// Returns when all have ended or one has to be waited for.
    member this.Run() =
        let mutable daemon = Unchecked.defaultof<TreeNode>
        let mutable going = true

        while going do
            if daemons.TryYoungest(mark, &daemon) then
                (nonNull (Unsafe.As<Scope> daemon)).CancelFromAbove(scope.ReasonToDaemons())

                let goOn = Action(fun () -> scope.Dispatcher.Resume(next, this))
                going <- not (daemons.Await(daemon, goOn))
            else
                going <- false
                ended.Invoke()

/// How a child joins its parent: counted in before its first instruction, if it is awaited.
[<AutoOpen>]
module internal Joining =
    type Scope with

        /// False: the parent has closed. A daemon is counted in only while it starts: until `HasStarted`.
        member this.TryEnterParent() : bool =
            let parent = this.Parent

            if parent.Count.Enter() = Entry.Closed then
                false
            else
                if this.Kind = ChildKind.Daemon then
                    this.Attach()
                    parent.Rare.Daemons.Add this

                    if parent.IsCancelled then
                        this.CancelFromAbove(parent.ReasonBelow())

                true

        /// The parent has closed. Whoever was given the handle early (it is shared, or lazy) may have put it into the tree.
        member this.EndRefused() =
            if not (this.TryEndUnattached()) then
                Volatile.Write(&this.Ended, true)
                this.Parent.Detach this

        /// It runs, or has ended.
        member this.HasStarted() =
            if this.Kind = ChildKind.Daemon then
                this.Parent.Leave()
