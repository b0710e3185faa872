namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading

/// The one door through which the library wakes a caller that waits and starts work on another thread.
/// The default is the thread pool; a test puts a scheduler of its own in its place.
[<AbstractClass>]
type Dispatcher() =

    /// Continues a caller that waited. The default continues it at once, on the thread that woke it, as tasks do.
    abstract Resume: next: Action<obj | null> * state: (obj | null) -> unit

    /// Runs work later, on a thread that is not the caller's.
    abstract Queue: next: Action<obj | null> * state: (obj | null) -> unit

    /// Runs an item later, on a thread that is not the caller's. The default queues a call of it, which costs an object
    /// where the dispatcher could take the item itself.
    abstract QueueItem: item: IThreadPoolWorkItem -> unit

    default this.QueueItem item =
        this.Queue(
            (fun item ->
                match item with
                | :? IThreadPoolWorkItem as item -> item.Execute()
                | _ -> ()),
            item
        )

    /// A number from which ties are broken by chance. A dispatcher that repeats its runs gives repeatable ones.
    abstract NextSeed: unit -> int
    default _.NextSeed() = Random.Shared.Next()

    /// Whether code that runs now already runs by this dispatcher's leave. The default owns every thread.
    abstract IsInside: bool

    /// Whether the continuations of plain tasks must come back through the synchronization context that was current when
    /// the wait began. The default lets them run where the task ended.
    abstract UsesContext: bool
    default _.UsesContext = false

/// Inline for wake-ups, the thread pool for new work.
[<Sealed>]
type internal PoolDispatcher private () =
    inherit Dispatcher()

    static let shared = PoolDispatcher()
    static member Shared: Dispatcher = shared

    // A long chain of waits that end each other would run out of stack: then it goes on through the pool.
    override _.Resume(next, state) =
        if RuntimeHelpers.TryEnsureSufficientExecutionStack() then
            next.Invoke state
        else
            ThreadPool.UnsafeQueueUserWorkItem(next, state, true) |> ignore

    override _.Queue(next, state) =
        ThreadPool.UnsafeQueueUserWorkItem(next, state, true) |> ignore

    override _.QueueItem item =
        ThreadPool.UnsafeQueueUserWorkItem(item, true) |> ignore

    override _.IsInside = true
