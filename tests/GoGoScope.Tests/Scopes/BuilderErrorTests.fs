/// Errors of several types in one block, and errors that are translated.
module GoGoScope.Tests.BuilderErrorTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

let private db (id: int) : Result<int, DbError> =
    if id > 0 then Ok id else Error(NoRow id)

let private net (host: string) (_: CancellationToken) : Task<Result<int, NetError>> =
    Task.FromResult(if host = "" then Error(Refused host) else Ok host.Length)

let private inner id : Scoped<int, DbError> = scope {
    do! step true
    return! db id
}

/// One block, three error types and work that has none.
let private mixed id host = scopeOf<AppError> {
    let! a = db id
    let! b = net host
    let! c = inner id
    let! d = Task.FromResult 100
    let! e = (Ok 1000: Result<int, AppError>)
    return a + b + c + d + e
}

[<Fact>]
let ``scopeOf lifts each error by its From, and work without errors as it is`` () =
    equal (Ok 1107) (outcome (mixed 2 "abc"))
    failsWith (Db(NoRow 0)) (outcome (mixed 0 "abc"))
    failsWith (Net(Refused "")) (outcome (mixed 2 ""))

[<Fact>]
let ``scopeOf lifts the operands of and!`` () =
    let work id = scopeOf<AppError> {
        let! a = db id
        and! b = net "abc"
        and! c = inner 5
        return a + b + c
    }

    equal (Ok 10) (outcome (work 2))
    failsWith (Db(NoRow 0)) (outcome (work 0))

[<Fact>]
let ``scopeOf lifts the errors beside the first too`` () =
    let many: Scoped<int, DbError> =
        fun _ ->
            ValueTask<_>(
                Error {
                    Cause = Cause.Failed(NoRow 1)
                    Others = [| Cause.Failed(NoRow 2) |]
                }
            )

    match outcome (scopeOf<AppError> { return! many }) with
    | Error error -> equal [ Cause.Failed(Db(NoRow 1)); Cause.Failed(Db(NoRow 2)) ] (ScopeError.causes error)
    | Ok _ -> Assert.Fail "it failed"

[<Fact>]
let ``scopeOf gives return! and do! the same lifting`` () =
    let last: Scoped<int, AppError> = scopeOf<AppError> { return! db 0 }
    failsWith (Db(NoRow 0)) (outcome last)

    let first: Scoped<unit, AppError> = scopeOf<AppError> { do! (Error(Refused "h"): Result<unit, NetError>) }

    failsWith (Net(Refused "h")) (outcome first)

    let matched: Scoped<string, AppError> = scopeOf<AppError> {
        match! db 1 with
        | 1 -> return "one"
        | _ -> return "many"
    }

    equal (Ok "one") (outcome matched)

[<Fact>]
let ``an error of the block's own type is not lifted`` () =
    let work = scopeOf<AppError> {
        let! value = (Error(Db(NoRow 9)): Result<int, AppError>)
        return value
    }

    failsWith (Db(NoRow 9)) (outcome work)

[<Fact>]
let ``a block that cannot fail by itself has the error type Never`` () =
    let work = scopeOf<Never> {
        let! a = Task.FromResult 1
        and! b = step true
        return a, b
    }

    match outcome work with
    | Ok(1, ()) -> ()
    | other -> Assert.Fail $"{other}"

/// The causes that work can end with.
let private causes: (Cause<string> * Scoped<int, string>) list = [
    for cause in
        [
            Cause.Failed "no"
            Cause.Crashed BuilderShapes.crash
            Cause.TimedOut(TimeSpan.FromSeconds 1.)
            Cause.Rejected(Rejection.QueueFull 3)
            Cause.CleanupFailed BuilderShapes.crash
        ] do
        cause, (fun _ -> ValueTask<_>(Error(ScopeError.ofCause cause)))
]

[<Fact>]
let ``mapError makes every cause the caller's own error`` () =
    for cause, work in causes do
        failsWith (Some cause) (outcome (Scoped.mapError Some work))

[<Fact>]
let ``mapCrash makes only crashes the caller's own error`` () =
    for cause, work in causes do
        let expected =
            match cause with
            | Cause.Crashed failure -> Cause.Failed failure.Message
            | other -> other

        equal expected (onlyCause (outcome (Scoped.mapCrash _.Message work)))

[<Fact>]
let ``a mapped crash is wrapped once, however often the map stands there`` () =
    let wrap (failure: exn) = $"<{failure.Message}>"

    let twice: Scoped<int, string> =
        (fun _ -> failwith "crash") |> Scoped.mapCrash wrap |> Scoped.mapCrash wrap

    failsWith "<crash>" (outcome twice)

[<Theory; InlineData(true); InlineData(false)>]
let ``the causes beside the first are mapped too, and values are left alone`` (suspends: bool) =
    let many: Scoped<int, string> =
        fun scope ->
            ValueTask<Result<int, ScopeError<string>>>(
                task {
                    do! step suspends scope.Token

                    return
                        Error {
                            Cause = Cause.Failed "a"
                            Others = [| Cause.Crashed BuilderShapes.crash; Cause.Failed "b" |]
                        }
                }
            )

    match outcome (Scoped.mapError string many) with
    | Error error ->
        equal [
            "failed: \"a\""
            "crashed: InvalidOperationException: crashed"
            "failed: \"b\""
        ] [
            for cause in ScopeError.causes error do
                match cause with
                | Cause.Failed text -> text
                | other -> $"%A{other}"
        ]
    | Ok _ -> Assert.Fail "it failed"

    match outcome (Scoped.mapCrash _.Message many) with
    | Error error ->
        equal [ Cause.Failed "a"; Cause.Failed "crashed"; Cause.Failed "b" ] (ScopeError.causes error)
    | Ok _ -> Assert.Fail "it failed"

    equal (Ok 1) (outcome (Scoped.mapError string (Scoped.value 1: Scoped<int, string>)))
    equal (Ok 1) (outcome (Scoped.mapCrash _.Message (Scoped.value 1)))

[<Fact>]
let ``mapError brings work of another error type into a scope block`` () =
    let work: Scoped<int, string> = scope {
        let! a = inner 1 |> Scoped.mapError (fun cause -> $"{cause}")
        let! b = inner 0 |> Scoped.mapError (fun cause -> $"{cause}")
        return a + b
    }

    failsWith "failed: NoRow 0" (outcome work)

[<Fact>]
let ``a task of another error type gives its outcome as a value`` () =
    let work: Scoped<string, string> = scope {
        let! child = Scope.task (inner 0)

        match! ScopeTask.result child with
        | Ok value -> return $"{value}"
        | Error error -> return $"{error.Cause}"
    }

    equal (Ok "failed: NoRow 0") (outcome work)
