namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks

/// How a pool makes, checks and destroys its resources. Start from `ResourcePoolOptions.Default`.
[<NoComparison; NoEquality>]
type ResourcePoolOptions<'T> = {
    /// What it is called in errors and in pictures of the tree. Default: "pool".
    Name: string
    /// Makes a resource. The token is that of whoever borrows it. What it throws is the outcome of that borrow (`Crashed`); whoever
    /// waits next tries again.
    Create: Func<CancellationToken, Task<'T>>
    /// Destroys a resource, once. At the end of the pool the token fires when the grace is over; before, it never does. What it throws
    /// goes to the hook `OnUnobserved`, at the end of the pool to its scope (`CleanupFailed`); it counts as destroyed.
    Destroy: Func<'T, CancellationToken, Task>
    /// Whether a resource that was idle is still good: asked when it is borrowed, with the borrower's token. One that is not, or for which
    /// this throws (told to `OnUnobserved`), is destroyed, and another one is found or made. Default: null, all are good.
    Validate: Func<'T, CancellationToken, Task<bool>> | null
    /// So many are made at once, before the pool is there, and are not destroyed for being idle. From 0 to `Max`. Default: 0.
    Min: int
    /// There are never more, those included that are being made or destroyed. 1 or more.
    Max: int
    /// The longest wait in line for a resource, from zero to about 49 days, or `Timeout.InfiniteTimeSpan`. The making is not included.
    /// Default: 30 s.
    AcquireTimeout: TimeSpan
    /// One that was idle for so long is destroyed, as long as there are more than `Min`. From zero to about 49 days. Default: no limit.
    IdleTimeout: TimeSpan
    /// One that is as old is destroyed once it is not borrowed. From zero to about 49 days. Default: no limit.
    MaxLifetime: TimeSpan
}

/// The values to start from.
[<AbstractClass; Sealed>]
type ResourcePoolOptions =

    /// At most `max` resources, made when they are needed.
    static member Default<'T>
        (max: int, create: Func<CancellationToken, Task<'T>>, destroy: Func<'T, CancellationToken, Task>)
        : ResourcePoolOptions<'T> = {
        Name = "pool"
        Create = create
        Destroy = destroy
        Validate = null
        Min = 0
        Max = max
        AcquireTimeout = TimeSpan.FromSeconds 30.
        IdleTimeout = Timeout.InfiniteTimeSpan
        MaxLifetime = Timeout.InfiniteTimeSpan
    }

    static member internal Check(options: ResourcePoolOptions<'T>) =
        Checks.notNull (nameof options) (box options)
        Checks.notNull (nameof options.Name) options.Name
        Checks.notNull (nameof options.Create) options.Create
        Checks.notNull (nameof options.Destroy) options.Destroy
        Checks.atLeastOne (nameof options.Max) options.Max
        Checks.durationOrInfinite (nameof options.AcquireTimeout) options.AcquireTimeout
        Checks.durationOrInfinite (nameof options.IdleTimeout) options.IdleTimeout
        Checks.durationOrInfinite (nameof options.MaxLifetime) options.MaxLifetime

        if options.Min < 0 || options.Min > options.Max then
            raise (
                ArgumentOutOfRangeException(
                    nameof options.Min,
                    options.Min,
                    $"Must be from 0 to Max, which is {options.Max}, but was {options.Min}."
                )
            )

/// A pool at one moment.
[<Struct>]
type ResourcePoolStatistics = {
    /// All there are: `Available + InUse + Changing`, never more than `Max`.
    Total: int
    /// Those that nobody has.
    Available: int
    /// Those that are borrowed.
    InUse: int
    /// Those that are being made, checked or destroyed.
    Changing: int
    /// Callers in line for one.
    Waiting: int
}
