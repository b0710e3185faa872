namespace GoGoScope.Fuzz.Limits

open System

/// How a task starts, and ends.
[<RequireQualifiedAccess>]
type Start =
    | Fork
    | Value
    | Lazy
    | Pool
    /// Told to stop while it may still stand in line.
    | Stopped
    /// Its body fails; its scope goes on.
    | Broken

/// Trees of scopes, some of them limited, and of tasks in them.
type Crowd =
    /// A task: waits, starts what is in it, waits for none of it.
    | Job of Id: int * Priority: int * Pause: int * Start: Start * Inner: Crowd list
    /// A scope with `Parent`, limited or (0) not.
    | Room of Id: int * Limit: int * Inner: Crowd list
    /// Operands of `and!`, in the scope that is there.
    | Both of Left: Crowd * Right: Crowd
    /// A block with a time limit that does not pass: a child of its own that is no task.
    | Block of Inner: Crowd list

module Crowd =

    let make (seed: int) : Crowd list =
        let random = Random seed
        let mutable next = 0

        let id () =
            next <- next + 1
            next

        let kind () =
            match random.Next 12 with
            | 0 -> Start.Value
            | 1 -> Start.Lazy
            | 2 -> Start.Pool
            | 3 -> Start.Stopped
            | 4 -> Start.Broken
            | _ -> Start.Fork

        let rec inner (depth: int) : Crowd list =
            if depth = 0 then
                []
            else
                [
                    for _ in 1 .. random.Next 5 do
                        one depth
                ]

        and job (depth: int) : Crowd =
            Job(
                id (),
                random.Next 3,
                random.Next 4,
                kind (),
                (if random.Next 2 = 0 then [] else inner (depth - 1))
            )

        and one (depth: int) : Crowd =
            match random.Next 9 with
            | 0
            | 1 -> Room(id (), random.Next 4, inner (depth - 1))
            | 2 -> Both(job depth, job depth)
            | 3 -> Block(inner (depth - 1))
            | _ -> job depth

        [
            for _ in 1 .. 2 + random.Next 5 do
                one 4
        ]

    let rec print (indent: string) (crowd: Crowd) : string list =
        let below inner =
            List.collect (print (indent + "  ")) inner

        match crowd with
        | Job(id, priority, pause, kind, inner) ->
            $"{indent}task {id} {kind}, priority {priority}, {pause} ms" :: below inner
        | Room(id, limit, inner) -> $"{indent}room {id} of {limit}" :: below inner
        | Both(left, right) -> $"{indent}both" :: below [ left; right ]
        | Block inner -> $"{indent}block" :: below inner
