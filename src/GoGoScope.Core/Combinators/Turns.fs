namespace GoGoScope

/// Whose turn it is in a contest: which work starts next, and when all is over. Decides only; safe from any thread.
[<Sealed>]
type internal Turns(count: int, limit: int) =
    let gate = obj ()
    let mutable started = 0
    let mutable running = 0
    let mutable due = 0
    let mutable pumping = false
    let mutable decided = false
    let mutable finished = false

    /// Whether a decision has been made.
    member _.IsDecided = lock gate (fun () -> decided)

    /// Whether anything runs beside the one that is being heard.
    member _.HasOthers = lock gate (fun () -> running > 1)

    /// Whether another one may have to start.
    member _.HasMore = lock gate (fun () -> not decided && started < count)

    /// Asks for so many more starts. True: the caller is to start them, until `Take` says that there is none. One thread
    /// at a time starts them all, so that works that fail at once need no stack.
    member _.Want(more: int) : bool =
        lock gate (fun () ->
            due <- if more = System.Int32.MaxValue then more else due + more
            let mine = not pumping && not finished
            pumping <- pumping || mine
            mine)

    /// The first one has started already, and the caller is to start the others.
    member _.StartsAfterFirst(more: int) =
        lock gate (fun () ->
            started <- 1
            running <- 1
            due <- more
            pumping <- true)

    /// The next to start, or -1. What is asked for while the limit is reached is forgotten: an end asks again.
    member _.Take(stopped: bool) : int =
        lock gate (fun () ->
            if due > 0 && started < count && running < limit && not decided && not stopped then
                due <- due - 1
                started <- started + 1
                running <- running + 1
                started - 1
            else
                due <- 0
                pumping <- false
                -1)

    /// One has ended and was heard. True: another one may start.
    member _.Leave() : bool =
        lock gate (fun () ->
            running <- running - 1
            not decided && started < count)

    /// True for the first call; `settle` runs in the same step.
    member _.TryDecide(settle: unit -> unit) : bool =
        lock gate (fun () ->
            let mine = not decided
            decided <- true

            if mine then
                settle ()

            mine)

    /// True once: nothing runs, and nothing will start any more.
    member _.TryFinish(stopped: bool) : bool =
        lock gate (fun () ->
            let over =
                running = 0
                && not pumping
                && not finished
                && (decided || started = count || stopped)

            finished <- finished || over
            over)
