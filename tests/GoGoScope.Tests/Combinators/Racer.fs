/// Competitors that the tests of races are made of.
[<AutoOpen>]
module GoGoScope.Tests.Combinators.Racer

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests

let give (outcome: Result<'T, ScopeError<'E>>) : Scoped<'T, 'E> =
    fun _ -> ValueTask<Result<'T, ScopeError<'E>>>(outcome)

/// Goes through the pool a few times.
let turns count (_: CancellationToken) : Task = task {
    for _ in 0..count do
        do! Task.Yield()
}

/// A value that comes in its own time, whatever it is told.
let late count (value: 'T) : Scoped<'T, string> = scope {
    do! Step.stubborn count
    return value
}

/// A competitor that says when it begins and how it ends.
let told (stage: Stage) name (work: Scoped<'T, string>) : Scoped<'T, string> = scope {
    stage.Tell $"{name} begins"
    let! outcome = Scoped.result work

    match outcome with
    | Ok _ -> stage.Tell $"{name} gives"
    | Error error when ScopeError.isCancelled error -> stage.Tell $"{name} stops"
    | Error _ -> stage.Tell $"{name} fails"

    return! give outcome
}

let failing count (error: string) : Scoped<int, string> =
    Step.fail count error |> Scoped.map (fun () -> 0)

/// A value that says when it is closed.
type Resource(stage: Stage, name: string, wait: float) =
    interface IAsyncDisposable with
        member _.DisposeAsync() =
            ValueTask(
                task {
                    do! Task.Delay(Step.milliseconds wait, stage.Clock)
                    stage.Tell $"{name} is closed"
                }
                :> Task
            )

type Plain(stage: Stage, name: string) =
    interface IDisposable with
        member _.Dispose() = stage.Tell $"{name} is closed"
