/// `finally` and `use` run on every way out.
module GoGoScope.Tests.BuilderReleaseTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

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

/// Ways for a block to end while its release fails too.
let private failures: (string * Scoped<int, string> * Cause<string>) list = [
    for name, work, cause in waysOut do
        match cause with
        | ValueSome(Cause.Cancelled _) -> () // no failure of the block
        | ValueSome cause -> name, work, cause
        | ValueNone -> ()
]

let private fails (message: string) (cause: Cause<'E>) =
    match cause with
    | Cause.CleanupFailed failure -> equal message failure.Message
    | other -> Assert.Fail $"expected a failed cleanup, but was {other}"

[<Theory; InlineData(true); InlineData(false)>]
let ``a release that fails is the failure of a block that ended well`` (suspends: bool) =
    let work: Scoped<int, string> = scope {
        use _ = breaks suspends
        return 1
    }

    fails "release" (onlyCause (outcome work))

[<Theory; InlineData(true); InlineData(false)>]
let ``a release that fails does not hide the failure of its block, and the outer ones still run``
    (suspends: bool)
    =
    for name, inside, cause in failures do
        let diary = Diary()

        let work: Scoped<int, string> = scope {
            use _ = AsyncCloser(diary, "outer")
            use _ = breaks suspends
            do! step suspends
            return! inside
        }

        match outcome work with
        | Error error ->
            equal (name, cause) (name, error.Cause)
            fails "release" (Seq.exactlyOne error.Others)
        | Ok _ -> Assert.Fail "both failed"

        equal [ "closed outer" ] diary.Lines

[<Theory; InlineData(true); InlineData(false)>]
let ``a finally that throws does not hide the failure of its block`` (suspends: bool) =
    for name, inside, cause in failures do
        let work: Scoped<int, string> = scope {
            try
                do! step suspends
                return! inside
            finally
                failwith "finally"
        }

        match outcome work with
        | Error error ->
            equal (name, cause) (name, error.Cause)
            Assert.Single error.Others |> ignore
        | Ok _ -> Assert.Fail "both failed"
