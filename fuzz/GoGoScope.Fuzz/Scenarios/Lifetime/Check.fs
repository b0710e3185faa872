/// What must hold of every run.
module GoGoScope.Fuzz.Lifetime.Check

open System
open System.Collections.Generic
open GoGoScope
open GoGoScope.Fuzz

/// Made of its kind and place: not the only one of its name.
let private isCommon (name: string) = name.Contains '-'

let private isDaemon (name: string) = name.StartsWith "dj"

/// Jobs whose failure reaches the root, unless a starter is given it; with the starts on the way up, the job's own included.
let private reaching (plan: Step list) : Map<string, string list> =
    let rec walk (starts: string list) (isOpen: bool) (steps: Step list) : (string * string list) list = [
        for step in steps do
            match step with
            | Room(_, _, inner) -> yield! walk starts false inner
            | Using(_, inner) -> yield! walk starts isOpen inner
            | Child job ->
                let name = $"j{job.Id}"

                let starts =
                    match job.Kind with
                    | Kind.Start _ -> name :: starts
                    | _ -> starts

                if isOpen then
                    (name, starts)

                yield! walk starts isOpen job.Steps
            | _ -> ()
    ]

    Map.ofList (walk [] true plan)

/// The jobs that start directly in each `use`.
let private using (plan: Step list) : (string * string list) list =
    let rec walk (steps: Step list) : (string * string list) list = [
        for step in steps do
            match step with
            | Using(id, inner) ->
                let jobs = [
                    for step in inner do
                        match step with
                        | Child { Kind = Kind.Daemon; Id = id } -> $"uj{id}"
                        | Child { Kind = Kind.Start(true, _) } -> ()
                        | Child job -> $"j{job.Id}"
                        | _ -> ()
                ]

                ($"u{id}", jobs)
                yield! walk inner
            | Room(_, _, inner) -> yield! walk inner
            | Child job -> yield! walk job.Steps
            | _ -> ()
    ]

    walk plan

/// Daemons that stop themselves, whenever that is.
let private restless (plan: Step list) : Set<string> =
    let rec cancels (steps: Step list) =
        steps
        |> List.exists (fun step ->
            match step with
            | CancelHere -> true
            | Using(_, inner) -> cancels inner
            | _ -> false)

    let rec walk (steps: Step list) : string list = [
        for step in steps do
            match step with
            | Using(_, inner)
            | Room(_, _, inner) -> yield! walk inner
            | Child job ->
                if cancels job.Steps then
                    $"dj{job.Id}"

                yield! walk job.Steps
            | _ -> ()
    ]

    set (walk plan)

let private order (tally: Tally) (plan: Step list) (events: Event array) : string list = [
    let restless = restless plan
    let ends = Dictionary<struct (string * string), struct (int * TaskEnding)>()
    let cleanups = Dictionary<string, int>()

    events
    |> Array.iteri (fun index event ->
        match event with
        | Event.After(scope, task, _, ending) -> ends[struct (scope, task)] <- struct (index, ending)
        | Event.End(scope, _) -> cleanups[scope] <- index
        | _ -> ())

    let started =
        events
        |> Seq.choose (fun event ->
            match event with
            | Event.Before(scope, task, _) when not (isCommon scope || isCommon task) -> Some(scope, task)
            | _ -> None)
        |> Seq.groupBy fst

    for scope, tasks in started do
        let tasks = tasks |> Seq.map snd |> List.ofSeq

        let finished =
            tasks
            |> List.choose (fun task ->
                match ends.TryGetValue(struct (scope, task)) with
                | true, struct (index, ending) -> Some(task, index, ending)
                | _ -> None)

        let stopped =
            finished
            |> List.filter (fun (task, _, ending) ->
                isDaemon task && ending = TaskEnding.Cancelled && not (restless.Contains task))

        let places = [ for _, index, _ in stopped -> index ]

        if places <> List.sortDescending places then
            $"the daemons of {scope} did not end the youngest first: %A{stopped}"

        if places.Length > 1 then
            tally.Add("daemons in order", 1)

        for task, index, _ in finished do
            if not (isDaemon task) && places |> List.exists (fun place -> place < index) then
                $"a daemon of {scope} ended before {task}"

            match cleanups.TryGetValue scope with
            | true, place when place < index -> $"{scope} cleaned up before {task} had ended"
            | _ -> ()
]

let private counts (events: Event array) : string list = [
    let ids (pick: Event -> int64 option) =
        events |> Array.choose pick |> Array.sort

    let before =
        ids (fun event ->
            match event with
            | Event.Before(_, _, id) -> Some id
            | _ -> None)

    let after =
        ids (fun event ->
            match event with
            | Event.After(_, _, id, _) -> Some id
            | _ -> None)

    if before <> after || Array.distinct before <> before then
        $"{before.Length} starts and {after.Length} ends were told, not each once"

    let cancelled =
        events
        |> Array.choose (fun event ->
            match event with
            | Event.Cancelled(scope, reason) -> Some(scope, reason)
            | _ -> None)

    for scope, reason in cancelled do
        match reason with
        | CancelReason.ScopeExited _
        | CancelReason.ParentEnded _ -> $"the cancel of {scope} was told: {reason}"
        | _ -> ()

    for scope, times in Array.countBy fst cancelled do
        if times > 1 && not (isCommon scope) then
            $"the cancel of {scope} was told {times} times"

    let opened =
        events
        |> Array.choose (fun event ->
            match event with
            | Event.Begin(name, _) when name = "root" || name.StartsWith 'r' -> Some name
            | _ -> None)

    for scope in opened do
        let place = Array.IndexOf(events, Event.Disposed scope)

        if place < 0 then
            $"the end of {scope} was not told"
        elif place < Array.IndexOf(events, Event.End(scope, "")) then
            $"the end of {scope} was told before its cleanup"
]

let private shared (tally: Tally) (events: Event array) : string list = [
    let running = Dictionary<string, string>()

    for event in events do
        match event with
        | Event.Begin(job, key) when key <> "" ->
            match running.TryGetValue key with
            | true, other -> $"{job} and {other} run at once under one key"
            | _ -> running[key] <- job
        | Event.End(_, key) when key <> "" ->
            tally.Add("ran under a key", 1)
            running.Remove key |> ignore
        | _ -> ()
]

let private starts
    (tally: Tally)
    (plan: Step list)
    (events: Event array)
    (root: Result<unit, ScopeError<string>>)
    = [
    let heard =
        set [
            for event in events do
                match event with
                | Event.Said(job, true) -> job
                | _ -> ()
        ]

    let answers =
        dict [
            for event in events do
                match event with
                | Event.Started(job, answer) -> job, answer
                | _ -> ()
        ]

    let causes =
        match root with
        | Ok() -> []
        | Error error -> ScopeError.causes error

    for KeyValue(job, answer) in answers do
        match answer with
        | Ok _ when not (heard.Contains job) -> $"{job} was ready and had not said so"
        | Error error when heard.Contains job -> $"{job} was heard, and its starter was given {error}"
        | Error { Cause = Cause.Failed name } when List.contains (Cause.Failed name) causes ->
            $"the failure of {name} was its starter's, and the scope's too"
        | Error { Cause = Cause.Failed _ } -> tally.Add("failed before ready", 1)
        | _ -> ()

    let contained (job: string) =
        match answers.TryGetValue job with
        | true, Error { Cause = Cause.Failed _ } -> true
        | _ -> false

    let reaching = reaching plan

    // one that was told to stop before its last step did not fail
    let failed =
        set [
            for event in events do
                match event with
                | Event.After(_, task, _, TaskEnding.Failed) -> task.TrimStart('d', 'u')
                | _ -> ()
        ]

    for event in events do
        match event with
        | Event.Failed job when failed.Contains job ->
            match reaching.TryFind job with
            | Some starts when Result.isOk root && not (List.exists contained starts) ->
                $"{job} failed and the root ended well"
            | Some _ -> tally.Add("failed to the root", 1)
            | None -> ()
        | _ -> ()
]

let private releases (tally: Tally) (plan: Step list) (events: Event array) = [
    let place =
        dict [
            for index in events.Length - 1 .. -1 .. 0 do
                match events[index] with
                | Event.After(_, task, _, _) when not (isCommon task) -> task, index
                | _ -> ()
        ]

    for resource, jobs in using plan do
        match Array.IndexOf(events, Event.Released resource) with
        | -1 -> ()
        | released ->
            for job in jobs do
                match place.TryGetValue job with
                | true, ended when ended > released -> $"{resource} was released before {job} ended"
                | true, _ -> tally.Add("ended before a release", 1)
                | _ -> ()
]

/// What is wrong with a run, in the order of events.
let problems
    (tally: Tally)
    (plan: Step list)
    (play: Play)
    (root: Result<unit, ScopeError<string>>)
    : string list =
    let events = Seq.toArray play.Events

    [
        yield! counts events
        yield! order tally plan events
        yield! shared tally events
        yield! starts tally plan events root
        yield! releases tally plan events

        for event in play.Late do
            $"after the end: {event}"
    ]
