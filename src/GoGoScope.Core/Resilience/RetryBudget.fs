namespace GoGoScope

open System
open System.Threading

/// What retries may cost together, shared by any number of calls: each retry takes tokens, each success gives some back.
/// While most calls succeed it never runs out; when most fail, retries stop and do not multiply the load. Safe from any thread.
[<Sealed>]
type RetryBudget(capacity: int, cost: int, refund: int) =
    do
        Checks.atLeastOne (nameof capacity) capacity
        Checks.atLeastOne (nameof cost) cost
        Checks.zeroOrMore (nameof refund) refund

        if cost > capacity then
            raise (
                ArgumentOutOfRangeException(
                    nameof cost,
                    cost,
                    $"Must be at most the capacity, {capacity}, but was {cost}."
                )
            )

    let mutable tokens = capacity

    /// 500 tokens; a retry costs 5, a success gives 1 back.
    new() = RetryBudget(500, 5, 1)

    /// The most tokens it holds, 1 or more.
    member _.Capacity = capacity

    /// What a retry takes.
    member _.Cost = cost

    /// What a success gives back.
    member _.Refund = refund

    /// The tokens left.
    member _.Tokens = Volatile.Read &tokens

    /// False: not enough are left, and none were taken.
    member internal _.TryTake() : bool =
        let mutable seen = Volatile.Read &tokens
        let mutable taken = false

        while not taken && seen >= cost do
            let found = Interlocked.CompareExchange(&tokens, seen - cost, seen)
            taken <- found = seen
            seen <- found

        taken

    /// A full budget is only read.
    member private _.Add(count: int) : unit =
        let mutable seen = Volatile.Read &tokens

        while seen < capacity do
            let next = seen + min count (capacity - seen)
            let found = Interlocked.CompareExchange(&tokens, next, seen)
            seen <- if found = seen then capacity else found

    member internal this.Succeeded() : unit = this.Add refund

    /// A retry that was paid for did not begin.
    member internal this.GiveBack() : unit = this.Add cost
