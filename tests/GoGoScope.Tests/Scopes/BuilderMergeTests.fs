/// `and!`: one scope for any number of operands.
module GoGoScope.Tests.BuilderMergeTests

open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

/// Gives the number, after a wait if it is to be one.
let private give (suspends: bool) (number: int) : Scoped<int, string> = scope {
    do! step suspends
    return number
}

[<Theory; InlineData(true); InlineData(false)>]
let ``two to six operands give their values in the order they are written`` (suspends: bool) =
    let give = give suspends

    let two = scope {
        let! a = give 1
        and! b = give 2
        return [ a; b ]
    }

    let three = scope {
        let! a = give 1
        and! b = give 2
        and! c = give 3
        return [ a; b; c ]
    }

    let four = scope {
        let! a = give 1
        and! b = give 2
        and! c = give 3
        and! d = give 4
        return [ a; b; c; d ]
    }

    let five = scope {
        let! a = give 1
        and! b = give 2
        and! c = give 3
        and! d = give 4
        and! e = give 5
        return [ a; b; c; d; e ]
    }

    let six = scope {
        let! a = give 1
        and! b = give 2
        and! c = give 3
        and! d = give 4
        and! e = give 5
        and! f = give 6
        return [ a; b; c; d; e; f ]
    }

    for count, work in Seq.indexed [ two; three; four; five; six ] do
        equal (Ok [ 1 .. count + 2 ]) (outcome work)

[<Fact>]
let ``operands may be of any shape and type`` () =
    let child: Scoped<decimal, string> = scope { return 7m }

    let work: Scoped<string, string> = scope {
        let! handle = fork child

        let! a = Ok 1
        and! b = Task.FromResult "two"
        and! c = async { return 3. }
        and! () = step true
        and! d = fun (_: CancellationToken) -> Task.FromResult(Ok 'd': Result<char, string>)
        and! e = handle
        return $"{a} {b} {c} {d} {e}"
    }

    equal (Ok "1 two 3 d 7") (outcome work)

[<Fact>]
let ``all operands run at the same time`` () =
    let gates = [ for _ in 1..3 -> Gate() ]

    /// Opens the gate of the next one, and waits for its own.
    let meet index : Scoped<int, string> = scope {
        gates[(index + 1) % 3].Open()
        do! gates[index].Wait
        return index
    }

    let work = scope {
        let! a = meet 0
        and! b = meet 1
        and! c = meet 2
        return a, b, c
    }

    equal (Ok(0, 1, 2)) (outcome work)

[<Fact>]
let ``the operands are children of one scope, which is a child of the block's`` () =
    let gate = Gate()

    let waits: Scoped<unit, string> = scope { do! gate.Wait }

    let tree = Diary()

    let work: Scoped<unit, string> = scope {
        let! here = Scope.current

        let! () = waits
        and! () = waits
        and! () = waits

        and! () = scope {
            tree.Note(Scope.debugTree here)
            gate.Open()
            return! waits
        }

        return ()
    }

    equal (Ok()) (outcome work)

    let depth (line: string) =
        Seq.length (Seq.takeWhile (fun sign -> " │├└─".Contains(sign: char)) line) / 3

    equal [ 0; 1; 2; 2; 2 ] [ for line in tree.Lines.Head.TrimEnd().Split '\n' -> depth line ]

[<Fact>]
let ``a failure does not stop the block's other children`` () =
    let gate = Gate()

    let work: Scoped<string, string> = scope {
        let! child =
            fork (
                scope {
                    do! gate.Wait
                    return "child"
                }
            )

        try
            let! a = give true 1
            and! b = scope { return failwith<int> "crash" }
            return $"{a + b}"
        with _ ->
            gate.Open()
            return! child
    }

    equal (Ok "child") (outcome work)

[<Fact>]
let ``the cancel of the block's scope stops all operands`` () =
    let diary = Diary()

    let work: Scoped<unit, string> = scope {
        let! () = untilCancelled diary "a"
        and! () = untilCancelled diary "b"
        and! () = untilCancelled diary "c"
        return ()
    }

    match onlyCause (outcomeCancelled work) with
    | Cause.Cancelled _ -> equal [ "a stopped"; "b stopped"; "c stopped" ] (List.sort diary.Lines)
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``and! waits for owned operands only: a foreign task is left behind`` () =
    let diary = Diary()
    let foreign = TaskCompletionSource<int>()

    let work: Scoped<int, string> = scope {
        let! a = foreign.Task

        and! b = scope {
            do! step true
            return! Error "b"
        }

        return a + b
    }

    failsWith "b" (outcome work)
    equal [] diary.Lines
    foreign.SetResult 1

[<Fact>]
let ``what an operand starts belongs to the group: and! ends after it`` () =
    let diary = Diary()
    let gate = Gate()

    let starts: Scoped<int, string> = scope {
        let! _ =
            fork (
                scope {
                    do! gate.Wait
                    diary.Note "grandchild ended"
                }
            )

        return 1
    }

    let work = scope {
        let! a = starts
        and! b = give false 2
        diary.Note "merged"
        return a + b
    }

    equal (Ok 3) (outcomeAfter gate.Open work)
    equal [ "grandchild ended"; "merged" ] diary.Lines
