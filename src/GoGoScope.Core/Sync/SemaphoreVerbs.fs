namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Threading.Tasks
open GoGoScope

/// What the inlined verbs of this room call.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type SyncVerb =

    static member Acquire(scope: Scope, semaphore: Semaphore) : ValueTask<Outcome<Lease, 'E>> =
        PermitKernel.Acquire(semaphore.Core, PermitKernel.One, scope, System.Threading.CancellationToken.None)

namespace GoGoScope

open System
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Permits: acquiring, waiting for them, adjusting their number.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Semaphore =

    /// A semaphore with options. At the end of the current scope, after the children have ended, it lets nobody in any more.
    let createWith (options: SemaphoreOptions) : Scoped<Semaphore, 'E> =
        Semaphore.Check options

        fun scope ->
            PermitKernel.InScope(
                scope,
                options.Total,
                SemaphoreNames options.Name,
                (fun core -> Semaphore core)
            )

    /// A semaphore of so many permits, from 0 to `Semaphore.MaxTotal`, as `createWith`.
    let create<'E> (total: int) : Scoped<Semaphore, 'E> =
        createWith {
            SemaphoreOptions.Default with
                Total = total
        }

    /// Takes a permit, waiting in line when none is free. `Rejected (ScopeEnded ..)` when the semaphore's own scope has ended, then
    /// or while it waits. A cancel ends the wait, and no permit was taken. For `use! _ = ..`: nothing else gives it back.
    let inline acquire (semaphore: Semaphore) : Scoped<Lease, 'E> =
        fun scope -> SyncVerb.Acquire(scope, semaphore)

    /// As `acquire`, with options: how many, how urgent, how long. Past the patience the answer is `Rejected (WaitedTooLong ..)`, with
    /// the time waited, and no permit was taken. More permits than there ever were are `ArgumentOutOfRangeException`; more than
    /// there are now are waited for, until `setTotal` brings them.
    let acquireWith (options: AcquireOptions) (semaphore: Semaphore) : Scoped<Lease, 'E> =
        let order = semaphore.Order options
        fun scope -> PermitKernel.Acquire(semaphore.Core, order, scope, Threading.CancellationToken.None)

    /// Takes so many permits, all at once; `count` is from 1 to the most that there ever were. Who waits for many holds those
    /// behind him back until there are enough for him.
    let acquireMany (count: int) (semaphore: Semaphore) : Scoped<Lease, 'E> =
        semaphore.CheckCount(nameof count, count)

        acquireWith
            {
                AcquireOptions.Default with
                    Count = count
            }
            semaphore

    /// As `acquire`, for at most `patience`, from zero to about 49 days: then `Rejected (WaitedTooLong ..)`. Zero asks without
    /// waiting.
    let acquireWithin (patience: TimeSpan) (semaphore: Semaphore) : Scoped<Lease, 'E> =
        Checks.duration (nameof patience) patience

        acquireWith
            {
                AcquireOptions.Default with
                    Patience = patience
            }
            semaphore

    /// A permit, if that needs no wait: one is free, and nobody is in line for it.
    let tryAcquire (semaphore: Semaphore) : Lease voption =
        let mutable lease = Unchecked.defaultof<Lease>

        if semaphore.TryAcquire &lease then
            ValueSome lease
        else
            ValueNone

    /// Runs the work with a permit, in the current scope. The permit is given back when the work and all that it started
    /// have ended, whatever they came to.
    let execute (semaphore: Semaphore) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            use! _ = acquire semaphore
            return! work
        }

    /// Changes how many permits there are, from 0 to `Semaphore.MaxTotal`. More let those in who wait; fewer take nothing away from
    /// those who hold some.
    let setTotal (total: int) (semaphore: Semaphore) : unit = semaphore.SetTotal total

    /// A permit as a case of a select: when another case is committed no permit was taken. At the end of the semaphore's scope it is
    /// committed with `Rejected (ScopeEnded ..)`.
    let alt (semaphore: Semaphore) : Alt<Lease, 'E> =
        Alt.ofCase (PermitCase<'E>(semaphore.Core, PermitKernel.One))
