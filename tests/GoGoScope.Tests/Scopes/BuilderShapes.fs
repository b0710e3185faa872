/// Every shape that may stand right of `let!`, in every builder, as a block that binds it once and gives 7.
module GoGoScope.Tests.BuilderShapes

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures

/// How a source ends.
type Ending =
    | Gives
    | Fails
    | Throws
    | StopsItself // cancelled, but by nobody in the scope

/// When it ends: before it is bound, or while the block waits for it.
type Pace =
    | AtOnce
    | Later

/// Who waits for its end when the scope is cancelled.
type Care =
    | Owned
    | Foreign
    | Instant // no waiting in it

let crash = InvalidOperationException "crashed"

/// `Async.AwaitTask` wraps what a task threw.
let private awaited (work: Task<'T>) = async {
    try
        return! Async.AwaitTask work
    with :? AggregateException as wrapped ->
        return raise (wrapped.GetBaseException())
}

/// One source, in all shapes. An obedient one ends when its token fires.
type Supply<'E>(ending: Ending, pace: Pace, error: 'E, obedient: bool) =
    let gate = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    do
        if pace = AtOnce then
            gate.SetResult()

    let mutable started = 0
    let mutable ended = 0

    /// A task that has ended already is made so, because `let!` of it must not wait.
    let make (token: CancellationToken) (value: unit -> 'T) : Task<'T> =
        Interlocked.Increment &started |> ignore

        match ending, pace with
        | (Gives | Fails), AtOnce -> Task.FromResult(value ())
        | Throws, AtOnce -> Task.FromException<'T> crash
        | StopsItself, AtOnce -> Task.FromCanceled<'T>(CancellationToken true)
        | _, Later -> task {
            do! if obedient then gate.Task.WaitAsync token else gate.Task
            Interlocked.Increment &ended |> ignore

            if ending = Throws then
                raise crash

            if ending = StopsItself then
                raise (OperationCanceledException "by somebody else")

            return value ()
          }

    let result () =
        if ending = Fails then Error error else Ok 7

    new(ending, pace, error) = Supply<'E>(ending, pace, error, true)
    member _.Release() = gate.TrySetResult() |> ignore
    member _.Started = Volatile.Read &started > 0
    member _.Ended = Volatile.Read &ended > 0
    member _.Plain(token: CancellationToken) : Task<int> = make token (fun () -> 7)
    member _.Nothing(token: CancellationToken) : Task = make token ignore
    member _.Typed(token: CancellationToken) : Task<Result<int, 'E>> = make token result

    member this.PlainAsync = async {
        let! token = Async.CancellationToken
        return! awaited (this.Plain token)
    }

    member this.TypedAsync = async {
        let! token = Async.CancellationToken
        return! awaited (this.Typed token)
    }

    member _.Result =
        Interlocked.Increment &started |> ignore
        result ()

    member this.Work: Scoped<int, 'E> =
        fun scope ->
            ValueTask<Result<int, ScopeError<'E>>>(
                task {
                    try
                        match! this.Typed scope.Token with
                        | Ok value -> return Ok value
                        | Error error -> return Error(ScopeError.failed error)
                    with failure ->
                        match scope.Reason, failure with
                        | null, _ -> return Error(ScopeError.crashed failure)
                        | reason, (:? OperationCanceledException) -> return Error(ScopeError.cancelled reason)
                        | _ -> return Error(ScopeError.crashed failure)
                }
            )

type Shape<'Supplied, 'E> = {
    Name: string
    Care: Care
    /// Whether it can carry a typed error.
    Typed: bool
    Block: Supply<'Supplied> -> Scoped<int, 'E>
}

let private shape name care typed block = {
    Name = name
    Care = care
    Typed = typed
    Block = block
}

let private none = CancellationToken.None

/// `scope { }`.
let inScope: Shape<string, string> list = [
    shape "Task<T>" Foreign false (fun s -> scope {
        let! value = s.Plain none
        return value
    })
    shape "Task" Foreign false (fun s -> scope {
        do! s.Nothing none
        return 7
    })
    shape "ValueTask<T>" Foreign false (fun s -> scope {
        let! value = ValueTask<int>(s.Plain none)
        return value
    })
    shape "ValueTask" Foreign false (fun s -> scope {
        do! ValueTask(s.Nothing none)
        return 7
    })
    shape "Task<Result>" Foreign true (fun s -> scope {
        let! value = s.Typed none
        return value
    })
    shape "ValueTask<Result>" Foreign true (fun s -> scope {
        let! value = ValueTask<Result<int, _>>(s.Typed none)
        return value
    })
    shape "Async<T>" Owned false (fun s -> scope {
        let! value = s.PlainAsync
        return value
    })
    shape "Async<Result>" Owned true (fun s -> scope {
        let! value = s.TypedAsync
        return value
    })
    shape "token -> Task<T>" Owned false (fun s -> scope {
        let! value = s.Plain
        return value
    })
    shape "token -> Task" Owned false (fun s -> scope {
        do! s.Nothing
        return 7
    })
    shape "token -> ValueTask<T>" Owned false (fun s -> scope {
        let! value = fun ct -> ValueTask<int>(s.Plain ct)
        return value
    })
    shape "token -> ValueTask" Owned false (fun s -> scope {
        do! fun ct -> ValueTask(s.Nothing ct)
        return 7
    })
    shape "token -> Task<Result>" Owned true (fun s -> scope {
        let! value = s.Typed
        return value
    })
    shape "token -> ValueTask<Result>" Owned true (fun s -> scope {
        let! value = fun ct -> ValueTask<Result<int, _>>(s.Typed ct)
        return value
    })
    shape "Scoped" Owned true (fun s -> scope {
        let! value = s.Work
        return value
    })
    shape "Result" Instant true (fun s -> scope {
        let! value = s.Result
        return value
    })
    shape "ScopeTask" Owned true (fun s -> scope {
        let! child = Scope.task s.Work
        let! value = child
        return value
    })
]

/// `scopeOf<'E> { }`, errors of the block's own type.
let inScopeOf: Shape<AppError, AppError> list = [
    shape "Task<T>" Foreign false (fun s -> scopeOf<AppError> {
        let! value = s.Plain none
        return value
    })
    shape "Task" Foreign false (fun s -> scopeOf<AppError> {
        do! s.Nothing none
        return 7
    })
    shape "ValueTask<T>" Foreign false (fun s -> scopeOf<AppError> {
        let! value = ValueTask<int>(s.Plain none)
        return value
    })
    shape "ValueTask" Foreign false (fun s -> scopeOf<AppError> {
        do! ValueTask(s.Nothing none)
        return 7
    })
    shape "Task<Result>" Foreign true (fun s -> scopeOf<AppError> {
        let! value = s.Typed none
        return value
    })
    shape "ValueTask<Result>" Foreign true (fun s -> scopeOf<AppError> {
        let! value = ValueTask<Result<int, _>>(s.Typed none)
        return value
    })
    shape "Async<T>" Owned false (fun s -> scopeOf<AppError> {
        let! value = s.PlainAsync
        return value
    })
    shape "Async<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.TypedAsync
        return value
    })
    shape "token -> Task<T>" Owned false (fun s -> scopeOf<AppError> {
        let! value = s.Plain
        return value
    })
    shape "token -> Task" Owned false (fun s -> scopeOf<AppError> {
        do! s.Nothing
        return 7
    })
    shape "token -> ValueTask<T>" Owned false (fun s -> scopeOf<AppError> {
        let! value = fun ct -> ValueTask<int>(s.Plain ct)
        return value
    })
    shape "token -> ValueTask" Owned false (fun s -> scopeOf<AppError> {
        do! fun ct -> ValueTask(s.Nothing ct)
        return 7
    })
    shape "token -> Task<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.Typed
        return value
    })
    shape "token -> ValueTask<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = fun ct -> ValueTask<Result<int, _>>(s.Typed ct)
        return value
    })
    shape "Scoped" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.Work
        return value
    })
    shape "Result" Instant true (fun s -> scopeOf<AppError> {
        let! value = s.Result
        return value
    })
    shape "ScopeTask" Owned true (fun s -> scopeOf<AppError> {
        let! child = Scope.task s.Work
        let! value = child
        return value
    })
]

/// `scopeOf<'E> { }`, errors of another type.
let lifted: Shape<DbError, AppError> list = [
    shape "Task<Result>" Foreign true (fun s -> scopeOf<AppError> {
        let! value = s.Typed none
        return value
    })
    shape "ValueTask<Result>" Foreign true (fun s -> scopeOf<AppError> {
        let! value = ValueTask<Result<int, _>>(s.Typed none)
        return value
    })
    shape "Async<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.TypedAsync
        return value
    })
    shape "token -> Task<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.Typed
        return value
    })
    shape "token -> ValueTask<Result>" Owned true (fun s -> scopeOf<AppError> {
        let! value = fun ct -> ValueTask<Result<int, _>>(s.Typed ct)
        return value
    })
    shape "Scoped" Owned true (fun s -> scopeOf<AppError> {
        let! value = s.Work
        return value
    })
    shape "Result" Instant true (fun s -> scopeOf<AppError> {
        let! value = s.Result
        return value
    })
    shape "ScopeTask" Owned true (fun s -> scopeOf<AppError> {
        let! child = Scope.task s.Work
        let! value = child
        return value
    })
]
