namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading.Tasks

/// Waiting for some of a scope's children.
[<AutoOpen>]
module internal ScopeJoin =
    type Scope with

        /// Ends when no child lives, or, with a mark, none that joined the tree after it; with a reason, those are cancelled
        /// first. Nothing is allocated when there is none.
        member internal this.Join(mark: int voption, reason: CancelReason | null) : ValueTask =
            if not this.HasLiveChildren then
                ValueTask()
            else
                let live = List<Scope>()
                let join = ChildrenJoin(mark, this.Dispatcher)
                let extra = this.Rare
                this.Enter()
                let waits = join.IsHeldBy this

                if waits then
                    extra.AddJoin join
                    this.AddChildren live

                this.Exit()

                match reason with
                | null -> ()
                | reason ->
                    for kid in live do
                        if kid.IsAwaited && (mark.IsNone || kid.Seq - mark.Value > 0) then
                            kid.CancelFromAbove reason

                if waits then join.AsValueTask() else ValueTask()

        /// As `Join`, and then stops the daemons that joined after the mark. What those start on their way out is joined too.
        member internal this.JoinAndStop(mark: int, reason: CancelReason | null) : ValueTask =
            ValueTask(
                task {
                    while this.HasLiveSince mark do
                        do! this.Join(ValueSome mark, reason).ConfigureAwait this.Dispatcher.UsesContext
                        let stopped = TaskCompletionSource()
                        DaemonStop(this, ValueSome mark, Action stopped.SetResult).Run()
                        do! stopped.Task.ConfigureAwait this.Dispatcher.UsesContext
                }
                :> Task
            )
