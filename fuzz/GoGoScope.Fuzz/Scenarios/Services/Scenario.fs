/// Random trees of scopes that provide, replace, fail, look up and are cancelled, against a plain model of the services.
module GoGoScope.Fuzz.Services.Scenario

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Testing
open GoGoScope.Fuzz
open GoGoScope.Fuzz.Services.Plan

/// The run of one program.
type private Run(library: Library, tally: Tally) =
    let problems = List<string>()
    let story = List<string>()
    let mutable number = 0

    let tell (line: string) = story.Add line
    let wrong (line: string) = problems.Add line

    let attempt (work: Scoped<'T, string>) : Scoped<Result<'T, ScopeError<string>>, string> =
        fun scope ->
            let outcome: Task<Result<Result<'T, ScopeError<string>>, ScopeError<string>>> = task {
                try
                    let! outcome = (work scope).AsTask()
                    return Ok outcome
                with failure ->
                    return Ok(Error(ScopeError.crashed failure))
            }

            ValueTask<Result<Result<'T, ScopeError<string>>, ScopeError<string>>> outcome

    let ended (place: Place) (what: int) =
        match place.Ends.TryPop() with
        | true, expected when expected = what -> tally.Add("ends in order", 1)
        | true, expected -> wrong $"{what} ended before {expected}"
        | _ -> wrong $"{what} ended, and nothing was to end"

    let cleanup (place: Place) : Scoped<unit, string> = scope {
        number <- number + 1
        let mine = number
        place.Ends.Push mine
        do! Scope.onDispose (fun () -> ended place mine)
    }

    /// What a lookup must give now.
    let look (place: Place) (name: string) (isMaking: bool) : Scoped<unit, string> = scope {
        let! here = Scope.current
        let expected = place.Find name
        let pending = place.PendingOf name
        let! found = attempt (library.Find name)
        tell $"{here.Name}: Find '{name}': {found |> Result.map _.Number}"

        match expected, found with
        | Some tool, Ok given when obj.ReferenceEquals(tool, given) -> tally.Add("found", 1)
        | _, Ok given when pending |> List.exists (fun tool -> obj.ReferenceEquals(tool, given)) -> ()
        | None,
          Error {
                    Cause = Cause.Rejected(Rejection.NotConfigured _)
                } when not isMaking -> tally.Add("missing", 1)
        | None,
          Error {
                    Cause = Cause.Rejected(Rejection.WouldDeadlock _)
                } when isMaking -> tally.Add("asked for itself", 1)
        | _ when here.IsCancelled -> ()
        | _ ->
            let expected = expected |> Option.map _.Number
            let found = found |> Result.map _.Number
            wrong $"{here.Name} looked for '{name}': expected %A{expected}, found %A{found}"
    }

    let factory (place: Place) (name: string) (plan: Factory) (made: List<Tool>) : Scoped<Tool, string> =
        scope {
            match plan.Needs with
            | Some needed -> do! look place needed (needed = name)
            | None -> ()

            if plan.Registers then
                do! cleanup place

            let! clock = fun (here: Scope) -> ValueTask<_>(Ok here.Clock)

            if plan.Takes > 0. then
                do!
                    fun (token: CancellationToken) ->
                        Task.Delay(
                            TimeSpan.FromMilliseconds plan.Takes,
                            clock,
                            if plan.Obeys then token else CancellationToken.None
                        )

            match plan.Ends with
            | Throws -> return raise (InvalidOperationException "a broken factory")
            | Fails -> return! Error "no"
            | Gives ->
                number <- number + 1
                let tool = Tool number
                made.Add tool
                place.Pending.Add(struct (name, tool))
                place.Ends.Push number
                return tool
        }

    member _.Problems = List.ofSeq problems
    member _.Story = List.ofSeq story

    member private _.Register
        (place: Place, name: string, plan: Factory, replaces: bool)
        : Scoped<unit, string> = scope {
        let made = List<Tool>()
        let isThere = (place.Find name).IsSome
        let isPending = not (place.PendingOf name).IsEmpty
        let! here = Scope.current

        let release =
            Action<Tool>(fun tool ->
                tally.Add("releases", 1)
                ended place tool.Number)

        let make = factory place name plan made

        let! outcome =
            attempt (
                if replaces then
                    library.Replace(make, release, name)
                else
                    library.Provide(make, release, name)
            )

        tell
            $"{here.Name}: {(if replaces then nameof Replace else nameof Provide)} '{name}' %A{plan}: {outcome.IsOk}"

        for tool in made do
            place.Pending.Remove(struct (name, tool)) |> ignore

        match outcome with
        | Ok tool ->
            place.Show(name, tool)
            tally.Add((if replaces then "replaced" else "provided"), 1)

            if replaces && not (isThere || isPending) then
                wrong $"'{name}' was replaced and was not there"

            if made.Count <> 1 then
                wrong $"a factory ran {made.Count} times"
        | Error {
                    Cause = Cause.Rejected(Rejection.NotConfigured _)
                } when replaces && not isThere ->
            tally.Add("nothing to replace", 1)

            if made.Count > 0 then
                wrong "a factory ran for nothing to replace"
        | Error { Cause = Cause.Cancelled _ } when here.IsCancelled ->
            tally.Add(
                (if made.Count > 0 then
                     "cancelled, and made all the same"
                 else
                     "cancelled while making"),
                1
            )
        | Error { Cause = Cause.Crashed _ } when plan.Ends = Throws -> tally.Add("threw", 1)
        | Error { Cause = Cause.Failed _ } when plan.Ends = Fails -> tally.Add("failed", 1)
        | Error error -> wrong $"unexpected: {error}"
    }

    member this.Block(place: Place, todo: Step list) : Scoped<unit, string> = scope {
        for step in todo do
            match step with
            | Provide(name, plan) -> do! this.Register(place, name, plan, false)
            | Replace(name, plan) -> do! this.Register(place, name, plan, true)
            | Find name -> do! look place name false
            | Pause milliseconds -> do! Scope.delay (TimeSpan.FromMilliseconds milliseconds)
            | Cleanup -> do! cleanup place
            | Cancel -> do! Scope.cancel "enough"
            | Child todo ->
                let! _ = Scope.task (this.Child(place, todo))
                tally.Add("children", 1)
    }

    member private this.Child(parent: Place | null, todo: Step list) : Scoped<unit, string> =
        let place = Place parent

        fun scope ->
            (GoGoScope.Scope.onDispose (fun () -> this.Closed place) scope
            : ValueTask<Result<unit, ScopeError<string>>>)
            |> ignore

            this.Block (place, todo) scope

    /// The very last cleanup of a scope.
    member private _.Closed(place: Place) =
        if place.Ends.Count > 0 then
            wrong $"{place.Ends.Count} were not released"

    member this.Root(todo: Step list) = this.Child(null, todo)

let private counters = [
    "provided"
    "replaced"
    "nothing to replace"
    "found"
    "missing"
    "asked for itself"
    "threw"
    "failed"
    "cancelled while making"
    "cancelled, and made all the same"
    "releases"
    "ends in order"
    "children"
]

let private round (library: unit -> Library) (_: Order) (seed: int) (tally: Tally) : Round =
    let program = steps (Random seed) 3
    let run = Run(library (), tally)
    let runtime = SeededRuntime seed
    let outcome = runtime.Run(run.Root program)

    let problems =
        match outcome with
        | Error { Cause = Cause.CleanupFailed failure } -> [ $"a cleanup failed: {failure}" ]
        | _ -> []

    {
        Problems = problems @ run.Problems
        Story = $"%A{program}" :: run.Story
    }

let scenario = Rounds.scenario "services" counters Sabotage.all round
