namespace GoGoScope

/// A resource of a pool. What changes of it is changed under the pool's gate.
[<Sealed>]
type internal PoolItem<'T>(value: 'T, born: int64, generation: int) =
    member _.Value = value

    /// In ticks of the clock's timestamp.
    member _.Born = born

    /// Of an earlier one than the pool's: it was drained.
    member _.Generation = generation

    [<DefaultValue(false)>]
    val mutable IdleSince: int64

    /// Somebody destroys it, or has.
    [<DefaultValue(false)>]
    val mutable Gone: bool

/// What somebody is given who wants a resource.
type internal PoolVerdict =
    | Waits = 0
    /// An idle one.
    | Item = 1
    /// The place for one: it is to be made.
    | Place = 2
    /// The pool has ended.
    | Closed = 3
    /// The patience ran out.
    | TooLong = 4
    | Cancelled = 5

/// A caller in line for a resource.
[<Sealed>]
type internal PoolArm<'T>(owner: ParkedCaller) =
    inherit Arm(owner)

    [<DefaultValue(false)>]
    val mutable internal Verdict: PoolVerdict

    [<DefaultValue(false)>]
    val mutable internal Item: PoolItem<'T>
