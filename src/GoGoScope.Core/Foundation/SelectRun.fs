namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// What a look at a case finds.
type internal Readiness =
    /// It has to be waited for.
    | Waits = 0
    /// It was committed just now.
    | Committed = 1
    /// It can never be committed.
    | Dead = 2

/// One case in one run of a select: it is polled, and parked if nothing is ready.
[<AbstractClass>]
type internal CaseArm(owner: ParkedCaller) =
    inherit Arm(owner)

    /// The place of its case among the cases of the select.
    [<DefaultValue(false)>]
    val mutable internal Place: int

    /// Commits the case if that can be done at once, and hands over whom that wakes. Under its gate, if it has one.
    abstract Poll: context: WorkContext * wakes: byref<WakeList> -> Readiness

    /// Joins its queue. Under its gate; a case without a gate registers its callback here, and claims the owner by it.
    abstract Enqueue: context: WorkContext -> unit

    /// What is left to do once it is committed: calls of the user's code, for example. Outside every gate.
    abstract Finish: unit -> unit
    default _.Finish() = ()

    /// Forgets what it carried.
    abstract Clear: unit -> unit
    default _.Clear() = ()

/// A case of a select as a value: what it waits for, and how what it came to reads. Channels, permits, children and timers
/// give their own. It may stand in many selects.
[<AbstractClass>]
type internal Case<'T, 'E>() =

    /// What guards it; missing for what is no queue: a child, a timer, a cancel.
    abstract Gate: Gate

    /// Something besides a close may still end a wait that has this case. Not so for a cancel or a time limit.
    abstract Counts: bool
    default _.Counts = true

    /// It reads what the wait was cancelled with.
    abstract HearsCancel: bool
    default _.HearsCancel = false

    abstract NewArm: owner: ParkedCaller -> CaseArm

    /// What the committed case came to. A case that is taken when nothing else is ready has no arm.
    abstract Read: arm: CaseArm -> Result<'T, ScopeError<'E>>

    /// The same for the reason of a cancel, if it hears it.
    abstract ReadCancel: reason: CancelReason -> Result<'T, ScopeError<'E>>
    default _.ReadCancel reason = Error(ScopeError.cancelled reason)

/// The cases of a select, sorted out once.
[<Sealed>]
type internal SelectPlan<'T, 'E>(cases: Case<'T, 'E> array, otherwise: Case<'T, 'E>, isPrioritized: bool) =

    let gates: Gate array =
        cases
        |> Seq.map (fun case -> case.Gate)
        |> Seq.filter isThere
        |> Seq.distinctBy (fun gate -> gate.Id)
        |> Seq.sortBy (fun gate -> gate.Id)
        |> Seq.toArray

    let hasUngated =
        cases |> Array.exists (fun case -> isMissing case.Gate && not case.HearsCancel)

    let cancelCase = cases |> Array.tryFindIndex (fun case -> case.HearsCancel)

    /// A run that can be used again.
    [<DefaultValue(false)>]
    val mutable internal Spare: obj

    member _.Cases = cases

    /// Each once, in the order of their numbers.
    member _.Gates = gates

    /// What is taken when nothing is ready; missing when the select waits then.
    member _.Otherwise = otherwise

    /// In the order given, instead of by chance.
    member _.IsPrioritized = isPrioritized

    member _.HasUngated = hasUngated

    /// -1: none.
    member _.CancelCase = defaultArg cancelCase -1

/// One pass through the cases of a select. It takes the gates of all cases in the order of their numbers, polls the
/// cases, and parks an arm in every queue while it still holds all gates: so two selects that face each other meet, and one
/// never meets itself. Cases without a gate are registered after that.
[<Sealed>]
type internal SelectRun<'T, 'E> private (plan: SelectPlan<'T, 'E>, seed: int) =
    inherit ParkedWait<Result<'T, ScopeError<'E>>>()

    let cases = plan.Cases
    let dead = Array.zeroCreate<bool> cases.Length
    let order = [| 0 .. cases.Length - 1 |]
    let mutable arms: CaseArm array = Array.empty
    let mutable alive = 0
    let mutable chance = uint32 seed ||| 1u

    static let closed () : Result<'T, ScopeError<'E>> =
        Error(ScopeError.rejected (Rejection.ChannelClosed "select"))

    /// From 0 to `count - 1`, by xorshift.
    member private _.Draw(count: int) =
        chance <- chance ^^^ (chance <<< 13)
        chance <- chance ^^^ (chance >>> 17)
        chance <- chance ^^^ (chance <<< 5)
        int ((uint64 chance * uint64 count) >>> 32)

    /// The next of those that were not polled yet, each with the same chance.
    member private this.PickNext(place: int) : int =
        let other = place + this.Draw(cases.Length - place)
        let picked = order[other]
        order[other] <- order[place]
        order[place] <- picked
        picked

    member private _.ExitAll() =
        for index in plan.Gates.Length - 1 .. -1 .. 0 do
            plan.Gates[index].Exit()

    member private _.Clear() =
        for arm in arms do
            arm.Clear()

    /// The user's code, if the cases have some, throws into the result.
    member private _.ReadSafely(place: int, reason: CancelReason, context: WorkContext) =
        try
            if place < 0 then
                plan.Otherwise.Read nothing
            elif isThere reason then
                cases[place].ReadCancel reason
            elif cases[place].HearsCancel then
                match context.Reason with
                | null -> cases[place].Read arms[place]
                | reason -> cases[place].ReadCancel reason
            else
                arms[place].Finish()
                cases[place].Read arms[place]
        with failure ->
            let isStop =
                match failure with
                | :? OperationCanceledException -> isThere context && context.IsCancelled
                | _ -> false

            match (if isStop then context.Reason else null) with
            | null -> Error(ScopeError.crashed failure)
            | reason -> Error(ScopeError.cancelled reason)

    override this.ArmDied() =
        Interlocked.Decrement(&alive) = 0 && this.TryClaim()

    override this.LeaveQueues() =
        for arm in arms do
            if not (obj.ReferenceEquals(arm, this.Winner)) then
                arm.Leave()

    override this.Wake() =
        this.LeaveQueues()
        base.Wake()

    override this.Read() =
        let result =
            if isThere this.Winner then
                this.ReadSafely((this.Winner :?> CaseArm).Place, nothing, this.Context)
            elif isMissing this.Reason then
                closed ()
            elif plan.CancelCase >= 0 then
                this.ReadSafely(plan.CancelCase, this.Reason, this.Context)
            else
                Error(ScopeError.cancelled this.Reason)

        this.Clear()
        result

    override this.Recycle() = Volatile.Write(&plan.Spare, this)
    override _.What = $"one of {cases.Length} cases of a select"

    /// -1: nothing is ready.
    member private this.PollAll(context: WorkContext, wakes: byref<WakeList>, closed: byref<bool>) : int =
        let mutable winner = -1
        let mutable place = 0
        let mutable count = 0

        while winner < 0 && place < cases.Length do
            let index = if plan.IsPrioritized then place else this.PickNext place

            match arms[index].Poll(context, &wakes) with
            | Readiness.Committed -> winner <- index
            | Readiness.Dead ->
                dead[index] <- true
                closed <- true
            | _ ->
                dead[index] <- false

                if cases[index].Counts then
                    count <- count + 1

            place <- place + 1

        alive <- count
        winner

    member private this.Enqueue(context: WorkContext, gated: bool) =
        for index in 0 .. cases.Length - 1 do
            if
                isThere cases[index].Gate = gated
                && not dead[index]
                && (gated || not this.IsClaimed)
            then
                arms[index].Enqueue context

    /// Nothing is ready: the gates are still held.
    member private this.Wait(context: WorkContext, token: CancellationToken) =
        this.Enqueue(context, true)
        this.ExitAll()

        if plan.HasUngated then
            this.Kept <- true // a late callback may still look at it
            this.Enqueue(context, false)

            if this.IsClaimed then
                this.LeaveQueues()

        this.Park token

    member private this.Start(context: WorkContext, token: CancellationToken) =
        let mutable wakes = WakeList()
        let mutable closedSeen = false
        this.Begin context

        if arms.Length < cases.Length then
            arms <- [|
                for case in cases do
                    case.NewArm this
            |]

            for index in 0 .. arms.Length - 1 do
                arms[index].Place <- index

        for gate in plan.Gates do
            gate.Enter()

        let winner = this.PollAll(context, &wakes, &closedSeen)
        let isOver = closedSeen && alive = 0

        if winner < 0 && isMissing plan.Otherwise && not isOver then
            this.Wait(context, token)
        else
            this.ExitAll()
            wakes.Run()

            let result =
                if winner >= 0 || isThere plan.Otherwise then
                    this.ReadSafely(winner, nothing, context)
                else
                    closed ()

            this.Clear()
            this.Recycle()
            ValueTask<Result<'T, ScopeError<'E>>> result

    /// Commits one case, or waits until one can be.
    static member Go
        (plan: SelectPlan<'T, 'E>, context: WorkContext, token: CancellationToken)
        : ValueTask<Result<'T, ScopeError<'E>>> =
        if plan.Cases.Length = 0 && isMissing plan.Otherwise then
            ValueTask<_>(Error(ScopeError.rejected (Rejection.NothingToDo "select")))
        elif isThere context && context.IsCancelled && plan.CancelCase < 0 then
            match context.Reason with
            | null -> ValueTask<_>(Error(ScopeError.cancelled (CancelReason.Requested "cancelled")))
            | reason -> ValueTask<_>(Error(ScopeError.cancelled reason))
        else
            match Interlocked.Exchange(&plan.Spare, nothing) with
            | :? SelectRun<'T, 'E> as run -> run.Start(context, token)
            | _ ->
                let dispatcher =
                    if isMissing context then
                        PoolDispatcher.Shared
                    else
                        context.Dispatcher

                (SelectRun<'T, 'E>(plan, dispatcher.NextSeed())).Start(context, token)
