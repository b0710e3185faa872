namespace GoGoScope

open System
open System.Collections.Generic

/// An error that no caller was given: that of a child nobody read, of a callback, of a task that failed after its wait ended.
[<NoComparison; ReferenceEquality>]
type UnobservedError = {
    /// The scope in which it happened; empty when that is gone, as for a task that fails after nobody waits for it any more.
    Scope: string
    /// What failed, in a few words.
    What: string
    /// The failure.
    Exception: exn
}

/// A child that was asked to stop and has not ended within the grace.
[<NoComparison; ReferenceEquality>]
type StuckChild = {
    /// The scope that waits for it.
    Scope: string
    /// The child's name.
    Child: string
    /// Where it was started: file and line, empty when unknown.
    Site: string
    /// How long ago it was asked to stop.
    Waited: TimeSpan
    /// Why it was asked to stop.
    Reason: CancelReason
}

/// A child that starts: one made by `fork`, `task`, `daemon` or `start`, an operand of `and!`, a competitor of a race, an item
/// of `Parallel`.
[<NoComparison; ReferenceEquality>]
type TaskStarted = {
    /// The scope in which it was started.
    Scope: string
    /// The child's name.
    Task: string
    /// A number that no other scope of this process has.
    Id: int64
    /// Where it was started: file and line, empty when unknown.
    Site: string
    /// What `TaskOptions.Tags` said.
    Tags: IReadOnlyList<KeyValuePair<string, obj>>
}

/// How a child ended.
type TaskEnding =
    /// With a value.
    | Succeeded = 0
    /// With an error, a crash, a timeout or a refusal.
    | Failed = 1
    /// It was told to stop, and did.
    | Cancelled = 2

/// A child that has ended, together with all that it started.
[<NoComparison; ReferenceEquality>]
type TaskEnded = {
    /// What was said at its start.
    Task: TaskStarted
    /// How it ended.
    Ending: TaskEnding
    /// What it failed with, as an exception; null unless it failed.
    Failure: exn | null
    /// From its start to its end, the wait for a permit included.
    Duration: TimeSpan
}

/// A scope that was told to stop.
[<NoComparison; ReferenceEquality>]
type ScopeCancelled = {
    /// The scope.
    Scope: string
    /// Why.
    Reason: CancelReason
}

/// A scope that has ended: its children have, and its cleanups have run.
[<NoComparison; ReferenceEquality>]
type ScopeDisposed = {
    /// The scope.
    Scope: string
    /// What it failed with, as an exception; null when it ended well, or because it was told to stop.
    Failure: exn | null
    /// From its start to its end.
    Duration: TimeSpan
}

/// What a scope tells its observers. A hook that throws changes nothing but a line in the log. Children inherit them.
/// Start from `ScopeHooks.None` and change what you need with `with`. A hook may use the scope that it hears of.
[<NoComparison; ReferenceEquality>]
type ScopeHooks = {
    /// Called when a child starts, before its first instruction, on the thread that starts it.
    BeforeTask: Action<TaskStarted>
    /// Called when a child has ended, before whoever waits for it goes on.
    AfterTask: Action<TaskEnded>
    /// Called when a scope that was opened with these hooks, or a child in it, is told to stop from anywhere: once for the
    /// place that was told, and not again for all below it. An ordinary exit is no cancellation.
    OnCancel: Action<ScopeCancelled>
    /// Called when a scope that was run or opened (not a child) has ended.
    OnDispose: Action<ScopeDisposed>
    /// Called for every error that no caller is given. Runs on the thread on which the error came to light.
    OnUnobserved: Action<UnobservedError>
    /// Called once for each child that is still running when the grace after a cancel is over, and for each cleanup that
    /// takes longer than the grace. Runs on the thread of the clock's timer.
    OnStuck: Action<StuckChild>
} with

    static let standard = {
        BeforeTask = Action<TaskStarted>(fun _ -> ())
        AfterTask = Action<TaskEnded>(fun _ -> ())
        OnCancel = Action<ScopeCancelled>(fun _ -> ())
        OnDispose = Action<ScopeDisposed>(fun _ -> ())
        OnUnobserved = Action<UnobservedError>(fun _ -> ())
        OnStuck = Action<StuckChild>(fun _ -> ())
    }

    /// Hooks that do nothing.
    static member None: ScopeHooks = standard

    /// Somebody wants to hear of children: only then they are told of.
    member internal this.HearsTasks =
        not (
            obj.ReferenceEquals(this.BeforeTask, standard.BeforeTask)
            && obj.ReferenceEquals(this.AfterTask, standard.AfterTask)
        )

    member internal this.HearsCancels =
        not (obj.ReferenceEquals(this.OnCancel, standard.OnCancel))

    member internal this.HearsEnds =
        not (obj.ReferenceEquals(this.OnDispose, standard.OnDispose))
