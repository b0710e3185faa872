namespace GoGoScope.Tests.Resilience

open System
open System.Collections.Concurrent
open System.Threading
open GoGoScope

/// Surroundings without a scope: what policies may see, and no more.
type BareContext(clock: TimeProvider) =
    inherit WorkContext()
    let lost = ConcurrentQueue<struct (string * exn)>()

    /// What went to the hook for unobserved errors.
    member _.Lost = List.ofSeq lost

    override _.Token = CancellationToken.None
    override _.IsCancelled = false
    override _.Reason = null
    override _.Remaining = Timeout.InfiniteTimeSpan
    override _.Clock = clock
    override _.Dispatcher = PoolDispatcher.Shared
    override _.Cancel _ = ()
    override _.Park _ = true
    override _.Unpark _ = ()

    override _.Unobserved(what, failure) = lost.Enqueue(struct (what, failure))
