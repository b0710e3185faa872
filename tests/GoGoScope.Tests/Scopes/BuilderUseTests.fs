/// `use` and children: no resource is released while a child that was started after it still runs.
module GoGoScope.Tests.BuilderUseTests

open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

/// Ends when the gate opens, or is stopped; either way it says so after one more wait.
let private child (diary: Diary) (gate: Gate) (name: string) : Scoped<unit, string> = scope {
    try
        do! gate.Wait
    finally
        diary.Note $"{name} ended"
}

[<Fact>]
let ``a block that ends well waits for its children before the release`` () =
    let diary = Diary()
    let gate = Gate()

    let work: Scoped<unit, string> = scope {
        do! scope {
            use _ = AsyncCloser(diary, "resource")
            let! _ = fork (child diary gate "first")
            let! _ = Scope.task (child diary gate "second")
            diary.Note "block ended"
        }

        diary.Note "after the block"
    }

    let noted =
        outcomeAfter
            (fun () ->
                equal [ "block ended" ] diary.Lines
                gate.Open())
            work

    equal (Ok()) noted
    let lines = diary.Lines
    equal [ "first ended"; "second ended" ] (List.sort lines[1..2])
    equal [ "closed resource"; "after the block" ] lines[3..]

/// Ways for a block to fail while its child runs.
let private failures: (string * (Diary -> Scoped<unit, string>)) list = [
    "an error", (fun _ -> scope { return! Error "no" })
    "a throw", (fun _ _ -> failwith "thrown")
    "a throw after a wait",
    (fun _ -> scope {
        do! step true
        failwith "thrown"
    })
    "a cancel",
    (fun _ -> scope {
        do! Scope.cancel "stop"
        do! step false
    })
]

[<Fact>]
let ``a block that has waited for something ends well all the same: its children are not stopped`` () =
    let first = TaskCompletionSource() // whoever waits goes on inside `SetResult`
    let second = TaskCompletionSource()

    let work: Scoped<string, string> = scope {
        let mutable kid = Unchecked.defaultof<ScopeTask<string, string>>

        do! scope {
            use _ = AsyncCloser(Diary(), "resource")

            let! child =
                Scope.task (
                    scope {
                        do! fun (token: CancellationToken) -> second.Task.WaitAsync token
                        return "came to its end"
                    }
                )

            kid <- child
            do! fun (_: CancellationToken) -> first.Task
        }

        return! kid
    }

    let outcome =
        outcomeAfter
            (fun () ->
                first.SetResult()
                second.SetResult())
            work

    equal (Ok "came to its end") outcome

[<Fact>]
let ``a block that fails stops its children, waits for them, and then releases`` () =
    for name, fails in failures do
        let diary = Diary()

        let work: Scoped<unit, string> = scope {
            use _ = AsyncCloser(diary, "resource")
            let! _ = fork (child diary (Gate()) "child")
            do! fails diary
        }

        Assert.True((outcome work).IsError, name)
        equal (name, [ "child ended"; "closed resource" ]) (name, diary.Lines)

[<Fact>]
let ``the cancel of a wait stops the children, waits for them, and then releases`` () =
    let diary = Diary()

    let work: Scoped<unit, string> = scope {
        use _ = AsyncCloser(diary, "resource")
        let! _ = fork (child diary (Gate()) "child")
        do! Gate().Wait
    }

    cancelledFor byCaller (outcomeCancelled work)
    equal [ "child ended"; "closed resource" ] diary.Lines

[<Fact>]
let ``children that are older than the resource are not waited for`` () =
    let diary = Diary()
    let gate = Gate()

    let work: Scoped<unit, string> = scope {
        let! _ = fork (child diary gate "older")

        do! scope {
            use _ = AsyncCloser(diary, "resource")
            do! step true
        }

        diary.Note "after the block"
    }

    let open' () =
        while diary.Lines.Length < 2 do
            ended (task { do! Task.Yield() })

        gate.Open()

    equal (Ok()) (outcomeAfter open' work)
    equal [ "closed resource"; "after the block"; "older ended" ] diary.Lines

[<Fact>]
let ``a failing block does not stop children that are older than its resource`` () =
    let diary = Diary()
    let gate = Gate()

    let inner: Scoped<unit, string> = scope {
        use _ = AsyncCloser(diary, "resource")
        let! _ = fork (child diary (Gate()) "younger")
        failwith "thrown"
    }

    let work: Scoped<unit, string> = scope {
        let! older = fork (child diary gate "older")

        try
            do! inner
        with failure ->
            diary.Note failure.Message

        gate.Open()
        do! older
    }

    equal (Ok()) (outcome work)
    equal [ "younger ended"; "closed resource"; "thrown"; "older ended" ] diary.Lines

[<Fact>]
let ``each resource waits for the children started after it: the inner one first`` () =
    let diary = Diary()
    let early = Gate()
    let late = Gate()

    let work: Scoped<unit, string> = scope {
        use _ = new Closer(diary, "outer")
        let! _ = fork (child diary early "early")

        do! scope {
            use _ = new Closer(diary, "inner")
            let! _ = fork (child diary late "late")
            return ()
        }

        diary.Note "between"
        early.Open()
    }

    equal (Ok()) (outcomeAfter late.Open work)
    equal [ "late ended"; "closed inner"; "between"; "early ended"; "closed outer" ] diary.Lines

[<Fact>]
let ``grandchildren are waited for too`` () =
    let diary = Diary()
    let gate = Gate()

    let work: Scoped<unit, string> = scope {
        use _ = AsyncCloser(diary, "resource")

        let! _ =
            fork (
                scope {
                    let! _ = fork (child diary gate "grandchild")
                    diary.Note "child's body ended"
                }
            )

        return ()
    }

    equal (Ok()) (outcomeAfter gate.Open work)
    equal [ "child's body ended"; "grandchild ended"; "closed resource" ] diary.Lines

[<Fact>]
let ``a child that fails while the block waits for it is the scope's failure, and the release comes after it``
    ()
    =
    let diary = Diary()
    let gate = Gate()

    let work: Scoped<unit, string> = scope {
        use _ = AsyncCloser(diary, "resource")

        let! _ =
            fork (
                scope {
                    do! gate.Wait
                    diary.Note "child fails"
                    return! Error "child"
                }
            )

        diary.Note "block ended"
    }

    failsWith "child" (outcomeAfter gate.Open work)
    equal [ "block ended"; "child fails"; "closed resource" ] diary.Lines

[<Fact>]
let ``a loop over an asynchronous sequence waits for the children it started before it closes the sequence``
    ()
    =
    let diary = Diary()
    let gate = Gate()

    let work: Scoped<unit, string> = scope {
        for number in Numbers(2, false, diary) do
            let! _ = fork (child diary gate $"{number}")
            ()

        diary.Note "after the loop"
    }

    equal (Ok()) (outcomeAfter gate.Open work)
    equal [ "1 ended"; "2 ended" ] (List.sort diary.Lines[0..1])
    equal [ "closed numbers"; "after the loop" ] diary.Lines[2..]
