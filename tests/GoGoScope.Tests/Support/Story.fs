/// Tells one behaviour, and fails instead of hanging.
[<RequireQualifiedAccess>]
module GoGoScope.Tests.Story

open System
open System.Threading
open System.Threading.Tasks

/// Longest time that anything in a test may take, by the wall clock.
let patience = TimeSpan.FromSeconds 20.

/// Runs a test's body on a thread of its own: away from the test runner's synchronization context, which would put
/// continuations on other threads, and from the thread pool, which a body that blocks would starve.
let run (body: unit -> Task<unit>) : Task =
    Task.Factory
        .StartNew<Task<unit>>(
            body,
            CancellationToken.None,
            TaskCreationOptions.LongRunning ||| TaskCreationOptions.HideScheduler,
            TaskScheduler.Default
        )
        .Unwrap()
        .WaitAsync
        patience

/// Waits for a result that has to come.
let wait (pending: ValueTask<'T>) : Task<'T> = pending.AsTask().WaitAsync patience

/// Waits for an end that has to come.
let ended (pending: ValueTask) : Task = pending.AsTask().WaitAsync patience

/// Waits, yielding, until something that other threads bring about is so.
let until (what: string) (condition: unit -> bool) : Task = task {
    use late = new CancellationTokenSource(patience)

    while not (condition ()) do
        if late.IsCancellationRequested then
            failwith $"It did not come about: {what}"

        do! Task.Yield()
}
