/// Tokens from outside.
namespace GoGoScope.Tests.Scopes

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Microsoft.Extensions.Logging
open Xunit

/// Nothing runs beside it: it looks at the memory of the process.
[<Collection("Alone")>]
type TokenTests() =

    [<Fact>]
    member _.``a hundred thousand scopes on one long-lived token leave no registration``() =
        Story.run (fun () -> task {
            use caller = new CancellationTokenSource()
            use options = new CancellationTokenSource()

            let linked = {
                ScopeOptions.Default with
                    CancellationToken = options.Token
            }

            let seen = ref Unchecked.defaultof<Scope>

            let work: Scoped<unit, string> = scope {
                let! here = Scope.current
                seen.Value <- here
            }

            let play count = task {
                for index in 1..count do
                    if index % 2 = 0 then
                        let! outcome = Scope.runWith linked caller.Token work
                        Assert.True(Result.isOk outcome)
                    else
                        let server = Scope.Open(linked, caller.Token)
                        Scope.forkIn (server, work) |> ignore
                        do! server.DisposeAsync()
            }

            do! play 2000
            let before = GC.GetTotalMemory true
            do! play 100_000
            let grown = GC.GetTotalMemory true - before
            Assert.True(grown < 500_000L, $"{grown} bytes more")

            // a registration that was left would fire now
            let last = seen.Value
            caller.Cancel()
            options.Cancel()
            Assert.False last.IsCancelled
        })

    [<Fact>]
    member _.``a token that fires stops the scope for its name, before, while and after it runs``() =
        Story.run (fun () -> task {
            for source in [ "caller"; "options" ] do
                let run (stop: CancellationTokenSource) work =
                    if source = "caller" then
                        Scope.runWith ScopeOptions.Default stop.Token work
                    else
                        Scope.runWith
                            {
                                ScopeOptions.Default with
                                    CancellationToken = stop.Token
                            }
                            CancellationToken.None
                            work

                use early = new CancellationTokenSource()
                early.Cancel()
                let! before = Story.wait (run early Step.forever<string>)
                Expect.cancelled (CancelReason.TokenFired source) before
                use stop = new CancellationTokenSource()
                let running = run stop Step.forever<string>
                stop.Cancel()
                let! outcome = Story.wait running
                Expect.cancelled (CancelReason.TokenFired source) outcome
                use late = new CancellationTokenSource()
                let! ended = Story.wait (run late (Scoped.value 7: Scoped<int, string>))
                late.Cancel()
                Expect.ok 7 ended
        })

    [<Fact>]
    member _.``tokens that fire while scopes end are told or not, and leave nothing``() =
        Story.run (fun () -> task {
            for round in 1..3000 do
                use stop = new CancellationTokenSource()

                let firing =
                    Task.Run(fun () ->
                        Thread.SpinWait(round % 100)
                        stop.Cancel())

                let seen = ref Unchecked.defaultof<Scope>

                let! outcome =
                    Story.wait (
                        Scope.runWith
                            ScopeOptions.Default
                            stop.Token
                            (scope {
                                let! here = Scope.current
                                seen.Value <- here
                                Thread.SpinWait(round % 80)
                            }
                            : Scoped<unit, string>)
                    )

                do! firing

                match outcome with
                | Ok() -> ()
                | Error error -> Assert.True(ScopeError.isCancelled error)

                if not (obj.ReferenceEquals(seen.Value, null)) then
                    Assert.Equal(0, seen.Value.Rare.Held)
        })
