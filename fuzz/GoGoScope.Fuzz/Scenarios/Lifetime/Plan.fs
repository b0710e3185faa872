namespace GoGoScope.Fuzz.Lifetime

open System

/// How a child is started.
[<RequireQualifiedAccess>]
type Kind =
    | Fork
    | Daemon
    /// It says that it is ready after half of its time, or never.
    | Start of IsDaemon: bool * Says: bool
    /// Under one of two keys of its scope.
    | Shared of Key: string

[<RequireQualifiedAccess>]
type End =
    | Good
    | Fails
    /// Only a cancel ends it.
    | Never

/// One step of a body.
type Step =
    | Child of Job
    /// A scope of its own, below the one that is there.
    | Room of Id: int * Limit: int * Steps: Step list
    | Pause
    /// Work that may be left behind: it ends at once, or only after the program.
    | Abandon of IsStuck: bool
    | CancelHere
    /// A block with a resource: what is started in it ends before the release.
    | Using of Id: int * Steps: Step list

and Job = {
    Id: int
    Kind: Kind
    OnPool: bool
    Pauses: int
    End: End
    Steps: Step list
}

module Plan =

    let make (seed: int) : Step list =
        let random = Random seed
        let mutable last = 0

        let next () =
            last <- last + 1
            last

        let rec steps (depth: int) (most: int) : Step list = [
            for _ in 1 .. random.Next(1, most) do
                match random.Next 24 with
                | 0
                | 1
                | 2 -> Pause
                | 3 -> Abandon(random.Next 3 = 0)
                | 4 when random.Next 3 = 0 -> CancelHere
                | 5
                | 6 when depth > 0 -> Room(next (), random.Next 6, steps (depth - 1) 5)
                | 7
                | 8 when depth > 0 -> Using(next (), steps (depth - 1) 5)
                | _ when depth > 0 -> Child(job depth)
                | _ -> Pause
        ]

        and job (depth: int) : Job =
            let kind =
                match random.Next 10 with
                | 0
                | 1
                | 2
                | 3 -> Kind.Fork
                | 4
                | 5
                | 6 -> Kind.Daemon
                | 7 -> Kind.Start(false, random.Next 4 > 0)
                | 8 -> Kind.Start(true, random.Next 4 > 0)
                | _ -> Kind.Shared(if random.Next 2 = 0 then "a" else "b")

            {
                Id = next ()
                Kind = kind
                OnPool = random.Next 3 = 0
                Pauses = random.Next 4
                End =
                    match kind, random.Next 12 with
                    | _, 0 -> End.Fails
                    | Kind.Daemon, _
                    | Kind.Start(true, true), _ -> End.Never
                    | _ -> End.Good
                Steps = if random.Next 2 = 0 then [] else steps (depth - 1) 4
            }

        steps 4 6

    let rec print (indent: string) (step: Step) : string list =
        let below = List.collect (print (indent + "  "))

        match step with
        | Child job ->
            $"{indent}{job.Kind} {job.Id}, pool {job.OnPool}, {job.Pauses} pauses, {job.End}"
            :: below job.Steps
        | Room(id, limit, steps) -> $"{indent}room {id}, {limit} pauses" :: below steps
        | Using(id, steps) -> $"{indent}using {id}" :: below steps
        | Pause -> [ indent + "pause" ]
        | Abandon isStuck -> [ $"{indent}abandon, stuck {isStuck}" ]
        | CancelHere -> [ indent + "cancel" ]
