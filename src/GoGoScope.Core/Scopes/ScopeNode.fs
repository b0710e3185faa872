namespace GoGoScope

open System.Threading.Tasks
open GoGoScope.CompilerServices

/// The typed half of a scope: what it gives, and who waits for that.
[<AbstractClass>]
type internal ScopeNode() =
    /// Somebody was given the outcome, or waits for it.
    [<DefaultValue(false)>]
    val mutable internal Observed: bool

    /// The body and all children have ended.
    abstract Finish: unit -> unit

    /// What `DisposeAsync` of the scope does.
    abstract Dispose: unit -> ValueTask

    /// It ended because it was told to stop.
    abstract WasStopped: bool

    /// Its place among its siblings.
    abstract Place: int

    /// The scope whose it is.
    abstract Owner: TreeNode

    /// What its block waits for now, for pictures of the tree; null when that is not known.
    abstract Pending: obj | null
    default _.Pending = null

    /// Its failure, in the error type of another scope.
    abstract ErrorAs<'P> : unit -> ScopeError<'P>

/// Whoever waits until a child says that it is ready.
type internal IStarter =
    /// The child has failed. True: before it was ready, and that is the starter's error. Decided once.
    abstract FailsStart: unit -> bool
