namespace GoGoScope

open System
open System.Collections.Generic

/// Why a scope was told to stop. The first writer wins; the reason travels down the tree.
[<RequireQualifiedAccess>]
type CancelReason =
    /// Somebody asked for it, in their own words.
    | Requested of Message: string
    /// A `CancellationToken` given to the scope fired. `Source` says which one.
    | TokenFired of Source: string
    /// The time it was given ran out.
    | DeadlinePassed of Budget: TimeSpan
    /// The scope above was told to stop, for this reason.
    | ParentEnded of Reason: CancelReason
    /// Another child of the same scope failed.
    | SiblingFailed of Child: string
    /// Another competitor of the same race won.
    | RaceLost of Winner: string
    /// The scope it belongs to ended without waiting for it.
    | ScopeExited of Scope: string
    /// The application is shutting down.
    | HostStopping of Message: string
    /// The client of a web request went away.
    | RequestAborted of Path: string
    /// A distributed lock that the work relied on is no longer held.
    | LockLost of Key: string

    /// What is told to those further down: once is enough, however deep the tree is.
    static member internal Below(reason: CancelReason) : CancelReason =
        match reason with
        | ParentEnded _ -> reason
        | _ -> ParentEnded reason

    /// One line for people.
    override this.ToString() =
        match this with
        | Requested message -> message
        | TokenFired source -> $"the token '{source}' fired"
        | DeadlinePassed budget -> $"the time allowed, {budget}, has passed"
        | ParentEnded reason -> $"its parent ended: {reason}"
        | SiblingFailed child -> $"its sibling '{child}' failed"
        | RaceLost winner -> $"'{winner}' won the race"
        | ScopeExited scope -> $"the scope '{scope}' exited"
        | HostStopping message -> $"the host is stopping: {message}"
        | RequestAborted path -> $"the request {path} was aborted"
        | LockLost key -> $"the lock '{key}' was lost"

/// The library declined: the work did not run, or the operation did not happen.
[<RequireQualifiedAccess>]
type Rejection =
    /// The circuit breaker is open; it may be tried again after this time.
    | CircuitOpen of RetryAfter: TimeSpan
    /// A rate limit is used up; there is room again after this time.
    | RateLimited of RetryAfter: TimeSpan
    /// A bounded queue has no place left.
    | QueueFull of Limit: int
    /// It waited its turn for this long and did not get it.
    | WaitedTooLong of Waited: TimeSpan
    /// The channel is closed.
    | ChannelClosed of Channel: string
    /// The scope has ended: nothing can be started in it any more.
    | ScopeEnded of Scope: string
    /// There was nothing to choose from, as in a race without competitors.
    | NothingToDo of Operation: string
    /// Waiting would never end.
    | WouldDeadlock of Description: string
    /// Something that the operation needs was not set up.
    | NotConfigured of What: string

    /// One line for people.
    override this.ToString() =
        match this with
        | CircuitOpen after -> $"the circuit is open; retry after {after}"
        | RateLimited after -> $"the rate limit is reached; retry after {after}"
        | QueueFull limit -> $"the queue is full ({limit})"
        | WaitedTooLong waited -> $"waited too long: {waited}"
        | ChannelClosed channel -> $"the channel '{channel}' is closed"
        | ScopeEnded scope -> $"the scope '{scope}' has ended"
        | NothingToDo operation -> $"{operation}: there is nothing to do"
        | WouldDeadlock description -> $"this would deadlock: {description}"
        | NotConfigured what -> $"not configured: {what}"

/// Why a piece of work gave no value.
[<RequireQualifiedAccess>]
type Cause<'E> =
    /// The work itself returned an error: a normal outcome, spelled in the caller's own type.
    | Failed of Error: 'E
    /// It threw. A bug or an outage, never a plan.
    | Crashed of Exception: exn
    /// The time it was given ran out. Only the owner of a deadline reports it so.
    | TimedOut of After: TimeSpan
    /// It was asked to stop before it finished.
    | Cancelled of Reason: CancelReason
    /// The library declined to run it.
    | Rejected of Rejection: Rejection
    /// A cleanup threw, or took longer than its bound (then the exception is a `TimeoutException`).
    | CleanupFailed of Exception: exn

    /// One line for people.
    override this.ToString() =
        match this with
        | Failed error -> $"failed: %A{error}"
        | Crashed failure -> $"crashed: {failure.GetType().Name}: {failure.Message}"
        | TimedOut after -> $"timed out after {after}"
        | Cancelled reason -> $"cancelled: {reason}"
        | Rejected rejection -> $"rejected: {rejection}"
        | CleanupFailed failure -> $"cleanup failed: {failure.GetType().Name}: {failure.Message}"

/// Everything that went wrong in a scope: one shape for one error or many.
[<NoComparison>]
type ScopeError<'E> = {
    /// The earliest failure, the one that stopped the others.
    Cause: Cause<'E>
    /// The later failures in start order, without the cancellations that the first one caused. Always an array.
    Others: IReadOnlyList<Cause<'E>>
} with

    /// One line for people: the cause, and how many others there were.
    override this.ToString() =
        match this.Others.Count with
        | 0 -> this.Cause.ToString()
        | 1 -> $"{this.Cause} (and one other: {this.Others[0]})"
        | count -> $"{this.Cause} (and {count} others)"

/// The error type of blocks without typed errors: it has no values, so `Failed` cannot happen.
[<Sealed>]
type Never private () = class end

/// A typed error that surfaced in a scope whose error type is another one: an unobserved `task` child's.
[<Sealed>]
type UntypedFailure(error: obj | null) =
    inherit Exception()

    /// Says what the child failed with.
    override _.Message = $"A child whose result nobody read failed: %A{error}"

    /// The child's own error value.
    member _.Error = error

/// Making and changing `ScopeError` values.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module ScopeError =

    /// An error with one cause.
    let ofCause (cause: Cause<'E>) : ScopeError<'E> = {
        Cause = cause
        Others = Array.Empty()
    }

    /// The caller's own error.
    let failed (error: 'E) : ScopeError<'E> = ofCause (Cause.Failed error)

    /// An exception.
    let crashed (failure: exn) : ScopeError<'E> = ofCause (Cause.Crashed failure)

    /// A request to stop that was obeyed.
    let cancelled (reason: CancelReason) : ScopeError<'E> = ofCause (Cause.Cancelled reason)

    /// The library's own no.
    let rejected (rejection: Rejection) : ScopeError<'E> = ofCause (Cause.Rejected rejection)

    /// Cause and others in one list, the earliest first.
    let causes (error: ScopeError<'E>) : Cause<'E> list = error.Cause :: List.ofSeq error.Others

    /// The first cause decides whether an outcome was a mere cancellation.
    let isCancelled (error: ScopeError<'E>) =
        match error.Cause with
        | Cause.Cancelled _ -> true
        | _ -> false

    let internal mapCause (change: 'A -> 'B) (cause: Cause<'A>) : Cause<'B> =
        match cause with
        | Cause.Failed error -> Cause.Failed(change error)
        | Cause.Crashed failure -> Cause.Crashed failure
        | Cause.TimedOut after -> Cause.TimedOut after
        | Cause.Cancelled reason -> Cause.Cancelled reason
        | Cause.Rejected rejection -> Cause.Rejected rejection
        | Cause.CleanupFailed failure -> Cause.CleanupFailed failure

    /// The same error where another error type is expected: the caller's own errors become `UntypedFailure` crashes.
    let internal untyped (error: ScopeError<'A>) : ScopeError<'B> =
        let change cause =
            match cause with
            | Cause.Failed error -> Cause.Crashed(UntypedFailure(box error))
            | other -> mapCause (fun _ -> Unchecked.defaultof<'B>) other

        {
            Cause = change error.Cause
            Others = [| for other in error.Others -> change other |]
        }

    /// The others, the first of them as the cause.
    let internal withoutFirst (error: ScopeError<'E>) : ScopeError<'E> = {
        Cause = error.Others[0]
        Others = Array.ofSeq (Seq.skip 1 error.Others)
    }

    /// The error where only an exception fits: its own exception if that says all, otherwise one that carries the whole error.
    let internal asException (error: ScopeError<'E>) : exn =
        match error.Cause with
        | Cause.Crashed failure
        | Cause.CleanupFailed failure when error.Others.Count = 0 -> failure
        | _ -> UntypedFailure(box error)

    /// Translates the caller's own errors; every other cause stays as it is.
    let map (change: 'A -> 'B) (error: ScopeError<'A>) : ScopeError<'B> = {
        Cause = mapCause change error.Cause
        Others = [| for other in error.Others -> mapCause change other |]
    }
