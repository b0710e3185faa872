/// Failures that are answered.
module GoGoScope.Tests.Resilience.FallbackTests

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private no: Scoped<int, string> = Scoped.fail "no"
let private yes: Scoped<int, string> = Scoped.value 1
let private bug = InvalidOperationException "bug"
let private crash: Scoped<int, string> = fun _ -> raise bug
let private run work = Story.wait (Scope.run work)

[<Fact>]
let ``a failure of any kind is answered, a success is not`` () =
    Story.run (fun () -> task {
        let! good = run (yes |> Fallback.value 2)
        Expect.ok 1 good
        let! failed = run (no |> Fallback.value 2)
        Expect.ok 2 failed
        let! crashed = run (crash |> Fallback.orElse (Scoped.value 3))
        Expect.ok 3 crashed
        let stage = Stage()

        let! late =
            stage.Run(
                Step.give 10. 1
                |> Scoped.timeout (Step.milliseconds 1.)
                |> Fallback.orElse (Step.give 5. 4)
            )

        Expect.ok 4 late
    })

[<Fact>]
let ``only the chosen causes are answered, and the handler is given the error`` () =
    Story.run (fun () -> task {
        let chosen =
            Fallback.handle (fun cause -> cause = Cause.Failed "no") (fun error ->
                Scoped.fail $"was {error.Cause}")

        let! outcome = run (no |> chosen)
        Expect.causes [ Cause.Failed "was failed: \"no\""; Cause.Failed "no" ] outcome
        let! outcome = run (crash |> chosen)
        Expect.cause (Cause.Crashed bug) outcome
    })

[<Fact>]
let ``when the answer fails as well, everything is kept`` () =
    Story.run (fun () -> task {
        let! outcome = run (no |> Retry.times 1 |> Fallback.orElse crash)
        Expect.causes [ Cause.Crashed bug; Cause.Failed "no"; Cause.Failed "no" ] outcome
    })

[<Fact>]
let ``a cancellation is not answered`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (Step.give 100. 1 |> Fallback.value 2)
                    do! Step.delay 5.
                    child.Cancel "enough"
                    return! child
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
    })

[<Fact>]
let ``work that stops itself is not answered either`` () =
    Story.run (fun () -> task {
        let stops: Scoped<int, string> = scope {
            do! Scope.cancel "enough"
            do! Step.delay 1.
            return 1
        }

        let! outcome = run (stops |> Fallback.value 2)
        Expect.cancelled (CancelReason.Requested "enough") outcome
    })

[<Fact>]
let ``an answer that is cancelled is a plain cancellation`` () =
    Story.run (fun () -> task {
        let stage = Stage()

        let! outcome =
            stage.Run(
                scope {
                    let! child = fork (no |> Fallback.orElse (Step.give 100. 2))
                    do! Step.delay 5.
                    child.Cancel "enough"
                    return! child
                }
            )

        Expect.cancelled (CancelReason.Requested "enough") outcome
    })

[<Fact>]
let ``a predicate or a handler that throws is a crash beside the work's own cause`` () =
    Story.run (fun () -> task {
        let broken = Exception "broken"
        let! outcome = run (no |> Fallback.handle (fun _ -> raise broken) (fun _ -> yes))
        Expect.causes [ Cause.Crashed broken; Cause.Failed "no" ] outcome
        let! outcome = run (no |> Fallback.handle (fun _ -> true) (fun _ -> raise broken))
        Expect.causes [ Cause.Crashed broken; Cause.Failed "no" ] outcome
    })
