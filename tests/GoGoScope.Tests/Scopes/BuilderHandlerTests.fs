/// What `try/with` sees: crashes, and nothing else.
module GoGoScope.Tests.BuilderHandlerTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
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
let ``a handled crash leaves nothing behind in a block without a value`` () =
    for name, crash in crashes do
        let work: Scoped<unit, string> = scope {
            try
                let! _ = crash
                ()
            with _ ->
                ()
        }

        equal (name, Ok()) (name, outcome work)

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
