namespace GoGoScope

open System
open System.Runtime.InteropServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.Missing

[<Sealed>]
type internal LockNames(name: string) =
    inherit PermitNames(name)

    override _.Wanted(_, _, _, waiting) =
        $"the lock '{name}' ({waiting} waiting)"

/// Whether somebody asks for what he holds himself, as far as that is known.
[<AbstractClass; Sealed>]
type internal Reentry =

    /// The scope and the bodies that wait for it: none of them goes on before it does.
    static member private Holds(holder: WorkContext, scope: Scope) =
        let mutable above = scope

        while isThere above && not (obj.ReferenceEquals(above, holder)) do
            above <-
                match above.Kind with
                | ChildKind.Bound
                | ChildKind.Operand
                | ChildKind.Competitor when not above.Opened -> above.Parent
                | _ -> nothing

        isThere above

    static member Acquire<'E>
        (core: PermitCore, order: PermitOrder, scope: Scope)
        : ValueTask<Outcome<Lease, 'E>> =
        let holder = core.Holder

        if isThere holder && Reentry.Holds(holder, scope) then
            let description =
                $"'{scope.Name}' waits for '{core.Names.Name}', which is held by itself or by one that waits for it"

            ValueTask<_>(Error(ScopeError.rejected (Rejection.WouldDeadlock description)))
        else
            PermitKernel.Acquire(core, order, scope, CancellationToken.None)

/// Lets one in at a time, first come first served. Not reentrant: who holds it and asks for it again would wait for ever. Where that can be
/// known, in F# in the same scope and in the steps that it binds, the answer is `Rejected (WouldDeadlock ..)`. Safe from any thread.
/// Made by `AsyncLock.create` in a scope, with whose end nobody is let in any more; or by the constructor, on its own.
[<Sealed>]
type AsyncLock internal (core: PermitCore) =

    /// A lock that belongs to no scope.
    new(name: string) =
        Checks.notNull (nameof name) name
        AsyncLock(PermitCore.Make(1, LockNames name, nothing))

    member internal _.Core = core

    static member internal Order: PermitOrder = { PermitKernel.One with IsHeld = true }

    /// For C#, where nobody knows who asks again.
    static member internal Within(patience: TimeSpan) : PermitOrder =
        Checks.duration (nameof patience) patience

        {
            PermitKernel.One with
                Patience = patience
        }

    /// What it is called in errors.
    member _.Name = core.Names.Name

    /// Whether somebody holds it now.
    member _.IsHeld = core.Free = 0

    /// How many wait for it now.
    member _.Waiting = core.Waiting

    /// Takes the lock if that needs no wait. False and no lease otherwise.
    member _.TryAcquire([<Out>] lease: byref<Lease>) : bool =
        lease <- PermitKernel.TryAcquire(core, PermitKernel.One)
        lease.IsHeld

    /// The name and whether it is held, for people.
    override this.ToString() =
        if this.IsHeld then $"{this.Name} (held)" else this.Name

/// Mutual exclusion.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module AsyncLock =

    /// A lock with a name. At the end of the current scope, after the children have ended, it lets nobody in any more.
    let create<'E> (name: string) : Scoped<AsyncLock, 'E> =
        Checks.notNull (nameof name) name
        fun scope -> PermitKernel.InScope(scope, 1, LockNames name, (fun core -> AsyncLock core))

    /// Takes the lock, waiting in line while somebody holds it. `Rejected (ScopeEnded ..)` when the lock's own scope has ended,
    /// `Rejected (WouldDeadlock ..)` when this scope holds it, or one whose body waits for this one. A cancel ends the wait, and
    /// the lock was not taken. For `use! _ = ..`: nothing else gives it back.
    let acquire (lock: AsyncLock) : Scoped<Lease, 'E> =
        fun scope -> Reentry.Acquire(lock.Core, AsyncLock.Order, scope)

    /// As `acquire`, for at most `patience`, from zero to about 49 days: then `Rejected (WaitedTooLong ..)`, with the time waited.
    let acquireWithin (patience: TimeSpan) (lock: AsyncLock) : Scoped<Lease, 'E> =
        let order = {
            AsyncLock.Within patience with
                IsHeld = true
        }

        fun scope -> Reentry.Acquire(lock.Core, order, scope)

    /// The lock, if that needs no wait.
    let tryAcquire (lock: AsyncLock) : Lease voption =
        let mutable lease = Unchecked.defaultof<Lease>

        if lock.TryAcquire &lease then
            ValueSome lease
        else
            ValueNone

    /// Runs the work with the lock held, in the current scope. It is given back when the work and all that it started have
    /// ended, whatever they came to.
    let execute (lock: AsyncLock) (work: Scoped<'T, 'E>) : Scoped<'T, 'E> =
        let builder = ScopeBuilder()

        builder {
            use! _ = acquire lock
            return! work
        }

    /// The lock as a case of a select: when another case is committed it was not taken.
    let alt (lock: AsyncLock) : Alt<Lease, 'E> =
        Alt.ofCase (PermitCase<'E>(lock.Core, PermitKernel.One))
