/// Guarantees 3 and 5 together: a body and its finalizer that both fail.
module GoGoScope.Tests.Scopes.BothFailGuaranteeTests

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// How the body fails, beside how its finalizer fails.
type Failing =
    | Sync = 0
    | Async = 1

[<Theory>]
[<InlineData(Failing.Sync, Failing.Sync)>]
[<InlineData(Failing.Sync, Failing.Async)>]
[<InlineData(Failing.Async, Failing.Sync)>]
[<InlineData(Failing.Async, Failing.Async)>]
let ``3: a body and its finalizer that fail together are both reported, the body first``
    (body: Failing)
    (finalizer: Failing)
    =
    Story.run (fun () -> task {
        let stage = Stage()
        let failure = InvalidOperationException "finalizer"

        let! outcome =
            stage.Run(
                scope {
                    do!
                        Scope.onDispose (fun (_: CancellationToken) ->
                            if finalizer = Failing.Sync then
                                raise failure
                            else
                                task {
                                    do! Task.Delay(Step.milliseconds 10., stage.Clock)
                                    raise failure
                                }
                                :> Task)

                    if body = Failing.Async then
                        do! Step.delay 10.

                    return! (Error "body": Result<unit, string>)
                }
            )

        Expect.causes [ Cause.Failed "body"; Cause.CleanupFailed failure ] outcome
    })

[<Theory>]
[<InlineData(Failing.Sync, Failing.Sync)>]
[<InlineData(Failing.Sync, Failing.Async)>]
[<InlineData(Failing.Async, Failing.Sync)>]
[<InlineData(Failing.Async, Failing.Async)>]
let ``3: a use whose body and release fail together loses neither`` (body: Failing) (release: Failing) =
    Story.run (fun () -> task {
        let stage = Stage()
        let failure = InvalidOperationException "release"

        let resource = {
            new IAsyncDisposable with
                member _.DisposeAsync() =
                    if release = Failing.Sync then
                        raise failure
                    else
                        ValueTask(
                            task {
                                do! Task.Delay(Step.milliseconds 10., stage.Clock)
                                raise failure
                            }
                            :> Task
                        )
        }

        let! outcome =
            stage.Run(
                scope {
                    use _ = resource

                    if body = Failing.Async then
                        do! Step.delay 10.

                    return! (Error "body": Result<unit, string>)
                }
            )

        match outcome with
        | Ok() -> Assert.Fail "both failures were lost"
        | Error error ->
            let causes = ScopeError.causes error
            Assert.Equal(Cause.Failed "body", error.Cause)

            Assert.Contains(
                causes,
                function
                | Cause.Crashed given
                | Cause.CleanupFailed given -> obj.ReferenceEquals(given, failure)
                | _ -> false
            )
    })
