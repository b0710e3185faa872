/// Guarantee 6: a wait is bounded or visible: deadlines flow down, and what is stuck is named.
module GoGoScope.Tests.Scopes.BoundsGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

let private ms = Step.milliseconds

let private limited (milliseconds: float) = {
    TaskOptions.Default with
        Timeout = ms milliseconds
}

[<Fact>]
let ``6: the owner of a deadline ends as TimedOut when it passes`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith { stage.Options with Timeout = ms 25. } (Step.forever: Scoped<unit, string>)

        Expect.cause (Cause.TimedOut(ms 25.)) outcome
        Assert.Equal(ms 25., stage.Clock.Elapsed)
        Assert.Equal(0, stage.Clock.PendingTimers)
    })

[<Fact>]
let ``6: a point in time bounds a scope too, and the nearer of the two counts`` () =
    Story.run (fun () -> task {
        for deadline, timeout, expected in [ 30., 50., 30.; 50., 30., 30.; 0., 50., 0.; -5., 50., 0. ] do
            let stage = Stage()

            let options = {
                stage.Options with
                    Timeout = ms timeout
                    Deadline = stage.Clock.GetUtcNow() + ms deadline
            }

            let! outcome = stage.RunWith options (Step.forever: Scoped<unit, string>)
            Expect.cause (Cause.TimedOut(ms expected)) outcome
            Assert.Equal(ms expected, stage.Clock.Elapsed)
    })

[<Fact>]
let ``6: a deadline above reaches the work as a cancellation, and is TimedOut only for its owner`` () =
    Story.run (fun () -> task {
        let stage = Stage()
        let inner: Result<unit, ScopeError<string>> ref = ref (Ok())

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! child = Scope.taskWith (limited 500., (Step.forever: Scoped<unit, string>))
                    do! child
                    return ()
                })

        ignore inner
        Expect.cause (Cause.TimedOut(ms 20.)) outcome

        let! told =
            stage.RunWith
                { stage.Options with Timeout = ms 20. }
                (scope {
                    let! here = Scope.current<string>
                    let! child = Scope.taskWith (limited 500., (Step.forever: Scoped<unit, string>))
                    let! result = Scope.shielded (ms 100.) (fun _ -> ScopeTask.result child here)
                    inner.Value <- result
                    return ()
                })

        ignore told
        Expect.cancelled (CancelReason.ParentEnded(CancelReason.DeadlinePassed(ms 20.))) inner.Value
    })

[<Fact>]
let ``6: a timeout below is a failure of the child's own, and no silent cancel for its parent`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.RunWith
                { stage.Options with Timeout = ms 500. }
                (scope {
                    let! _ = Scope.forkWith (limited 20., (Step.forever: Scoped<unit, string>))
                    do! Step.forever
                })

        Expect.cause (Cause.TimedOut(ms 20.)) outcome
        Assert.Equal(ms 20., stage.Clock.Elapsed)
    })

/// Waits for ever below one deadline in another.
let rec private nest (shrinking: bool ref) (above: TimeSpan) (left: float list) : Scoped<unit, string> =
    match left with
    | [] -> Step.forever
    | budget :: rest ->
        Scoped.timeout (ms budget) (fun here ->
            let remaining = here.Remaining

            if remaining > ms budget || remaining > above then
                shrinking.Value <- false

            nest shrinking remaining rest here)

[<Fact>]
let ``6: nested deadlines take effect at the minimum, and what is left never grows downwards`` () =
    Law.holds (fun (budgets: FsCheck.NonEmptyArray<FsCheck.PositiveInt>) -> task {
        let budgets = [ for budget in budgets.Get -> float (budget.Get % 200 + 1) ]
        let stage = Stage()
        let shrinking = ref true

        let! outcome = stage.Run(nest shrinking (TimeSpan.FromDays 1.) budgets)
        let least = List.min budgets
        let onTime = stage.Clock.Elapsed = ms least

        return
            shrinking.Value
            && onTime
            && stage.Clock.PendingTimers = 0
            && (match outcome with
                | Error { Cause = Cause.TimedOut after } -> after = ms least
                | _ -> false)
    })

[<Fact>]
let ``6: work that still gives its value after its deadline has not timed out`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let late: Scoped<int, string> = scope {
            return!
                fun (_: CancellationToken) -> task {
                    do! Task.Delay(ms 50., stage.Clock)
                    return 3
                }
        }

        let! outcome = stage.Run(Scoped.timeout (ms 10.) late)
        Expect.ok 3 outcome
        Assert.Equal(ms 50., stage.Clock.Elapsed)
    })
