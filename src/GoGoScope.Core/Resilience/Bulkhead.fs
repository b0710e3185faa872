namespace GoGoScope

open GoGoScope.Missing

/// How many calls run at once, and how many wait. Start from `BulkheadOptions.Default` and change what you need with `with`.
[<NoComparison>]
type BulkheadOptions = {
    /// What it is called in reports. Default: empty.
    Name: string
    /// Most calls that run at once, zero or more; none run while it is zero. Default: 10.
    Concurrency: int
    /// Most callers that wait for their turn, first come first served; zero or more. Default: 0, nobody waits.
    QueueLimit: int
} with

    static let standard = {
        Name = ""
        Concurrency = 10
        QueueLimit = 0
    }

    /// Ten at once, and nobody waits.
    static member Default: BulkheadOptions = standard

    /// Throws for values outside their ranges.
    member internal this.Check() =
        Checks.notNull (nameof this.Name) this.Name
        Checks.zeroOrMore (nameof this.Concurrency) this.Concurrency
        Checks.zeroOrMore (nameof this.QueueLimit) this.QueueLimit

/// Limits how many calls of one kind run at once, so that a slow service cannot take everything with it. Make one for each
/// service and share it, in whichever scopes the calls run. Safe from any thread.
[<Sealed>]
type Bulkhead(options: BulkheadOptions) =
    do
        Checks.notNull (nameof options) options
        options.Check()

    let line = TurnLine(options.QueueLimit, $"a turn at the bulkhead '{options.Name}'")
    let mutable limit = options.Concurrency
    let mutable running = 0

    /// The defaults: ten at once, and nobody waits.
    new() = Bulkhead(BulkheadOptions.Default)

    /// What it is called.
    member _.Name = options.Name

    /// Callers that wait for their turn.
    member _.Waiting: int = line.Waiting

    /// Calls that run.
    member this.Running =
        line.Gate.Enter()
        let count = running
        line.Gate.Exit()
        count

    /// Under the gate.
    member private this.LetIn(woken: byref<WakeList>) =
        let mutable going = true

        while going && running < limit do
            let arm = line.Queue.TryWin()

            if isMissing arm then
                going <- false
            else
                running <- running + 1
                woken.Add arm.Owner

    interface ITurns with
        member _.Line = line
        member _.OneLeft() = ()

        member this.GiveBack() =
            let mutable woken = WakeList()
            line.Gate.Enter()
            running <- running - 1
            this.LetIn &woken
            line.Gate.Exit()
            woken.Run()

    /// Most calls that run at once, zero or more. It may be changed at any time: a lower one stops nothing that runs.
    member this.Concurrency
        with get () =
            line.Gate.Enter()
            let count = limit
            line.Gate.Exit()
            count
        and set (value: int) =
            Checks.zeroOrMore (nameof value) value
            let mutable woken = WakeList()
            line.Gate.Enter()
            limit <- value
            this.LetIn &woken
            line.Gate.Exit()
            woken.Run()

    /// Takes a turn, or a place in line, or nothing.
    member internal this.Enter(context: WorkContext) : Admission =
        line.Gate.Enter()

        if running < limit && isMissing line.Queue.First then
            running <- running + 1
            line.Gate.Exit()
            Admitted
        elif line.Queue.Count < line.Places then
            let turn = Turn(this, 1)
            turn.Join context
            line.Gate.Exit()
            InLine turn
        else
            line.Gate.Exit()
            Denied(Rejection.QueueFull line.Places)
