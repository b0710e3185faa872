/// What `try/with` sees (crashes, and nothing else), and that `finally` runs on every way out.
module GoGoScope.Tests.BuilderHandlerTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open Xunit

/// The work inside a handler that says what it saw.
let private handled (work: Scoped<string, string>) : Scoped<string, string> = scope {
    try
        return! work
    with failure ->
        return $"saw {failure.Message}"
}

/// What a crash looks like, each by name.
let private crashes: (string * Scoped<string, string>) list = [
    "thrown before any wait",
    scope {
        failwith "crash"
        return ""
    }
    "thrown after a wait",
    scope {
        do! step true
        failwith "crash"
        return ""
    }
    "thrown by the work itself", (fun _ -> failwith "crash")
    "thrown by a function of a token",
    scope { return! (fun (_: CancellationToken) -> failwith<Task<string>> "crash") }
    "a failed task", scope { return! Task.FromException<string>(Exception "crash") }
    "a task that fails later",
    scope {
        return!
            fun (_: CancellationToken) -> task {
                do! Task.Yield()
                return failwith<string> "crash"
            }
    }
    "an outcome", (fun _ -> ValueTask<_>(Error(ScopeError.crashed (Exception "crash"))))
    "an observed child",
    scope {
        let! child = Scope.task (scope { return failwith<string> "crash" })
        return! child
    }
    "an operand of and!",
    scope {
        let! a = scope { return failwith<string> "crash" }
        and! b = scope { return "b" }
        return a + b
    }
]

[<Fact>]
let ``try/with sees a crash, thrown or arrived as a value`` () =
    for name, crash in crashes do
        equal (name, Ok "saw crash") (name, outcome (handled crash))

/// What is no crash, each by name.
let private others: (string * Scoped<string, string> * Cause<string>) list = [
    "an error", scope { return! Error "no" }, Cause.Failed "no"
    "a rejection",
    (fun _ -> ValueTask<_>(Error(ScopeError.rejected (Rejection.QueueFull 1)))),
    Cause.Rejected(Rejection.QueueFull 1)
    "a timeout",
    Scoped.timeout TimeSpan.Zero (untilCancelled (Diary()) "" |> Scoped.map string),
    Cause.TimedOut TimeSpan.Zero
    "a cancel",
    scope {
        do! Scope.cancel "stop"
        do! step false
        return ""
    },
    Cause.Cancelled(CancelReason.Requested "stop")
    "a cancel that is thrown",
    (fun scope ->
        scope.Cancel "stop"
        raise (OperationCanceledException scope.Token)),
    Cause.Cancelled(CancelReason.Requested "stop")
]

[<Fact>]
let ``try/with sees nothing else`` () =
    for name, work, cause in others do
        equal (name, cause) (name, onlyCause (outcome (handled work)))

[<Fact>]
let ``try/with does not see the cancel of a wait`` () =
    let gate = Gate()

    let waits = scope {
        do! gate.Wait
        return ""
    }

    cancelledFor byCaller (outcomeCancelled (handled waits))

[<Fact>]
let ``try/with sees a cancellation that is not the scope's`` () =
    equal
        (Ok "saw theirs")
        (outcome (handled (scope { return! Task.FromException<string>(OperationCanceledException "theirs") })))

[<Fact>]
let ``a handler for other exceptions lets a crash pass, and an outer one sees it`` () =
    let inner: Scoped<string, string> = scope {
        try
            do! step true
            return! Task.FromException<string>(InvalidOperationException "crash")
        with :? ArgumentException ->
            return "wrong"
    }

    crashesWith "crash" (outcome inner)
    equal (Ok "saw crash") (outcome (handled inner))

[<Theory; InlineData(true); InlineData(false)>]
let ``a handler may wait, fail and throw, and the block goes on after it`` (suspends: bool) =
    let work (mend: Scoped<int, string>) : Scoped<int, string> = scope {
        let mutable total = 1

        try
            do! step suspends
            failwith "crash"
        with _ ->
            do! step suspends
            let! number = mend
            total <- total + number

        do! step suspends
        return total + 100
    }

    equal (Ok 111) (outcome (work (Scoped.value 10)))
    failsWith "mend" (outcome (work (scope { return! Error "mend" })))
    crashesWith "again" (outcome (work (fun _ -> failwith "again")))

[<Fact>]
let ``a block without a crash gives its value past the handler, once`` () =
    let diary = Diary()

    let work: Scoped<int, string> = scope {
        for number in 1..3 do
            try
                do! step true
                diary.Note $"{number}"

                if number = 2 then
                    failwith "two"
            with failure ->
                diary.Note failure.Message

        return 3
    }

    equal (Ok 3) (outcome work)
    equal [ "1"; "2"; "two"; "3" ] diary.Lines

[<Fact>]
let ``a handled crash of a fork still fails the scope`` () =
    let work: Scoped<string, string> = scope {
        let! child = fork (scope { return failwith<string> "crash" })

        try
            return! child
        with _ ->
            return "handled"
    }

    crashesWith "crash" (outcome work)

/// Every way out of a block: what happens in it, and what it comes to.
let private waysOut: (string * Scoped<int, string> * Cause<string> voption) list = [
    "a value", Scoped.value 1, ValueNone
    "an error", scope { return! Error "no" }, ValueSome(Cause.Failed "no")
    "a throw", (fun _ -> raise BuilderShapes.crash), ValueSome(Cause.Crashed BuilderShapes.crash)
    "a cancel",
    scope {
        do! Scope.cancel "stop"
        return! Ok 1
    },
    ValueSome(Cause.Cancelled(CancelReason.Requested "stop"))
]

let private check
    suspends
    (diary: Diary)
    (guarded: Scoped<int, string> -> Scoped<int, string>)
    (expected: string list)
    =
    for name, inside, cause in waysOut do
        let before = diary.Lines.Length

        let inside = scope {
            do! step suspends
            return! inside
        }

        match cause, outcome (guarded inside) with
        | ValueNone, came -> equal (Ok 1) came
        | ValueSome cause, came -> equal (name, cause) (name, onlyCause came)

        equal (name, expected) (name, List.skip before diary.Lines)

[<Theory; InlineData(true); InlineData(false)>]
let ``finally runs once on every way out`` (suspends: bool) =
    let diary = Diary()

    let guarded (inside: Scoped<int, string>) = scope {
        try
            return! inside
        finally
            diary.Note "finally"
    }

    check suspends diary guarded [ "finally" ]

[<Theory; InlineData(true); InlineData(false)>]
let ``use releases on every way out, the last opened first`` (suspends: bool) =
    let diary = Diary()

    let open' name : Scoped<AsyncCloser, string> = scope {
        do! step suspends
        return AsyncCloser(diary, name)
    }

    let guarded (inside: Scoped<int, string>) = scope {
        use _ = new Closer(diary, "a")
        use _ = AsyncCloser(diary, "b")
        use! _ = open' "c"
        use! _ = Scoped.value (new Closer(diary, "d"))
        return! inside
    }

    check suspends diary guarded [ for name in "dcba" -> $"closed {name}" ]

[<Fact>]
let ``use releases at the end of its own block, not of the scope`` () =
    let diary = Diary()

    let work: Scoped<unit, string> = scope {
        for name in [ "a"; "b" ] do
            use _ = AsyncCloser(diary, name)
            diary.Note $"in {name}"

        do! scope {
            use _ = new Closer(diary, "c")
            return ()
        }

        diary.Note "end"
    }

    equal (Ok()) (outcome work)
    equal [ "in a"; "closed a"; "in b"; "closed b"; "closed c"; "end" ] diary.Lines

/// Both ways to be released.
type private Both(diary: Diary) =
    interface IDisposable with
        member _.Dispose() = diary.Note "at once"

    interface IAsyncDisposable with
        member _.DisposeAsync() =
            diary.Note "asynchronously"
            ValueTask()

[<Fact>]
let ``what can be released both ways is released asynchronously`` () =
    let diary = Diary()

    let work: Scoped<int, string> = scope {
        use _ = new Both(diary)
        return 1
    }

    equal (Ok 1) (outcome work)
    equal [ "asynchronously" ] diary.Lines

/// A resource whose release fails, before or after a wait.
let private breaks (suspends: bool) = {
    new IAsyncDisposable with
        member _.DisposeAsync() =
            ValueTask(
                task {
                    do! step suspends CancellationToken.None
                    failwith "release"
                }
                :> Task
            )
}

[<Theory; InlineData(true); InlineData(false)>]
let ``a release that fails is the failure of a block that ended well`` (suspends: bool) =
    let work: Scoped<int, string> = scope {
        use _ = breaks suspends
        return 1
    }

    crashesWith "release" (outcome work)

[<Theory; InlineData(true); InlineData(false)>]
let ``a release that fails does not hide the error of its block, and the outer ones still run``
    (suspends: bool)
    =
    let diary = Diary()

    let work: Scoped<int, string> = scope {
        use _ = AsyncCloser(diary, "outer")
        use _ = breaks suspends
        do! step suspends
        return! Error "body"
    }

    match outcome work with
    | Error error ->
        equal (Cause.Failed "body") error.Cause
        equal 1 error.Others.Count
    | Ok _ -> Assert.Fail "both failed"

    equal [ "closed outer" ] diary.Lines
