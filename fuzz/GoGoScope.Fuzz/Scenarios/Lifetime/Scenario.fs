/// Random trees with daemons, children that say when they are ready, shared and abandoned ones, scopes below scopes, and
/// hooks that write everything down.
module GoGoScope.Fuzz.Lifetime.Scenario

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Fuzz
open GoGoScope.Testing

let private round (library: Library) (order: Order) (seed: int) (tally: Tally) : Round =
    let isOnThreads = order.OnThreads || seed % 4 = 0
    let plan = Plan.make seed
    let play = Play(library, tally, isOnThreads)
    let total = Abandoned.Total
    let running = Abandoned.Running

    let options = {
        ScopeOptions.Default with
            Name = "root"
            Hooks = play.Hooks
    }

    let root: Scope ref = ref Unchecked.defaultof<Scope>

    let work: Scoped<unit, string> = scope {
        let! here = Scope.current
        root.Value <- here
        do! play.Body("root", plan)
    }

    tally.Add(
        (if isOnThreads then
             "programs on threads"
         else
             "programs on one thread"),
        1
    )

    let outcome, timers =
        if isOnThreads then
            (Scope.runWith options CancellationToken.None work).AsTask().GetAwaiter().GetResult(), 0
        else
            let runtime = SeededRuntime seed
            let outcome = runtime.Run(options, work)
            play.Seal()
            runtime.Drain()
            outcome, runtime.Clock.PendingTimers

    play.Seal()
    let abandoned = Abandoned.Total - total
    play.Release()

    let late =
        not (SpinWait.SpinUntil((fun () -> Abandoned.Running = running), TimeSpan.FromSeconds 5.))

    let tree = (Scope.debugTree root.Value).TrimEnd()

    {
        Problems = [
            yield! Check.problems tally plan play outcome

            if abandoned <> int64 play.Abandoned then
                $"{abandoned} were abandoned, and {play.Abandoned} were told"

            if late then
                "abandoned work is still counted after its end"

            if timers > 0 then
                $"{timers} timers are left"

            if tree.Contains '\n' || not (tree.Contains "[ended]") then
                $"left in the tree: {tree}"
        ]
        Story = [
            yield! List.collect (Plan.print "  ") plan

            for event in play.Events do
                $"    {event}"

            $"  {outcome}"
        ]
    }

let scenario: GoGoScope.Fuzz.Scenario =
    Rounds.scenario
        "lifetime"
        [
            "programs on one thread"
            "programs on threads"
            "forks"
            "daemons"
            "daemons in order"
            "ready"
            "not ready"
            "failed before ready"
            "failed to the root"
            "shared"
            "ran under a key"
            "abandonable"
            "left behind"
            "rooms"
            "cancelled"
            "ended before a release"
        ]
        Sabotage.all
        round
