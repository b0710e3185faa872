namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.Missing

/// Which permits a task needs.
[<AutoOpen>]
module internal Permits =
    type Scope with

        /// Null: none, because no scope above is limited, or a task above holds them all.
        member this.NeededPermits() : PermitSet | null =
            let needed = List<ConcurrencyLimit>()
            let mutable above = this.Parent
            let mutable limit = above.Environment.Limit
            let mutable covered = false

            while isThere limit && not covered do
                while not covered && not (obj.ReferenceEquals(above, limit.Owner)) do
                    if above.Covers then
                        covered <- true
                    else
                        above <- above.Parent

                if not covered then
                    needed.Add limit
                    covered <- above.Covers
                    limit <- limit.Outer

            if needed.Count = 0 then
                null
            else
                PermitSet(needed.ToArray())

/// The wait for one permit.
[<Sealed>]
type internal PermitWait
    (scope: Scope, limit: ConcurrencyLimit, priority: int, granted: Action, stopped: Action) as this =
    inherit ParkedCaller()
    let arm = Arm this

    do
        // the lower rank goes first
        arm.Rank <-
            if priority = Int32.MinValue then
                Int32.MaxValue
            else
                -priority

    override _.What =
        let owner =
            match limit.Owner with
            | :? Scope as owner -> owner.Name
            | _ -> ""

        $"a permit of '{owner}'"

    override this.Wake() =
        scope.Unpark this
        granted.Invoke()

    override this.OnCancelled _ =
        if this.TryClaim() then
            arm.Leave()
            stopped.Invoke()

    /// True: the permit is there at once, and nothing is called.
    member this.TryTake() : bool =
        let taken = limit.TakeOrJoin arm

        if not taken then
            if not (scope.Park this) then
                this.OnCancelled scope.StopReason
            elif this.IsClaimed then
                scope.Unpark this

        taken

/// A task that waits for its permits, one after the other, and then starts through the dispatcher.
[<Sealed>]
type internal PermitStart<'T, 'E>
    (scope: Scope, node: Node<'T, 'E>, permits: PermitSet, priority: int, start: LaterStart<'T, 'E>) =

    member private _.Begin() =
        match Try.run (fun () -> scope.Dispatcher.Queue(LaterStart<'T, 'E>.Go, start)) with
        | Ok() -> ()
        | Error failure -> node.BodyEnded(Error(ScopeError.crashed failure))

    /// Told to stop before it could start. What it holds is given back when its scope ends.
    member private _.Stopped() = node.BodyEnded(Explain.Stopped scope)

    member private this.Granted() =
        permits.Took()
        this.Run()

    /// Returns when all are held and the start is on its way, or when one has to be waited for.
    member this.Run() =
        let mutable going = true

        while going do
            let limit = permits.Next

            if isMissing limit then
                going <- false
                this.Begin()
            else
                let wait =
                    PermitWait(scope, limit, priority, Action this.Granted, Action this.Stopped)

                if wait.TryTake() then permits.Took() else going <- false
