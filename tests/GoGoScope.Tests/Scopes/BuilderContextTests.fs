/// The execution context of blocks: values flow in and survive waits, and changes stay inside.
module GoGoScope.Tests.BuilderContextTests

open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests.BuilderFixtures
open Xunit

let private slot = AsyncLocal<string>()

/// Reads the slot, sets it, and reads it again after a wait.
let private change (suspends: bool) (value: string) : Scoped<string, string> = scope {
    let before = slot.Value
    slot.Value <- value
    do! step suspends
    return $"{before} {slot.Value}"
}

let private inOwnContext (story: unit -> unit) =
    ended (Task.Run story |> fun running -> task { do! running })

[<Theory; InlineData(true); InlineData(false)>]
let ``a value flows into a block and its children, and survives their waits`` (suspends: bool) =
    inOwnContext (fun () ->
        slot.Value <- "outside"

        let look: Scoped<string, string> = scope {
            do! step suspends
            let first = slot.Value
            do! step suspends
            return $"{first} {slot.Value}"
        }

        let work: Scoped<string list, string> = scope {
            let! bound = look
            let! child = fork look
            let! forked = child
            let! a = look
            and! b = look

            let! pooled =
                Scope.forkWith (
                    {
                        TaskOptions.Default with
                            Start = StartMode.Pool
                    },
                    look
                )

            let! pooled = pooled
            return [ bound; forked; a; b; pooled; slot.Value ]
        }

        equal (Ok(List.replicate 5 "outside outside" @ [ "outside" ])) (outcome work))

[<Theory; InlineData(true); InlineData(false)>]
let ``what a child changes does not leak to its siblings, its parent or the caller`` (suspends: bool) =
    inOwnContext (fun () ->
        slot.Value <- "outside"

        let work: Scoped<string list, string> = scope {
            let! first = fork (change suspends "first")
            let afterFirst = slot.Value
            let! second = Scope.task (change suspends "second")
            let afterSecond = slot.Value
            let! first = first
            let! second = second
            let! a = change suspends "a"
            and! b = change suspends "b"
            return [ first; afterFirst; second; afterSecond; a; b; slot.Value ]
        }

        equal
            (Ok [
                "outside first"
                "outside"
                "outside second"
                "outside"
                "outside a"
                "outside b"
                "outside"
            ])
            (outcome work)

        equal "outside" slot.Value)

[<Theory; InlineData(true); InlineData(false)>]
let ``what a bound block changes does not leak to the block that binds it`` (suspends: bool) =
    inOwnContext (fun () ->
        slot.Value <- "outside"

        let work: Scoped<string list, string> = scope {
            let! inner = change suspends "inner"
            return [ inner; slot.Value ]
        }

        equal (Ok [ "outside inner"; "outside" ]) (outcome work)
        equal "outside" slot.Value)

[<Fact>]
let ``a block's own change survives its waits`` () =
    inOwnContext (fun () ->
        let work: Scoped<string, string> = scope {
            slot.Value <- "mine"
            do! step true
            let! _ = fork (change true "child")
            do! step true
            return slot.Value
        }

        equal (Ok "mine") (outcome work)
        Assert.Null slot.Value)

[<Fact>]
let ``work that runs where the flow is suppressed runs all the same`` () =
    inOwnContext (fun () ->
        use _ = ExecutionContext.SuppressFlow()
        equal (Ok " alone") (outcome (change false "alone"))
        Assert.True((outcome (change true "alone")).IsOk))

[<Fact>]
let ``inside a block the scope travels without an AsyncLocal`` () =
    let work: Scoped<bool, string> = scope {
        do! step true
        return isNull Scope.Current
    }

    equal (Ok true) (outcome work)
