namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Concurrent
open System.Diagnostics
open System.Reflection
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing

/// What one run of a program left behind.
type Observation = {
    Program: Program
    Entries: Entry array
    /// Which step was taken at each point; empty on threads.
    Trace: int array
    /// It never ended, or the harness itself failed.
    Broken: string option
    /// Timers still set when the root had ended, other people's left out.
    Timers: int
    /// Callbacks left on the token that was given to the root.
    Registrations: int
}

/// Runs programs: on one thread under virtual time, or on the thread pool.
module Run =

    let private registrations (source: CancellationTokenSource) : int =
        let field (from: obj) (name: string) =
            match
                from
                    .GetType()
                    .GetField(name, BindingFlags.NonPublic ||| BindingFlags.Public ||| BindingFlags.Instance)
            with
            | null ->
                failwith
                    $"CancellationTokenSource has no field {name} any more: count its registrations in another way."
            | field -> field.GetValue from

        match field source "_registrations" with
        | null -> 0
        | registrations -> if isNull (field registrations "Callbacks") then 0 else 1

    let private options (program: Program) (world: World) = {
        ScopeOptions.Default with
            Name = "root"
            Timeout =
                if program.Budget = 0 then
                    Timeout.InfiniteTimeSpan
                else
                    Pace.limit world program.Budget 0
            Grace = ValueSome(Pace.grace world)
            OnFailure =
                if program.KeepGoing then
                    OnFailure.KeepGoing
                else
                    OnFailure.StopSiblings
            OnExit =
                if program.CancelRemaining then
                    OnExit.CancelRemaining
                else
                    OnExit.Join
            Hooks = {
                ScopeHooks.None with
                    OnUnobserved = Action<_>(fun error -> world.Journal.Add(Unobserved error))
                    OnStuck = Action<_>(fun child -> world.Journal.Add(Stuck child))
            }
    }

    let private world (program: Program) (library: Library) (clock: TimeProvider) (now: unit -> float) = {
        Journal = Journal now
        Library = library
        Program = program
        Clock = clock
        Handles = ConcurrentDictionary()
        Foreign = ConcurrentBag()
    }

    /// The root, and the line in the journal that says that it ended.
    let private start (world: World) (options: ScopeOptions) (token: CancellationToken) : Task = task {
        let! outcome = Scope.runWith options token (Interpret.block world world.Program.Root)
        world.Journal.Add(RootEnded(Tap.causes outcome))
    }

    let seeded (library: Library) (program: Program) : Observation =
        let runtime = SeededRuntime program.Seed
        let clock = runtime.Clock
        let world = world program library clock (fun () -> clock.Elapsed.TotalMilliseconds)
        use source = new CancellationTokenSource()
        let mutable root: Task | null = null

        let ended () =
            match root with
            | null -> false
            | root -> root.IsCompleted

        let options = {
            options program world with
                Clock = clock
                Dispatcher = runtime
        }

        runtime.Queue((fun _ -> root <- start world options source.Token), null)

        let rec countdown left =
            if not (ended ()) then
                if left = 0 then
                    source.Cancel()
                else
                    runtime.Queue((fun _ -> countdown (left - 1)), null)

        match program.Token with
        | AtTime time ->
            clock.CreateTimer(
                (fun _ -> source.Cancel()),
                null,
                TimeSpan.FromMilliseconds(float time),
                Timeout.InfiniteTimeSpan
            )
            |> ignore
        | AfterSteps steps -> countdown steps
        | Never -> ()

        let mine () =
            match program.Token with
            | AtTime _ when not source.IsCancellationRequested -> 1
            | _ -> 0

        let mutable timers = 0
        let mutable left = 0

        let broken =
            try
                runtime.RunUntil(ended, (fun () -> ""))

                let foreign =
                    world.Foreign |> Seq.filter (fun task -> not task.IsCompleted) |> Seq.length

                timers <- clock.PendingTimers - foreign - mine ()
                left <- registrations source
                root |> Option.ofObj |> Option.iter (fun root -> root.GetAwaiter().GetResult())
                None
            with failure ->
                Some $"{failure}"

        // whatever is still going somewhere shows up behind the end of the root
        if broken.IsNone then
            runtime.Drain()

        {
            Program = program
            Entries = world.Journal.Entries
            Trace = Seq.toArray runtime.Trace
            Broken = broken
            Timers = timers
            Registrations = left
        }

    let threads (library: Library) (program: Program) : Observation =
        let started = Stopwatch.GetTimestamp()

        let world =
            world program library TimeProvider.System (fun () ->
                Stopwatch.GetElapsedTime(started).TotalMilliseconds)

        use source = new CancellationTokenSource()
        let root = Task.Run(fun () -> start world (options program world) source.Token)

        match program.Token with
        | Never -> ()
        | AtTime time
        | AfterSteps time ->
            Thread.SpinWait(time * 40)
            source.Cancel()

        let broken =
            try
                if root.Wait(TimeSpan.FromSeconds 20.) then
                    None
                else
                    Some "It did not end within 20 seconds."
            with failure ->
                Some $"{failure}"

        {
            Program = program
            Entries = world.Journal.Entries
            Trace = [||]
            Broken = broken
            Timers = 0
            Registrations = if broken.IsNone then registrations source else 0
        }
