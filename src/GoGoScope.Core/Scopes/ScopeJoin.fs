namespace GoGoScope

open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Waiting for some of a scope's children.
[<AutoOpen>]
module internal ScopeJoin =
    type Scope with

        /// Ends when no child attached after `mark` lives. Nothing is allocated when there is none.
        member internal this.JoinSince(mark: int, reason: CancelReason | null) : ValueTask =
            if isMissing (Volatile.Read(&this.Last)) then
                ValueTask()
            else
                let late = List<Scope>()

                let join: ChildrenJoin =
                    this.Hold(fun () ->
                        if isMissing this.Last || this.Last.Seq <= mark then
                            nothing
                        else
                            let join = ChildrenJoin(mark, this.Dispatcher)
                            this.Rare.AddJoin join
                            let mutable kid = this.Last

                            while not (isNull reason) && isThere kid && kid.Seq > mark do
                                late.Add kid
                                kid <- kid.Prev

                            join)

                match reason with
                | null -> ()
                | reason ->
                    for kid in late do
                        kid.Cancel reason

                if isMissing join then ValueTask() else join.AsValueTask()
