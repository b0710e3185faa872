namespace GoGoScope

open System.Threading
open GoGoScope.CompilerServices
open GoGoScope.Missing

/// A caller that waits for one of several things and can be claimed exactly once: whoever claims it (a counterpart, a
/// cancel, a close, a timer) wakes it, and all others leave it alone.
[<AbstractClass>]
type internal ParkedCaller() =
    inherit CancelLink()

    [<DefaultValue(false)>]
    val mutable private claimed: int

    /// The arm that was served; missing when it was woken for another reason. Set by the one who claimed.
    [<DefaultValue(false)>]
    val mutable internal Winner: Arm

    [<DefaultValue(false)>]
    val mutable internal NextWoken: ParkedCaller

    /// Whether somebody is about to wake it, or has.
    member this.IsClaimed = Volatile.Read(&this.claimed) = 1

    /// True for exactly one caller, who must then call `Wake` once it holds no gate.
    member this.TryClaim() =
        Volatile.Read(&this.claimed) = 0 && Interlocked.Exchange(&this.claimed, 1) = 0

    /// Makes it claimable again. Only for one that nobody else can see.
    member this.Reopen() =
        this.claimed <- 0
        this.Winner <- nothing

    /// Goes on with the caller. Once, by the one who claimed, outside every gate.
    abstract Wake: unit -> unit

    /// One of its arms can never be served any more. True: that was the last, the caller of this has claimed it and wakes it.
    abstract ArmDied: unit -> bool
    default _.ArmDied() = false

/// The place of a caller in one queue. It belongs to one owner; a caller that waits for several things has an arm in each.
and internal Arm(owner: ParkedCaller) =

    [<DefaultValue(false)>]
    val mutable internal Before: Arm

    [<DefaultValue(false)>]
    val mutable internal After: Arm

    /// The queue that it joined last.
    [<DefaultValue(false)>]
    val mutable internal Queue: ArmQueue

    [<DefaultValue(false)>]
    val mutable internal Linked: bool

    /// The lower one is served first; equals in the order of their coming.
    [<DefaultValue(false)>]
    val mutable internal Rank: int

    member _.Owner: ParkedCaller = owner

    /// Claims the owner for this arm.
    member this.TryWin() =
        if owner.TryClaim() then
            owner.Winner <- this
            true
        else
            false

    /// Leaves the queue, in constant time, wherever it stands. Outside every gate; harmless when it is in none.
    abstract Leave: unit -> unit

    default this.Leave() =
        let queue = this.Queue

        if isThere queue then
            if isThere queue.Keeper then
                let mutable wakes = WakeList()
                queue.Gate.Enter()
                queue.Remove this
                queue.Keeper.OnLeft(queue, &wakes)
                queue.Gate.Exit()
                wakes.Run()
            elif Volatile.Read(&this.Linked) then
                queue.Gate.Enter()
                queue.Remove this
                queue.Gate.Exit()

/// Callers in line, first come first served among equal ranks. Every step is under its gate.
and [<Sealed>] internal ArmQueue(gate: Gate) =
    let mutable first: Arm = nothing
    let mutable last: Arm = nothing
    let mutable count = 0

    member _.Gate: Gate = gate

    /// Who must hear that somebody left unserved, because others may be served now; missing where that cannot be.
    [<DefaultValue(false)>]
    val mutable internal Keeper: IQueueKeeper

    /// How many stand in it, those included whose owner was claimed elsewhere a moment ago.
    member _.Count = count

    member _.IsEmpty = isMissing first

    member _.Add(arm: Arm) =
        let mutable before: Arm = last

        while isThere before && before.Rank > arm.Rank do
            before <- before.Before

        let after: Arm = if isMissing before then first else before.After
        arm.Before <- before
        arm.After <- after

        if isMissing before then
            first <- arm
        else
            before.After <- arm

        if isMissing after then last <- arm else after.Before <- arm

        arm.Linked <- true
        count <- count + 1

    member this.Join(arm: Arm) =
        arm.Queue <- this
        this.Add arm

    /// Harmless for an arm that is not in the queue any more.
    member _.Remove(arm: Arm) =
        if arm.Linked then
            arm.Linked <- false
            count <- count - 1

            if isMissing arm.Before then
                first <- arm.After
            else
                arm.Before.After <- arm.After

            if isMissing arm.After then
                last <- arm.Before
            else
                arm.After.Before <- arm.Before

            arm.Before <- nothing
            arm.After <- nothing

    /// The first arm whose owner nobody has claimed, still in line; missing when there is none. Claimed ones before it are dropped.
    member this.First: Arm =
        while isThere first && first.Owner.IsClaimed do
            this.Remove first

        first

    /// Claims the first owner that can be claimed and takes its arm out; missing when there is none.
    member this.TryWin() : Arm =
        let mutable won: Arm = nothing

        while isMissing won && isThere first do
            let arm = first
            this.Remove arm

            if arm.TryWin() then
                won <- arm

        won

    /// Takes the first arm out, claimed or not; missing when the queue is empty.
    member this.Take() : Arm =
        let arm = first

        if isThere arm then
            this.Remove arm

        arm

/// What those who left a queue unserved leave behind: the one before whom nobody could be served may have been the first.
and internal IQueueKeeper =
    /// Under the gate. Also called for one whose arm somebody dropped already, because he was claimed.
    abstract OnLeft: queue: ArmQueue * wakes: byref<WakeList> -> unit

/// Callers that were claimed under a gate, to be woken after it.
and [<Struct; NoComparison; NoEquality>] internal WakeList =
    [<DefaultValue(false)>]
    val mutable private first: ParkedCaller

    [<DefaultValue(false)>]
    val mutable private last: ParkedCaller

    member this.Add(caller: ParkedCaller) =
        if isMissing this.first then
            this.first <- caller
        else
            this.last.NextWoken <- caller

        this.last <- caller

    member private this.RunAll() =
        let mutable caller = this.first
        this.first <- nothing

        while isThere caller do
            let next = caller.NextWoken
            caller.NextWoken <- nothing
            caller.Wake() // from here on it may serve another wait
            caller <- next

    /// Wakes them in the order in which they were claimed.
    member this.Run() =
        if isThere this.first then
            this.RunAll()
