namespace GoGoScope

open System
open System.Threading
open GoGoScope.Missing

/// Deadlines are points on the clock's own scale, fixed when the scope starts; nesting takes the nearest.
[<AutoOpen>]
module internal Deadline =
    type Scope with

        /// Gives the scope its own deadline, from now. The owner of the deadline ends as `TimedOut`.
        member this.SetTimeout(budget: TimeSpan) : unit =
            if budget <> Timeout.InfiniteTimeSpan then
                let above =
                    if isMissing this.Parent || this.Shielded then
                        Timeout.InfiniteTimeSpan
                    else
                        this.Parent.Remaining

                let extra = this.Rare
                let clock = this.Clock
                let reason = CancelReason.DeadlinePassed budget
                extra.DeadlineReason <- reason

                let now = clock.GetTimestamp()

                if extra.Born = ScopeExtra.Never then
                    extra.Born <- now

                extra.Deadline <- now + int64 (budget.TotalSeconds * float clock.TimestampFrequency)

                let pass () =
                    extra.FailuresAtDeadline <- extra.FailureCount
                    this.Cancel reason

                if budget = TimeSpan.Zero then
                    pass ()
                elif above = Timeout.InfiniteTimeSpan || budget < above then
                    this.Keep(clock.CreateTimer((fun _ -> pass ()), null, budget, Timeout.InfiniteTimeSpan))
