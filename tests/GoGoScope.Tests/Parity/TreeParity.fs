namespace GoGoScope.Tests.Parity

open System
open GoGoScope
open GoGoScope.Contracts

type FSharpTreeFace() =
    inherit TreeFace()

    let sleeps (seconds: float) : Scoped<unit, string> = scope {
        do! Scope.delay (TimeSpan.FromSeconds seconds)
    }

    override _.Open(name, clock) =
        Scope.Open {
            ScopeOptions.Default with
                Name = name
                Clock = clock
        }

    override _.Sleeper(parent, name, seconds) =
        Scope.forkIn (parent, TaskOptions.named name, sleeps seconds) |> ignore

    override _.Parent(parent, name, inner, seconds) =
        let work: Scoped<unit, string> = scope {
            let! _ = Scope.forkWith (TaskOptions.named inner, sleeps seconds)
            return ()
        }

        Scope.forkIn (parent, TaskOptions.named name, work) |> ignore

    override _.Tree(top: Scope) = Scope.debugTree top
    override _.Tree(top: Scope, format: TreeFormat) = Scope.debugTreeAs format top

type TreeParity() =
    inherit TreeStories(FSharpTreeFace())
