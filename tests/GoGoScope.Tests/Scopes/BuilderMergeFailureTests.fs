/// What happens to the operands of `and!` when one of them fails.
module GoGoScope.Tests.BuilderMergeFailureTests

open System
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests.BuilderFixtures
open Xunit

let private ms (number: int) = TimeSpan.FromMilliseconds(float number)

/// Four operands in virtual time: `fails` at 20 ms in the given way; the slow one needs until 300 ms to stop.
let private four
    (diary: Diary)
    (runtime: SeededRuntime)
    (fails: Scoped<int, string>)
    mirrored
    : Scoped<int, string> =
    let note what =
        diary.Note $"{what} at {int runtime.Clock.Elapsed.TotalMilliseconds}"

    let waits: Scoped<int, string> = scope {
        let! here = Scope.current
        use _ = Scope.onCancel (fun _ -> note "a is told") here

        try
            do! Scope.delay (ms 5000)
            return 1
        finally
            note "a ends"
    }

    let slow: Scoped<int, string> = scope {
        let! here = Scope.current
        use _ = Scope.onCancel (fun _ -> note "b is told") here
        do! Scope.shielded (ms 1000) (Scope.delay (ms 300))
        note "b ends"
        return failwith "b too"
    }

    let never: Scoped<int, string> = scope {
        do! Scope.delay (ms 5000)
        return 4
    }

    if mirrored then
        scope {
            let! d = never
            and! c = fails
            and! b = slow
            and! a = waits
            return a + b + c + d
        }
    else
        scope {
            let! a = waits
            and! b = slow
            and! c = fails
            and! d = never
            return a + b + c + d
        }

[<Theory; InlineData(false); InlineData(true)>]
let ``the first failure stops all others in the same step, and every error is kept`` (mirrored: bool) =
    for seed in 1..20 do
        let diary = Diary()
        let runtime = SeededRuntime seed

        let fails: Scoped<int, string> = scope {
            do! Scope.delay (ms 20)
            return! Error "c"
        }

        match runtime.Run(four diary runtime fails mirrored) with
        | Error error ->
            equal (Cause.Failed "c") error.Cause

            match List.ofSeq error.Others with
            | [ Cause.Crashed other ] -> equal "b too" other.Message
            | others -> Assert.Fail $"%A{others}"
        | Ok _ -> Assert.Fail "c failed"

        let lines = diary.Lines
        equal [ "a ends at 20"; "a is told at 20"; "b is told at 20" ] (List.sort lines[0..2])
        equal [ "b ends at 300" ] lines[3..]

[<Theory; InlineData(false); InlineData(true)>]
let ``an operand that throws at once stops the others too`` (mirrored: bool) =
    for seed in 1..20 do
        let diary = Diary()
        let runtime = SeededRuntime seed

        match runtime.Run(four diary runtime (fun _ -> raise BuilderShapes.crash) mirrored) with
        | Error error -> equal (Cause.Crashed BuilderShapes.crash) error.Cause
        | Ok _ -> Assert.Fail "c threw"

        // mirrored, the others start in a scope that is already stopping: they do not run
        if mirrored then
            equal [] diary.Lines
        else
            equal [ "b ends at 300" ] (List.skip 3 diary.Lines)

[<Theory; InlineData(0); InlineData(1); InlineData(2); InlineData(3)>]
let ``wherever the operand that fails stands, it stops the others`` (place: int) =
    let diary = Diary()
    let gate = Gate()

    let operand index : Scoped<unit, string> =
        if index = place then
            scope {
                do! gate.Wait
                return! Error $"{index}"
            }
        else
            untilCancelled diary $"{index}"

    let work: Scoped<unit, string> = scope {
        let! () = operand 0
        and! () = operand 1
        and! () = operand 2
        and! () = operand 3
        return ()
    }

    failsWith $"{place}" (outcomeAfter gate.Open work)

    equal
        [
            for index in 0..3 do
                if index <> place then
                    $"{index} stopped"
        ]
        (List.sort diary.Lines)
