namespace GoGoScope

open System
open System.Runtime.InteropServices
open System.Threading
open GoGoScope.Missing

/// How a semaphore is made. Start from `SemaphoreOptions.Default`.
type SemaphoreOptions = {
    /// What it is called in errors and in pictures of the tree. Default: "semaphore".
    Name: string
    /// How many permits there are, from 0 to `Semaphore.MaxTotal`; 0 lets nobody pass until `SetTotal` changes it. Default: 1.
    Total: int
} with

    /// One permit.
    static member Default: SemaphoreOptions = { Name = "semaphore"; Total = 1 }

/// How permits are asked for. Start from `AcquireOptions.Default`.
type AcquireOptions = {
    /// How many permits are taken, all at once or none; 1 or more. Default: 1.
    Count: int
    /// Who waits with a higher one is served first; equals in the order of their coming. Default: 0.
    Priority: int
    /// The longest wait, by the clock of the scope that waits, from zero to about 49 days; zero asks without waiting;
    /// `Timeout.InfiniteTimeSpan` for no limit. Default: no limit.
    Patience: TimeSpan
} with

    /// One permit, however long it takes.
    static member Default: AcquireOptions = {
        Count = 1
        Priority = 0
        Patience = Timeout.InfiniteTimeSpan
    }

[<Sealed>]
type internal SemaphoreNames(name: string) =
    inherit PermitNames(name)

    override _.Wanted(count, free, total, waiting) =
        let what = if count = 1 then "a permit" else $"{count} permits"
        $"{what} of '{name}' ({free} of {total} free, {waiting} waiting)"

/// A number of permits: whoever holds one may pass, the others wait, first come first served among those of equal priority.
/// Nobody overtakes: who asks for many holds those behind him back until there are enough for him. Safe from any thread.
/// Made by `Semaphore.create` in a scope, with whose end nobody is let in any more; or by the constructor, on its own.
[<Sealed>]
type Semaphore internal (core: PermitCore) =

    /// The most permits that a semaphore can have.
    static member MaxTotal = 1_073_741_823

    static member internal Check(options: SemaphoreOptions) =
        Checks.notNull (nameof options) (box options)
        Checks.notNull (nameof options.Name) options.Name
        Semaphore.CheckTotal(nameof options.Total, options.Total)

    static member internal CheckTotal(name: string, total: int) =
        if total < 0 || total > Semaphore.MaxTotal then
            raise (
                ArgumentOutOfRangeException(
                    name,
                    total,
                    $"There can be from 0 to {Semaphore.MaxTotal} permits, but not {total}."
                )
            )

    /// A semaphore that belongs to no scope.
    new(options: SemaphoreOptions) =
        Semaphore.Check options
        Semaphore(PermitCore.Make(options.Total, SemaphoreNames options.Name, nothing))

    /// A semaphore of so many permits that belongs to no scope.
    new(total: int) =
        Semaphore {
            SemaphoreOptions.Default with
                Total = total
        }

    member internal _.Core = core

    member internal _.CheckCount(name: string, count: int) =
        if count < 1 || count > core.Most then
            raise (
                ArgumentOutOfRangeException(
                    name,
                    count,
                    $"Can be from 1 to {core.Most}, the most permits that '{core.Names.Name}' ever had, but was {count}."
                )
            )

    member internal this.Order(options: AcquireOptions) : PermitOrder =
        Checks.notNull (nameof options) (box options)
        this.CheckCount(nameof options.Count, options.Count)
        Checks.durationOrInfinite (nameof options.Patience) options.Patience

        {
            Count = options.Count
            Rank =
                // the lower rank goes first
                if options.Priority = Int32.MinValue then
                    Int32.MaxValue
                else
                    -options.Priority
            Patience = options.Patience
            IsHeld = false
        }

    /// What it is called in errors.
    member _.Name = core.Names.Name

    /// How many permits are free now; 0 also when more are held than there are now.
    member _.Available = max 0 core.Free

    /// How many wait for permits now.
    member _.Waiting = core.Waiting

    /// How many permits there are, free and held.
    member _.Total = core.Total

    /// Changes how many permits there are, from 0 to `MaxTotal`. More let those in who wait; fewer take nothing away from those who
    /// hold some, but nobody is let in until so many have been given back.
    member _.SetTotal(total: int) : unit =
        Semaphore.CheckTotal(nameof total, total)
        core.SetTotal total

    /// Takes permits if that needs no wait: they are free, and nobody is in line for them. False and no lease otherwise. `count` is from 1 to
    /// the most permits that there ever were.
    member this.TryAcquire(count: int, [<Out>] lease: byref<Lease>) : bool =
        this.CheckCount(nameof count, count)
        lease <- PermitKernel.TryAcquire(core, { PermitKernel.One with Count = count })
        lease.IsHeld

    /// Takes one permit if that needs no wait.
    member this.TryAcquire([<Out>] lease: byref<Lease>) : bool = this.TryAcquire(1, &lease)

    /// Name, free and all permits, for people.
    override _.ToString() = core.ToString()
