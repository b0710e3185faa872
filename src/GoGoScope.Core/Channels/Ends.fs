namespace GoGoScope

open System
open System.Collections.Generic
open System.Runtime.CompilerServices
open GoGoScope.Missing

/// What came of an attempt to send or to receive.
type internal Verdict =
    /// It has to wait.
    | Nothing = 0
    | Done = 1
    /// The channel is closed, and drained.
    | Closed = 2
    /// The channel was failed, and is drained.
    | Failed = 3
    /// There is no place, and none is waited for; or a receiver that was too slow was cut off.
    | Full = 4

/// Items that were dropped under a gate, to be told of after it.
[<Struct; NoComparison; NoEquality>]
type internal Drops =
    [<DefaultValue(false)>]
    val mutable private calls: List<Action>

    member this.Add(item: 'T, told: Action<'T>) =
        if not (obj.ReferenceEquals(told, Silence<'T>.Told)) then
            if isMissing this.calls then
                this.calls <- List()

            this.calls.Add(fun () -> told.Invoke item)

    member private this.TellAll(owner: WorkContext) =
        let calls = this.calls
        this.calls <- nothing

        for call in calls do
            try
                call.Invoke()
            with failure when isThere owner ->
                owner.Unobserved("the OnDropped of a channel", failure)

    /// Tells of them in the order in which they were dropped. Outside every gate.
    member this.Tell(owner: WorkContext) =
        if isThere this.calls then
            this.TellAll owner

/// A caller in line at one end of a channel, with the item that it brings or was given.
[<AbstractClass>]
type internal ItemArm<'T>(owner: ParkedCaller) =
    inherit CaseArm(owner)

    [<DefaultValue(false)>]
    val mutable internal Item: 'T

    [<DefaultValue(false)>]
    val mutable internal Verdict: Verdict

    /// It wants to hear of a close. A case of a select that does not is merely out of the game.
    [<DefaultValue(false)>]
    val mutable internal HearsClose: bool

    /// What its sending made others lose.
    [<DefaultValue(false)>]
    val mutable internal Drops: Drops

    override this.Clear() =
        this.Item <- Unchecked.defaultof<'T>
        this.Verdict <- Verdict.Nothing

/// What is done with callers in line. Under their gate.
[<AbstractClass; Sealed>]
type internal Line =

    static member Item<'T>(arm: Arm) : ItemArm<'T> = nonNull (Unsafe.As<ItemArm<'T>> arm)

    /// Ends all that wait in a queue. Cases of selects that do not want to hear of a close are out of the game.
    static member EndAll<'T>(queue: ArmQueue, verdict: Verdict, wakes: byref<WakeList>) =
        let mutable arm = queue.Take()

        while isThere arm do
            let waiting = Line.Item<'T> arm

            if waiting.HearsClose || verdict <> Verdict.Closed then
                if arm.TryWin() then
                    waiting.Verdict <- verdict
                    wakes.Add arm.Owner
            elif arm.Owner.ArmDied() then
                wakes.Add arm.Owner

            arm <- queue.Take()

/// Where items are received. Its members are called under its gate, unless they say otherwise.
type internal ISource<'T> =
    abstract Name: string
    abstract Gate: Gate
    abstract Receivers: ArmQueue
    abstract TryTake: item: byref<'T> * wakes: byref<WakeList> -> Verdict

    /// What it was failed with. At any time after it was.
    abstract Failure: exn

    /// Why a receive is over that found it closed. At any time.
    abstract Rejection: Rejection

    /// A wait of this end, to be used again; missing when there is none.
    abstract TakeSpareReceiver: unit -> ParkedCaller

    /// At any time.
    abstract ReturnReceiver: spare: ParkedCaller -> unit

/// Where items are sent. Its members are called under its gate, unless they say otherwise.
type internal ISink<'T> =
    abstract Name: string
    abstract Gate: Gate
    abstract Senders: ArmQueue
    abstract TryPut: item: 'T * rank: int * wakes: byref<WakeList> * drops: byref<Drops> -> Verdict

    /// The place of the item in line. The user's code: outside every gate.
    abstract RankOf: item: 'T -> int

    /// Whose hook hears what `OnDropped` throws; may be missing.
    abstract Owner: WorkContext

    /// Why a send was refused. At any time.
    abstract Refusal: verdict: Verdict -> Rejection

    /// A wait of this end, to be used again; missing when there is none.
    abstract TakeSpareSender: unit -> ParkedCaller

    /// At any time.
    abstract ReturnSender: spare: ParkedCaller -> unit

/// The arm of one who receives.
[<Sealed>]
type internal ReceiveArm<'T>(owner: ParkedCaller, source: ISource<'T>) =
    inherit ItemArm<'T>(owner)

    override this.Poll(_, wakes) =
        match source.TryTake(&this.Item, &wakes) with
        | Verdict.Nothing -> Readiness.Waits
        | Verdict.Closed when not this.HearsClose -> Readiness.Dead
        | verdict ->
            this.Verdict <- verdict
            Readiness.Committed

    override this.Enqueue _ = source.Receivers.Join this

/// The arm of one who sends.
[<Sealed>]
type internal SendArm<'T>(owner: ParkedCaller, sink: ISink<'T>) =
    inherit ItemArm<'T>(owner)

    /// It serves one case of a select, run after run, always with the same item.
    [<DefaultValue(false)>]
    val mutable internal KeepsItem: bool

    override this.Poll(_, wakes) =
        match sink.TryPut(this.Item, this.Rank, &wakes, &this.Drops) with
        | Verdict.Nothing
        | Verdict.Full -> Readiness.Waits // a select is made to wait, also where a plain send would be refused
        | Verdict.Closed when not this.HearsClose -> Readiness.Dead
        | verdict ->
            this.Verdict <- verdict
            Readiness.Committed

    override this.Enqueue _ = sink.Senders.Join this

    override this.Clear() =
        if this.KeepsItem then
            this.Verdict <- Verdict.Nothing
        else
            base.Clear()

    override this.Finish() = this.Drops.Tell sink.Owner
