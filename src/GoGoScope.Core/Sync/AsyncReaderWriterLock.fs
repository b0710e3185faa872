namespace GoGoScope

open System
open System.Runtime.InteropServices
open System.Threading.Tasks
open GoGoScope.Missing

[<Sealed>]
type internal ReaderWriterNames(name: string) =
    inherit PermitNames(name)

    override _.Wanted(count, _, _, waiting) =
        let what = if count = 1 then "to read" else "to write"
        $"{what} under '{name}' ({waiting} waiting)"

/// Lets in many readers or one writer, first come first served: a writer who waits holds back the readers behind him, so
/// neither starves, and readers in a row are let in together. Not reentrant, and a reader cannot become a writer: who reads
/// must release before he asks to write, or he waits for himself. Where it can be known that the writer asks again, as for `AsyncLock`,
/// the answer is `Rejected (WouldDeadlock ..)`. Safe from any thread.
[<Sealed>]
type AsyncReaderWriterLock internal (core: PermitCore) =

    // a reader takes one permit and a writer takes all: the line does the rest

    /// A lock that belongs to no scope.
    new(name: string) =
        Checks.notNull (nameof name) name
        AsyncReaderWriterLock(PermitCore.Make(Semaphore.MaxTotal, ReaderWriterNames name, nothing))

    member internal _.Core = core

    static member internal WriteOrder: PermitOrder = {
        PermitKernel.One with
            Count = Semaphore.MaxTotal
    }

    static member internal ReadWithin(patience: TimeSpan) : PermitOrder =
        Checks.duration (nameof patience) patience

        {
            PermitKernel.One with
                Patience = patience
        }

    static member internal WriteWithin(patience: TimeSpan) : PermitOrder = {
        AsyncReaderWriterLock.ReadWithin patience with
            Count = Semaphore.MaxTotal
    }

    /// What it is called in errors.
    member _.Name = core.Names.Name

    /// How many read now.
    member _.Readers =
        let held = Semaphore.MaxTotal - core.Free
        if held = Semaphore.MaxTotal then 0 else held

    /// Whether somebody writes now.
    member _.IsWriting = core.Free = 0

    /// How many wait now, to read or to write.
    member _.Waiting = core.Waiting

    /// Begins to read if that needs no wait: nobody writes, and nobody is in line. False and no lease otherwise.
    member _.TryAcquireRead([<Out>] lease: byref<Lease>) : bool =
        lease <- PermitKernel.TryAcquire(core, PermitKernel.One)
        lease.IsHeld

    /// Begins to write if that needs no wait: nobody reads or writes. False and no lease otherwise.
    member _.TryAcquireWrite([<Out>] lease: byref<Lease>) : bool =
        lease <- PermitKernel.TryAcquire(core, AsyncReaderWriterLock.WriteOrder)
        lease.IsHeld

    /// The name and who is in, for people.
    override this.ToString() =
        if this.IsWriting then
            $"{this.Name} (one writes)"
        else
            $"{this.Name} ({this.Readers} read)"

/// Many readers or one writer.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module AsyncReaderWriterLock =

    /// A lock with a name. At the end of the current scope, after the children have ended, it lets nobody in any more.
    let create<'E> (name: string) : Scoped<AsyncReaderWriterLock, 'E> =
        Checks.notNull (nameof name) name

        fun scope ->
            PermitKernel.InScope(
                scope,
                Semaphore.MaxTotal,
                ReaderWriterNames name,
                (fun core -> AsyncReaderWriterLock core)
            )

    let private take (order: PermitOrder) (lock: AsyncReaderWriterLock) : Scoped<Lease, 'E> =
        // only a writer is remembered: readers are many
        let order = { order with IsHeld = order.Count > 1 }
        fun scope -> Reentry.Acquire(lock.Core, order, scope)

    /// Begins to read, waiting in line while somebody writes or waits to. `Rejected (ScopeEnded ..)` when the lock's own scope has ended,
    /// `Rejected (WouldDeadlock ..)` when this scope writes, or one whose body waits for this one. A cancel ends the wait, and
    /// nothing was taken. For `use! _ = ..`: nothing else ends the reading.
    let acquireRead (lock: AsyncReaderWriterLock) : Scoped<Lease, 'E> = take PermitKernel.One lock

    /// Begins to write, waiting in line while anybody reads or writes; otherwise as `acquireRead`.
    let acquireWrite (lock: AsyncReaderWriterLock) : Scoped<Lease, 'E> =
        take AsyncReaderWriterLock.WriteOrder lock

    /// As `acquireRead`, for at most `patience`, from zero to about 49 days: then `Rejected (WaitedTooLong ..)`, with the time waited.
    let acquireReadWithin (patience: TimeSpan) (lock: AsyncReaderWriterLock) : Scoped<Lease, 'E> =
        take (AsyncReaderWriterLock.ReadWithin patience) lock

    /// As `acquireWrite`, for at most `patience`, from zero to about 49 days: then `Rejected (WaitedTooLong ..)`, with the time waited.
    let acquireWriteWithin (patience: TimeSpan) (lock: AsyncReaderWriterLock) : Scoped<Lease, 'E> =
        take (AsyncReaderWriterLock.WriteWithin patience) lock

    /// Begins to read, if that needs no wait.
    let tryAcquireRead (lock: AsyncReaderWriterLock) : Lease voption =
        let mutable lease = Unchecked.defaultof<Lease>

        if lock.TryAcquireRead &lease then
            ValueSome lease
        else
            ValueNone

    /// Begins to write, if that needs no wait.
    let tryAcquireWrite (lock: AsyncReaderWriterLock) : Lease voption =
        let mutable lease = Unchecked.defaultof<Lease>

        if lock.TryAcquireWrite &lease then
            ValueSome lease
        else
            ValueNone

    let private within (lease: Scoped<Lease, 'E>) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            use! _ = lease
            return! work
        }

    /// Runs the work while it may read, in the current scope; until the work and all that it started have ended.
    let executeRead (lock: AsyncReaderWriterLock) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        within (acquireRead lock) work

    /// Runs the work while it may write, in the current scope; until the work and all that it started have ended.
    let executeWrite (lock: AsyncReaderWriterLock) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        within (acquireWrite lock) work

    /// To read, as a case of a select: when another case is committed nothing was taken.
    let altRead (lock: AsyncReaderWriterLock) : Alt<Lease, 'E> =
        Alt.ofCase (PermitCase<'E>(lock.Core, PermitKernel.One))

    /// To write, as a case of a select: when another case is committed nothing was taken.
    let altWrite (lock: AsyncReaderWriterLock) : Alt<Lease, 'E> =
        Alt.ofCase (PermitCase<'E>(lock.Core, AsyncReaderWriterLock.WriteOrder))
