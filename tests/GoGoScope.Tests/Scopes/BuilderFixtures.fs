/// What the stories about `scope { }` share. None of them looks at the time: what suspends waits for a gate.
module GoGoScope.Tests.BuilderFixtures

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open Xunit

type DbError = NoRow of Id: int
type NetError = Refused of Host: string

type AppError =
    | Db of DbError
    | Net of NetError

    static member From(error: DbError) = Db error
    static member From(error: NetError) = Net error

/// A story that would hang fails instead.
let patience = TimeSpan.FromSeconds 20.

let ended (work: Task<'T>) : 'T =
    if not (work.Wait patience) then
        failwith "The work did not end."

    work.Result

let outcome (work: Scoped<'T, 'E>) : Result<'T, ScopeError<'E>> = ended ((Scope.run work).AsTask())

/// Runs the work, which must wait for something, lets `release` happen, and gives what it came to.
let outcomeAfter (release: unit -> unit) (work: Scoped<'T, 'E>) : Result<'T, ScopeError<'E>> =
    let running = (Scope.run work).AsTask()
    Assert.False(running.IsCompleted, "the work was to wait")
    release ()
    ended running

/// As `outcomeAfter`, and the caller's token fires while the work waits.
let outcomeCancelled (work: Scoped<'T, 'E>) : Result<'T, ScopeError<'E>> =
    use source = new CancellationTokenSource()

    let running = (Scope.runWith ScopeOptions.Default source.Token work).AsTask()

    Assert.False(running.IsCompleted, "the work was to wait")
    source.Cancel()
    ended running

let equal (expected: 'T) (actual: 'T) =
    if expected <> actual then
        Assert.Fail $"expected %A{expected}\nbut was  %A{actual}"

/// The cause of a failure that came alone.
let onlyCause (outcome: Result<'T, ScopeError<'E>>) : Cause<'E> =
    match outcome with
    | Error error when error.Others.Count = 0 -> error.Cause
    | other -> failwith $"expected one cause, but was {other}"

let failsWith (error: 'E) (outcome: Result<'T, ScopeError<'E>>) =
    equal (Cause.Failed error) (onlyCause outcome)

let crashesWith (message: string) (outcome: Result<'T, ScopeError<'E>>) =
    match onlyCause outcome with
    | Cause.Crashed failure -> equal message failure.Message
    | other -> Assert.Fail $"expected a crash, but was {other}"

let cancelledFor (reason: CancelReason) (outcome: Result<'T, ScopeError<'E>>) =
    equal (Cause.Cancelled reason) (onlyCause outcome)

let byCaller: CancelReason = CancelReason.TokenFired "caller"

/// Something to wait for, opened once by the story. Its task is foreign to every scope.
type Gate() =
    let opened = TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

    member _.Open() = opened.TrySetResult() |> ignore
    member _.Task: Task = opened.Task

    /// Owned work that obeys its token.
    member _.Wait(token: CancellationToken) : Task = opened.Task.WaitAsync token

/// What happened, in order, from any thread.
type Diary() =
    let lines = List<string>()
    member _.Note(line: string) = lock lines (fun () -> lines.Add line)
    member _.Lines = lock lines (fun () -> List.ofSeq lines)

/// Released at once.
type Closer(diary: Diary, name: string) =
    interface IDisposable with
        member _.Dispose() = diary.Note $"closed {name}"

/// Released asynchronously, over at least one wait.
type AsyncCloser(diary: Diary, name: string) =
    interface IAsyncDisposable with
        member _.DisposeAsync() =
            ValueTask(
                task {
                    do! Task.Yield()
                    diary.Note $"closed {name}"
                }
                :> Task
            )

/// Work that waits until it is cancelled, and says so.
let untilCancelled (diary: Diary) (name: string) : Scoped<unit, 'E> =
    fun scope ->
        ValueTask<Result<unit, ScopeError<'E>>>(
            task {
                let! reason = Scope.whenCancelled scope
                diary.Note $"{name} stopped"
                return Error(ScopeError.cancelled reason)
            }
        )

/// A step that suspends, or one that is done at once: a story holds with either.
let step (suspends: bool) (_: CancellationToken) : Task =
    if suspends then
        task { do! Task.Yield() }
    else
        Task.CompletedTask

/// The numbers from 1, as a sequence that can wait before each, and notes its end and the token that it was read with.
type Numbers(count: int, suspends: bool, diary: Diary) =
    member val ReadWith = CancellationToken.None with get, set

    interface IAsyncEnumerable<int> with
        member this.GetAsyncEnumerator(token) =
            this.ReadWith <- token
            let mutable current = 0

            {
                new IAsyncEnumerator<int> with
                    member _.Current = current

                    member _.MoveNextAsync() =
                        ValueTask<bool>(
                            task {
                                do! step suspends token
                                current <- current + 1
                                return current <= count
                            }
                        )

                    member _.DisposeAsync() =
                        diary.Note "closed numbers"
                        ValueTask()
            }
