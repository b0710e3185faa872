/// Every construct of a block, with steps that wait and with steps that do not.
module GoGoScope.Tests.BuilderConstructTests

open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

[<Theory; InlineData(true); InlineData(false)>]
let ``let!, do!, return! and match! give what they bind`` (suspends: bool) =
    let half number : Scoped<int option, string> = scope {
        do! step suspends
        return if number % 2 = 0 then Some(number / 2) else None
    }

    let work: Scoped<string, string> = scope {
        let! eight = Ok 8
        do! step suspends

        match! half eight with
        | Some number -> return! Ok $"half is {number}"
        | None -> return "odd"
    }

    equal (Ok "half is 4") (outcome work)

[<Theory; InlineData(true); InlineData(false)>]
let ``while runs its body as long as its guard says`` (suspends: bool) =
    let work: Scoped<int, string> = scope {
        let mutable sum = 0
        let mutable index = 0

        while index < 100 do
            do! step suspends
            index <- index + 1
            sum <- sum + index

        return sum
    }

    equal (Ok 5050) (outcome work)

[<Theory; InlineData(true); InlineData(false)>]
let ``for runs over sequences, arrays, lists and ranges`` (suspends: bool) =
    let work: Scoped<int, string> = scope {
        let mutable sum = 0

        for number in 1..3 do
            do! step suspends
            sum <- sum + number

        for number in [ 10; 20 ] do
            do! step suspends
            sum <- sum + number

        for number in [| 100; 200 |] do
            do! step suspends
            sum <- sum + number

        for number in seq { 1000 } do
            do! step suspends
            sum <- sum + number

        for KeyValue(_, number) in Dictionary(dict [ "a", 10_000 ]) do
            do! step suspends
            sum <- sum + number

        return sum
    }

    equal (Ok 11336) (outcome work)

[<Theory; InlineData(true); InlineData(false)>]
let ``for closes its enumerator on every way out`` (suspends: bool) =
    let diary = Diary()

    let items = seq {
        use _ = new Closer(diary, "items")
        1
        2
    }

    let over (body: int -> Scoped<unit, string>) : Scoped<unit, string> = scope {
        for item in items do
            do! step suspends
            do! body item
    }

    equal (Ok()) (outcome (over (fun _ -> Scoped.value ())))
    failsWith "no" (outcome (over (fun _ -> scope { return! Error "no" })))
    crashesWith "thrown" (outcome (over (fun _ -> failwith "thrown")))
    cancelledFor (CancelReason.Requested "stop") (outcome (over (fun _ -> Scope.cancel "stop")))
    equal (List.replicate 4 "closed items") diary.Lines

[<Theory; InlineData(true); InlineData(false)>]
let ``for runs over an asynchronous sequence, with the scope's token, and closes it`` (suspends: bool) =
    let diary = Diary()
    let numbers = Numbers(4, suspends, diary)

    let work: Scoped<int, string> = scope {
        let! here = Scope.current
        let mutable sum = 0

        for number in numbers do
            do! step suspends
            sum <- sum + number

        diary.Note "after the loop"
        equal here.Token numbers.ReadWith
        return sum
    }

    equal (Ok 10) (outcome work)
    equal [ "closed numbers"; "after the loop" ] diary.Lines

[<Theory; InlineData(true); InlineData(false)>]
let ``an asynchronous sequence is closed when the loop's body fails, throws or is cancelled``
    (suspends: bool)
    =
    let diary = Diary()

    let over (body: int -> Scoped<unit, string>) : Scoped<unit, string> = scope {
        for number in Numbers(4, suspends, diary) do
            diary.Note $"{number}"
            do! body number
    }

    failsWith "no" (outcome (over (fun _ -> scope { return! Error "no" })))
    crashesWith "thrown" (outcome (over (fun _ -> failwith "thrown")))
    cancelledFor (CancelReason.Requested "stop") (outcome (over (fun _ -> Scope.cancel "stop")))

    equal
        [
            for _ in 1..3 do
                yield! [ "1"; "closed numbers" ]
        ]
        diary.Lines

[<Fact>]
let ``a stuck asynchronous sequence that knows its token is interrupted`` () =
    let diary = Diary()

    let never = {
        new IAsyncEnumerable<int> with
            member _.GetAsyncEnumerator(token) = {
                new IAsyncEnumerator<int> with
                    member _.Current = 0

                    member _.MoveNextAsync() =
                        ValueTask<bool>(
                            task {
                                do! Gate().Wait token
                                return true
                            }
                        )

                    member _.DisposeAsync() =
                        diary.Note "closed"
                        ValueTask()
            }
    }

    let work: Scoped<unit, string> = scope {
        for _ in never do
            diary.Note "never"
    }

    cancelledFor byCaller (outcomeCancelled work)
    equal [ "closed" ] diary.Lines

[<Theory; InlineData(true); InlineData(false)>]
let ``an error ends the block: nothing after it runs, at any depth`` (suspends: bool) =
    let diary = Diary()

    let work: Scoped<int, string> = scope {
        for number in 1..3 do
            let mutable go = true

            while go do
                do! step suspends
                diary.Note $"{number}"

                if number = 2 then
                    do! Error "two"
                    diary.Note "after the error"

                go <- false

            diary.Note "after the loop"

        diary.Note "after the loops"
        return 1
    }

    failsWith "two" (outcome work)
    equal [ "1"; "after the loop"; "2" ] diary.Lines

[<Theory; InlineData(true); InlineData(false)>]
let ``a loop by return! gives the value of its last round`` (suspends: bool) =
    let rec count (left: int) (sum: int) : Scoped<int, string> = scope {
        do! step suspends

        if left = 0 then
            return sum
        else
            return! count (left - 1) (sum + left)
    }

    equal (Ok 500_500) (outcome (count 1000 0))

[<Theory; InlineData(true); InlineData(false)>]
let ``blocks nest: an inner one runs in the same scope and gives its value or its error`` (suspends: bool) =
    let where: Scoped<Scope, string> = scope {
        do! step suspends
        return! Scope.current
    }

    let work: Scoped<bool, string> = scope {
        let! outer = Scope.current
        let! inner = scope { return! where }
        return obj.ReferenceEquals(outer, inner)
    }

    equal (Ok true) (outcome work)

    let fails: Scoped<int, string> = scope {
        do! scope {
            do! step suspends
            return! Error "inner"
        }

        return 1
    }

    failsWith "inner" (outcome fails)

[<Theory; InlineData(true); InlineData(false)>]
let ``a block is cold, and run twice it does its work twice`` (suspends: bool) =
    let mutable runs = 0

    let work: Scoped<int, string> = scope {
        let mutable local = 0
        do! step suspends
        local <- local + 1
        return local + 10 * Interlocked.Increment &runs
    }

    equal 0 (Volatile.Read &runs)
    equal (Ok 11) (outcome work)
    equal (Ok 21) (outcome work)

    let both: Scoped<int, string> = scope {
        let! a = work
        and! b = work
        return a + b
    }

    equal (Ok 72) (outcome both)

[<Fact>]
let ``one block may run in many scopes at the same time`` () =
    let gate = Gate()

    let work: Scoped<int64, string> = scope {
        let! here = Scope.current
        do! gate.Wait
        let! still = Scope.current
        return if here.Id = still.Id then here.Id else -1L
    }

    let running = [ for _ in 1..100 -> (Scope.run work).AsTask() ]
    gate.Open()
    let ids = [ for one in running -> Result.defaultValue -1L (ended one) ]
    equal 100 (List.distinct ids).Length
    Assert.DoesNotContain(-1L, ids)

[<Fact>]
let ``a lambda needs no annotation where its body is not overloaded`` () =
    let double (number: int) (_: CancellationToken) = Task.FromResult(2 * number)

    let work: Scoped<int, string> = scope {
        let! a = fun ct -> double 1 ct
        do! fun ct -> step true ct
        let! b = fun (ct: CancellationToken) -> Task.FromResult(3).WaitAsync ct
        return a + b
    }

    equal (Ok 5) (outcome work)

[<Fact>]
let ``an empty branch is allowed where nothing is to be done`` () =
    let work (go: bool) : Scoped<unit, string> = scope {
        if go then
            do! step true
    }

    equal (Ok()) (outcome (work true))
    equal (Ok()) (outcome (work false))
