namespace GoGoScope

open System.Threading

/// What to do when one of a contest has ended.
type internal AfterEnd =
    | Wait = 0
    /// Another one may start.
    | StartMore = 1
    /// Nothing runs, and nothing will start any more.
    | Finish = 2

/// Whose turn it is in a contest: which work starts next, and when all is over. Decides only; safe from any thread. Locked on
/// the object itself, which only its contest sees.
[<Sealed>]
type internal Turns(count: int, limit: int) =
    let mutable started = 0
    let mutable running = 0
    let mutable due = 0
    let mutable pumping = false
    let mutable decided = false // written under the lock
    let mutable finished = false

    /// Whether a decision has been made.
    member _.IsDecided = Volatile.Read(&decided)

    /// Whether anything runs beside the one that is being heard.
    member this.HasOthers = lock this (fun () -> running > 1)

    /// Whether another one may have to start.
    member this.HasMore = lock this (fun () -> not decided && started < count)

    /// Asks for so many more starts. True: the caller is to start them, until `Take` says that there is none. One thread
    /// at a time starts them all, so that works that fail at once need no stack.
    member this.Want(more: int) : bool =
        lock this (fun () ->
            due <- if more = System.Int32.MaxValue then more else due + more
            let mine = not pumping && not finished
            pumping <- pumping || mine
            mine)

    /// The first one has started already, and the caller is to start the others.
    member this.StartsAfterFirst(more: int) =
        lock this (fun () ->
            started <- 1
            running <- 1
            due <- more
            pumping <- true)

    /// The next to start, or -1. What is asked for while the limit is reached is forgotten: an end asks again.
    member this.Take(stopped: bool) : int =
        lock this (fun () ->
            if due > 0 && started < count && running < limit && not decided && not stopped then
                due <- due - 1
                started <- started + 1
                running <- running + 1
                started - 1
            else
                due <- 0
                pumping <- false
                -1)

    /// One has ended and was heard.
    member this.Leave(stopped: bool) : AfterEnd =
        lock this (fun () ->
            running <- running - 1

            if not decided && started < count then AfterEnd.StartMore
            elif this.IsOver stopped then AfterEnd.Finish
            else AfterEnd.Wait)

    /// True for the first call; `settle` runs in the same step.
    member this.TryDecide(settle: unit -> unit) : bool =
        lock this (fun () ->
            let mine = not decided
            decided <- true

            if mine then
                settle ()

            mine)

    /// True once: nothing runs, and nothing will start any more. Under the lock.
    member private _.IsOver(stopped: bool) : bool =
        let over =
            running = 0
            && not pumping
            && not finished
            && (decided || started = count || stopped)

        finished <- finished || over
        over

    /// Whether that was all.
    member this.TryFinish(stopped: bool) : bool =
        lock this (fun () -> this.IsOver stopped)
