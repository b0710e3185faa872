namespace GoGoScope

open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

/// Callers in line for something that is given out in turn: first come, first served, and no more of them than there are
/// places. A caller that is cancelled leaves the line and has taken nothing.
[<Sealed>]
type internal TurnLine(places: int, what: string) =
    let gate = Gate()
    let queue = ArmQueue gate
    member _.Gate = gate
    member _.Queue = queue
    member _.Places = places

    /// What somebody in line waits for.
    member _.What = what

    /// How many stand in line.
    member _.Waiting =
        gate.Enter()
        let count = queue.Count
        gate.Exit()
        count

/// What gives out turns.
type internal ITurns =

    /// Those who wait for one.
    abstract Line: TurnLine

    /// Somebody has left the line without a turn. Outside the gate.
    abstract OneLeft: unit -> unit

    /// What a turn took is given back when its work has ended. Outside the gate.
    abstract GiveBack: unit -> unit

/// A caller in a line.
[<Sealed>]
type internal Turn(turns: ITurns, cost: int) =
    inherit ParkedWait<bool>()

    [<DefaultValue(false)>]
    val mutable private arm: Arm

    member _.Cost = cost
    override _.What = turns.Line.What

    override this.LeaveQueues() =
        this.arm.Leave()
        turns.OneLeft()

    override this.Read() = isMissing this.Reason
    override _.Recycle() = ()

    /// Under the gate.
    member this.Join(context: WorkContext) =
        this.Begin context
        this.arm <- Arm this
        turns.Line.Queue.Join this.arm

    /// After the gate: true when its turn has come, false when it was cancelled.
    member this.Wait() : ValueTask<bool> = this.Park CancellationToken.None
