namespace GoGoScope

open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope.Missing

/// Waiting for some of a scope's children.
[<AutoOpen>]
module internal ScopeJoin =
    type Scope with

        /// Ends when no child that joined the tree after `mark` lives; with a reason, those are cancelled first. Nothing is
        /// allocated when there is none.
        member internal this.JoinSince(mark: int, reason: CancelReason | null) : ValueTask =
            if this.NewestLiveSeq = 0 then
                ValueTask()
            else
                let late = List<Scope>()
                let mutable join: ChildrenJoin = nothing
                let extra = this.Rare
                this.Enter()

                if this.NewestLiveSeq > mark then
                    join <- ChildrenJoin(mark, this.Dispatcher)
                    extra.AddJoin join

                    if not (isNull reason) then
                        this.AddChildren(mark, late)

                this.Exit()

                match reason with
                | null -> ()
                | reason ->
                    for kid in late do
                        kid.Cancel reason

                if isMissing join then ValueTask() else join.AsValueTask()
