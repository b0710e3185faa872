namespace GoGoScope

open System.Threading

/// A lock of a few instructions. Nothing that waits, throws or belongs to somebody else is called while it is held. It
/// has a number: whoever takes several takes them in the order of the numbers, so that two who do never wait for each other.
[<Sealed>]
type internal Gate() =
    static let mutable last = 0L
    let id = Interlocked.Increment(&last)

    [<DefaultValue(false)>]
    val mutable private held: int

    member _.Id = id

    member private this.Spin() =
        let mutable spin = SpinWait()

        while Volatile.Read(&this.held) = 1 || Interlocked.Exchange(&this.held, 1) = 1 do
            spin.SpinOnce -1

    member this.Enter() =
        if Interlocked.Exchange(&this.held, 1) = 1 then
            this.Spin()

    member this.Exit() = Volatile.Write(&this.held, 0)
