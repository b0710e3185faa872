namespace GoGoScope

open System.Threading.Tasks
open GoGoScope.Missing

/// A wait for a free place.
[<Sealed>]
type internal PlaceWait<'E>(context: WorkContext) =
    inherit Waiter<Outcome<unit, 'E>>(context)

    override this.OnCancelled reason =
        if this.TryClaim() then
            this.Wake(Error(ScopeError.cancelled reason))

/// So many places; one caller at a time waits for one. A cancelled wait takes none.
[<Sealed>]
type internal Places<'E>(count: int) =
    let gate = obj ()
    let mutable free = count
    let mutable waiting: PlaceWait<'E> = nothing

    let tryTake () =
        lock gate (fun () ->
            let there = free > 0

            if there then
                free <- free - 1

            there)

    let takeOrWait (wait: PlaceWait<'E>) =
        lock gate (fun () ->
            let there = free > 0

            if there then free <- free - 1 else waiting <- wait

            there)

    member this.Take(context: WorkContext) : ValueTask<Outcome<unit, 'E>> =
        if tryTake () then
            ValueTask<Outcome<unit, 'E>>(Ok())
        else
            let wait = PlaceWait<'E> context

            if not (context.Park wait) then
                match context.Reason with
                | null -> ()
                | reason -> wait.OnCancelled reason
            elif takeOrWait wait then
                if wait.TryClaim() then
                    context.Unpark wait
                    wait.Wake(Ok())
                else
                    this.Give()

            wait.AsValueTask()

    member _.Give() =
        let next =
            lock gate (fun () ->
                let next = waiting
                waiting <- nothing

                if isThere next && next.TryClaim() then
                    next
                else
                    free <- free + 1
                    nothing)

        if isThere next then
            next.Context.Unpark next
            next.Wake(Ok())
