/// The stories around permits, locks and pools, told in F#.
namespace GoGoScope.Tests.Parity

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

/// The verbs of F# around permits, locks and pools.
[<Sealed>]
type FSharpSyncFace() =
    inherit SyncFace(FSharpFace())

    let now (here: Scope) (verb: Scoped<'T, string>) : 'T =
        match (verb here).Result with
        | Ok value -> value
        | Error error -> failwith $"{error}"

    let failure (error: ScopeError<string>) = Outcome.Of error

    override _.Semaphore(here, total) = now here (Semaphore.create total)

    override _.Acquire(here, semaphore, count, priority, patience) = task {
        let options = {
            Count = count
            Priority = priority
            Patience =
                if patience.HasValue then
                    patience.Value
                else
                    Timeout.InfiniteTimeSpan
        }

        match! (Semaphore.acquireWith options semaphore) here with
        | Ok lease -> return Taken(lease, null)
        | Error error -> return Taken(Unchecked.defaultof<Lease>, failure error)
    }

    override _.Execute(here: Scope, semaphore: Semaphore, work: Work) =
        inScope here (scoped work |> Semaphore.execute semaphore)

    override _.Lock here = now here (AsyncLock.create "lock")

    override _.Execute(here: Scope, asyncLock: AsyncLock, work: Work) =
        inScope here (scoped work |> AsyncLock.execute asyncLock)

    override _.ReaderWriterLock here =
        now here (AsyncReaderWriterLock.create "lock")

    override _.Read(here, asyncLock, work) =
        inScope here (scoped work |> AsyncReaderWriterLock.executeRead asyncLock)

    override _.Write(here, asyncLock, work) =
        inScope here (scoped work |> AsyncReaderWriterLock.executeWrite asyncLock)

    override _.Pool(here, max, make, destroy) =
        let destroyed (tool: Tool) (_: CancellationToken) =
            destroy.Invoke tool
            Task.CompletedTask

        Task.FromResult(now here (ResourcePool.create max (fun _ -> make.Invoke()) destroyed))

    override _.Borrow(here, pool) = task {
        match! (ResourcePool.borrow pool) here with
        | Ok lease -> return Borrowed(lease, null)
        | Error error -> return Borrowed(null, failure error)
    }

    override _.Release(here, pool, lease) : Task = task {
        let! outcome = (ResourcePool.release lease pool: Scoped<unit, string>) here
        ignore outcome
    }

type SyncParity() =
    inherit SyncStories(FSharpSyncFace())
