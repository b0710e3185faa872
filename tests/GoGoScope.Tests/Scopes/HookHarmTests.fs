/// Hooks can do no harm.
module GoGoScope.Tests.Scopes.HookHarmTests

open System
open System.Collections.Concurrent
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count


let private throwing (name: string) : ScopeHooks =
    let fail _ = failwith $"hook {name}"

    match name with
    | "BeforeTask" -> {
        ScopeHooks.None with
            BeforeTask = Action<_> fail
      }
    | "AfterTask" -> {
        ScopeHooks.None with
            AfterTask = Action<_> fail
      }
    | "OnCancel" -> {
        ScopeHooks.None with
            OnCancel = Action<_> fail
      }
    | "OnDispose" -> {
        ScopeHooks.None with
            OnDispose = Action<_> fail
      }
    | "OnUnobserved" -> {
        ScopeHooks.None with
            OnUnobserved = Action<_> fail
      }
    | _ -> {
        ScopeHooks.None with
            OnStuck = Action<_> fail
      }

[<Fact>]
let ``a hook that throws changes nothing but a line in the log`` () =
    Story.run (fun () -> task {
        let program (stage: Stage) : Scoped<int, string> = scope {
            do! Scope.onDispose (fun () -> stage.Tell "cleanup")
            let! good = fork (Step.give 10. 7)
            let! stopped = Scope.taskWith (TaskOptions.named "stopped", Step.stubborn 200.)
            stopped.Cancel "enough"
            let! value = good
            let! _ = ScopeTask.result stopped
            let! _ = Scope.daemon Step.forever
            let! here = Scope.current
            here.Unobserved("what", FormatException "lost")
            return value
        }

        for name in
            [
                "BeforeTask"
                "AfterTask"
                "OnCancel"
                "OnDispose"
                "OnUnobserved"
                "OnStuck"
            ] do
            let stage = Stage()

            let! outcome =
                stage.RunWith
                    {
                        stage.Options with
                            Hooks = throwing name
                            Grace = ValueSome(ms 50.)
                    }
                    (program stage)

            Expect.ok 7 outcome
            Assert.Equal<string>([ "200 cleanup" ], stage.Told)
            stage.NoLeaks()

            Assert.Contains(
                stage.Journal.Lines,
                fun (struct (level, line)) ->
                    level = Microsoft.Extensions.Logging.LogLevel.Error
                    && line.Contains $"The hook {name} threw in scope"
            )
    })

[<Fact>]
let ``a hook may use the scope that it hears of`` () =
    Story.run (fun () -> task {
        for what in [ "fork"; "cancel"; "dispose"; "tree" ] do
            let stage = Stage()
            let server = ref Unchecked.defaultof<Scope>
            let uses = ref 0

            let touch () =
                if uses.Value < 20 && not (obj.ReferenceEquals(server.Value, null)) then
                    uses.Value <- uses.Value + 1

                    match what with
                    | "fork" -> Scope.forkIn (server.Value, (Step.delay 1.: Scoped<unit, string>)) |> ignore
                    | "cancel" -> server.Value.Cancel "from a hook"
                    | "dispose" -> server.Value.DisposeAsync() |> ignore
                    | _ -> Assert.NotEqual<string>("", Scope.debugTree server.Value)

            server.Value <-
                Scope.Open {
                    stage.Options with
                        Hooks = {
                            BeforeTask = Action<_>(fun _ -> touch ())
                            AfterTask = Action<_>(fun _ -> touch ())
                            OnCancel = Action<_>(fun _ -> touch ())
                            OnDispose = Action<_>(fun _ -> touch ())
                            OnUnobserved = Action<_>(fun _ -> touch ())
                            OnStuck = Action<_>(fun _ -> touch ())
                        }
                }

            let child = Scope.forkIn (server.Value, (Step.delay 10.: Scoped<unit, string>))
            let! _ = stage.Finish(ScopeTask.toTask child)
            do! stage.Finish(task { do! server.Value.DisposeAsync() })
            Assert.True(uses.Value > 1, what)
            Assert.Empty(server.Value.Children())
            Assert.Equal(0, stage.Clock.PendingTimers)

            for struct (_, line) in stage.Journal.Lines do
                Assert.DoesNotContain("threw", line)
    })

/// Nothing runs beside it: it looks at the memory of the process.
[<Collection("Alone")>]
type HookMemoryTests() =

    [<Fact>]
    member _.``a million hook calls leave the memory flat``() =
        Story.run (fun () -> task {
            let mutable before = 0L
            let mutable after = 0L
            let mutable cancels = 0L

            let options = {
                ScopeOptions.Default with
                    Hooks = {
                        ScopeHooks.None with
                            BeforeTask = Action<_>(fun _ -> before <- before + 1L)
                            AfterTask = Action<_>(fun _ -> after <- after + 1L)
                            OnCancel = Action<_>(fun _ -> cancels <- cancels + 1L)
                    }
            }

            let server = Scope.Open options
            let used () = GC.GetTotalMemory true

            let play count =
                for _ in 1..count do
                    Scope.forkIn (server, (Scoped.value (): Scoped<unit, string>)) |> ignore

            play 10_000
            let start = used ()
            play 500_000
            Assert.True(used () - start < 1_000_000L, $"{used () - start} bytes more")
            Assert.Equal(510_000L, before)
            Assert.Equal(510_000L, after)
            Assert.Equal(0L, cancels)
            do! Story.ended (server.DisposeAsync())
        })
