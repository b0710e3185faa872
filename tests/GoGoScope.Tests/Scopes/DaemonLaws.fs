/// The order in which daemons end, for any tree.
module GoGoScope.Tests.Scopes.DaemonLaws

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Tests
open Xunit

let private ms (count: float) = TimeSpan.FromMilliseconds count


/// What happened in one tree, by the hooks and by the cleanups: starts, ends, cleanups, in order.
type private Tree(stage: Stage, random: Random) =
    let events = List<string>()
    let mutable last = 0

    let add (event: string) =
        lock events (fun () -> events.Add event)

    member _.Events = events

    member _.Options = {
        stage.Options with
            Timeout = ms (float (random.Next(5, 60)))
            Hooks = {
                ScopeHooks.None with
                    BeforeTask = Action<_>(fun started -> add $"start {started.Scope} {started.Task}")
                    AfterTask =
                        Action<_>(fun ended -> add $"end {ended.Task.Scope} {ended.Task.Task} {ended.Ending}")
            }
    }

    member private _.NextName(kind: string) = {
        TaskOptions.Default with
            Name =
                (last <- last + 1
                 $"{kind}{last}")
            Start =
                (if random.Next 3 = 0 then
                     StartMode.Pool
                 else
                     StartMode.Inline)
    }

    /// Children and daemons in any order; daemons never end by themselves.
    member this.Body(depth: int, lasts: bool) : Scoped<unit, string> = scope {
        let! here = Scope.current
        do! Scope.onDispose (fun () -> add $"cleanup {here.Name}")
        let mutable left = if depth = 0 then 0 else random.Next 4

        while left > 0 do
            left <- left - 1

            if random.Next 2 = 0 then
                let! _ = Scope.daemonWith (this.NextName "daemon", this.Body(depth - 1, true))
                ()
            else
                let! _ = Scope.forkWith (this.NextName "child", this.Body(depth - 1, false))
                ()

            if random.Next 3 = 0 then
                do! Step.pause

        if lasts then
            do! Step.forever
        elif random.Next 8 = 0 then
            return! (Error "failed": Result<unit, string>)
        else
            do! Step.delay (float (random.Next 20))
    }

/// Every scope's children ended before its first daemon was stopped, its daemons ended in reverse start order, and then its
/// cleanup ran. A daemon that failed ended by itself, whenever that was.
let private isOrdered (events: List<string>) =
    let parts = [ for event in events -> event.Split ' ' ]

    /// In the order of happening.
    let tasks (kind: string) (prefix: string) (scope: string) = [
        for part in parts do
            if part[0] = kind && part[1] = scope && part[2].StartsWith prefix then
                part
    ]

    let names (tasks: string array list) = [ for part in tasks -> part[2] ]
    let isStopped (part: string array) = part[3] = "Cancelled"

    [
        for part in parts do
            if part[0] = "start" then
                part[1]
    ]
    |> List.distinct
    |> List.forall (fun scope ->
        let children = tasks "end" "child" scope
        let ended = tasks "end" "daemon" scope
        let stopped = List.filter isStopped ended
        let stoppedNames = set (names stopped)
        let place (part: string array) = events.IndexOf(String.Join(' ', part))
        let cleanup = events.IndexOf $"cleanup {scope}"

        names stopped =
            (tasks "start" "daemon" scope
             |> names
             |> List.filter stoppedNames.Contains
             |> List.rev)
        && List.length ended = List.length (tasks "start" "daemon" scope)
        && List.length children = List.length (tasks "start" "child" scope)
        && List.forall (fun child -> List.forall (fun daemon -> place child < place daemon) stopped) children
        && List.forall (fun part -> place part < cleanup) (ended @ children))

[<Fact>]
let ``law: daemons end in reverse start order, after every other child, and before the cleanups`` () =
    let seen = ref 0

    Law.holds (fun (seed: int) -> task {
        let stage = Stage.Seeded seed
        let tree = Tree(stage, Random seed)
        let! _ = stage.RunWith tree.Options (tree.Body(3, false))

        seen.Value <-
            seen.Value
            + Seq.length (Seq.filter (fun (event: string) -> event.Contains " daemon") tree.Events)

        return isOrdered tree.Events
    })

    Assert.True(seen.Value > 100, $"only {seen.Value} events of daemons")
