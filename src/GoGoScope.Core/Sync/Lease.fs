namespace GoGoScope

open System
open System.Threading
open GoGoScope.Missing

/// Who takes back what a lease holds.
type internal ILender =
    /// Called once per lease, outside every gate.
    abstract TakeBack: count: int -> unit

/// What all copies of one lease share: whether it is still held. It serves one lease after the other, and a lease knows
/// by the number that it is still its own turn.
[<Sealed>]
type internal LeaseCell() =

    // what one thread gave back it takes again, without a step that others see
    [<ThreadStatic; DefaultValue>]
    static val mutable private spare: LeaseCell

    [<ThreadStatic; DefaultValue>]
    static val mutable private spares: int

    [<DefaultValue(false)>]
    val mutable private next: LeaseCell

    /// Odd while it is held.
    [<DefaultValue(false)>]
    val mutable private turn: int

    [<DefaultValue(false)>]
    val mutable private lender: ILender

    [<DefaultValue(false)>]
    val mutable private count: int

    member this.IsHeld(turn: int) = Volatile.Read(&this.turn) = turn

    /// The count while that turn lasts.
    member this.Count = this.count

    /// Starts the next turn, and answers its number.
    member private this.Begin(lender: ILender, count: int) : int =
        this.lender <- lender
        this.count <- count
        let turn = this.turn + 1
        Volatile.Write(&this.turn, turn)
        turn

    static member Take(lender: ILender, count: int, turn: byref<int>) : LeaseCell =
        let mutable cell = LeaseCell.spare

        if isThere cell then
            LeaseCell.spare <- cell.next
            LeaseCell.spares <- LeaseCell.spares - 1
            cell.next <- nothing
        else
            cell <- LeaseCell()

        turn <- cell.Begin(lender, count)
        cell

    /// Ends the turn. True for one caller, and what was held has been taken back.
    member this.TryRelease(turn: int) : bool =
        let first =
            Volatile.Read(&this.turn) = turn
            && Interlocked.CompareExchange(&this.turn, turn + 1, turn) = turn

        if first then
            let lender = this.lender
            let count = this.count
            this.lender <- nothing

            if LeaseCell.spares < 16 then
                this.next <- LeaseCell.spare
                LeaseCell.spare <- this
                LeaseCell.spares <- LeaseCell.spares + 1

            lender.TakeBack count

        first

/// What `Semaphore`, `AsyncLock` and `AsyncReaderWriterLock` give: it holds permits, or the lock, until it is released. Meant
/// for `use!`, or a `try .. finally` that follows `let!` at once: a cancel may come right after it was given, and ends the block at its
/// next bind. Copies are the same lease: whichever is released first gives back what it held, once. It may be released
/// by any thread. Nothing releases it by itself, not even the end of a scope.
[<Struct; NoComparison; NoEquality>]
type Lease internal (cell: LeaseCell, turn: int) =

    static member internal Of(lender: ILender, count: int) : Lease =
        let mutable turn = 0
        let cell = LeaseCell.Take(lender, count, &turn)
        new Lease(cell, turn)

    /// Whether it still holds what it was given; false for `default`.
    member _.IsHeld = isThere cell && cell.IsHeld turn

    /// Gives back what it holds. Throws `InvalidOperationException` when that was done before: then nothing changes.
    member _.Release() : unit =
        if isMissing cell || not (cell.TryRelease turn) then
            raise (InvalidOperationException "The lease was released before, or is no lease.")

    /// Gives back what it holds, if it still does: after `Release`, or for the second time, it changes nothing.
    member _.Dispose() : unit =
        if isThere cell then
            cell.TryRelease turn |> ignore

    interface IDisposable with
        member this.Dispose() = this.Dispose()
