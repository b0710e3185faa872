namespace GoGoScope

open System
open System.ComponentModel
open System.Threading
open GoGoScope.CompilerServices

/// What a piece of work may see of its surroundings: policies and primitives see no more than this, so they can be
/// tested without a scope. `Scope` implements it.
[<AbstractClass>]
type WorkContext internal () =

    /// Fires when the work is asked to stop. Made on first read.
    abstract Token: CancellationToken

    /// Whether the work was asked to stop. Once true it stays true.
    abstract IsCancelled: bool

    /// Why the work was asked to stop; null while it was not.
    abstract Reason: CancelReason | null

    /// The time left until the nearest deadline; `Timeout.InfiniteTimeSpan` when there is none, never below zero.
    abstract Remaining: TimeSpan

    /// The only clock the work reads.
    abstract Clock: TimeProvider

    /// Where wake-ups and new work go.
    abstract Dispatcher: Dispatcher

    /// Asks the work, and all that it started, to stop. The first reason wins; later calls change nothing.
    abstract Cancel: reason: CancelReason -> unit

    /// Parks a waiting caller. False: the context is cancelled already, and nothing was parked.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract Park: link: CancelLink -> bool

    /// Takes a parked caller out. Harmless when a cancel has taken it out already.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract Unpark: link: CancelLink -> unit

    /// An error that nobody will be given otherwise: to the hook and the log, never into nothing.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract Unobserved: what: string * failure: exn -> unit
