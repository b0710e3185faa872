/// A program for the scope scenario: a value made from a seed, printed when it fails, and shrunk by dropping parts.
namespace GoGoScope.Fuzz.Trees

open System

/// A typed error. It carries the mark of what failed, so that every failure can be found again.
type Fault = Fault of Mark: string

/// A crash with a mark.
[<Sealed>]
type Boom(mark: string) =
    inherit Exception(mark)

/// A cancellation that is not the scope's own, with a mark.
[<Sealed>]
type ForeignStop(mark: string) =
    inherit OperationCanceledException(mark)

/// How a body ends when nothing stops it.
type Ending =
    | Gives
    | Fails
    | Throws
    | ThrowsForeignStop

/// How a cleanup, or the release of a resource, goes.
type Closing =
    | Quick
    | QuickThrows
    /// Waits for so long, but obeys its token.
    | Waits of int
    | WaitsThrows of int
    /// Waits for so long and ignores its token.
    | Deaf of int

type Start =
    | Inline
    | Pool
    | Lazy

/// When the token given to the root fires.
type Firing =
    | Never
    | AtTime of int
    /// After so many steps of the dispatcher: in the middle of everything.
    | AfterSteps of int

type Body = {
    Id: int
    Steps: Step list
    Ending: Ending
    /// A plain function instead of a block.
    Raw: bool
}

and Child = {
    Body: Body
    Start: Start
    /// Milliseconds; 0 for no limit.
    Budget: int
    Named: bool
    /// Only for a task: its error type is another one.
    Untyped: bool
}

and Step =
    | Delay of int
    /// Goes to the end of the line.
    | Yield of int
    /// The same by a plain task.
    | Hop of int
    /// Owned work that ignores its token for a while.
    | Ignore of int
    /// A task that somebody else runs.
    | Foreign of int
    | Fork of Child
    | TaskOf of Child
    /// Binds the handle of a child.
    | Await of int
    /// Takes the outcome of a child as a value.
    | Look of int
    | Both of Id: int * Body list
    | Use of Id: int * Closing * Step list
    | OnDispose of Id: int * Closing
    | Catch of Step list
    | Within of int * Body
    | Shielded of int * Body
    | Settled of Body
    | AllOf of Id: int * Concurrency: int * Body list
    | CancelSelf
    | CancelChild of int

type Program = {
    Seed: int
    /// On the thread pool and the system clock, instead of one thread and virtual time.
    Threads: bool
    /// Every scope tells when it is cancelled and when it ends. The others go the short ways that scopes have when nobody looks.
    Probe: bool
    KeepGoing: bool
    CancelRemaining: bool
    Budget: int
    Token: Firing
    Grace: int
    Root: Body
}

/// What a program says about itself without being run.
module Model =
    let mark (id: int) = $"#{id}#"

    /// No two limits are equal, so `TimedOut` says whose it was.
    let limit (milliseconds: int) (id: int) =
        TimeSpan.FromTicks(int64 milliseconds * TimeSpan.TicksPerMillisecond + int64 id)

    /// The bodies that a step starts, those nested in blocks of it left out.
    let started (step: Step) : Body list =
        match step with
        | Fork child
        | TaskOf child -> [ child.Body ]
        | Both(_, bodies)
        | AllOf(_, _, bodies) -> bodies
        | Within(_, body)
        | Shielded(_, body)
        | Settled body -> [ body ]
        | _ -> []

    /// The steps inside a step that run in the same scope.
    let inner (step: Step) : Step list =
        match step with
        | Use(_, _, steps)
        | Catch steps -> steps
        | _ -> []

    let rec private lines (indent: string) (step: Step) : string list =
        let deeper = indent + "  "

        let bodies title all =
            (indent + title) :: List.collect (body deeper) all

        let steps title all =
            (indent + title) :: List.collect (lines deeper) all

        let child title (child: Child) =
            let options = [
                if child.Start <> Inline then
                    $"{child.Start}"
                if child.Budget > 0 then
                    $"within {child.Budget}"
                if child.Named then
                    "named"
                if child.Untyped then
                    "untyped"
            ]

            let options = String.Join(", ", options)
            bodies $"{title} {options}" [ child.Body ]

        match step with
        | Fork it -> child "Fork" it
        | TaskOf it -> child "Task" it
        | Both(id, all) -> bodies $"Both %d{id}" all
        | AllOf(id, concurrency, all) -> bodies $"AllOf %d{id}, %d{concurrency} at once" all
        | Within(after, it) -> bodies $"Within %d{after}" [ it ]
        | Shielded(bound, it) -> bodies $"Shielded %d{bound}" [ it ]
        | Settled it -> bodies "Settled" [ it ]
        | Use(id, closing, inside) -> steps $"Use %d{id} (%A{closing})" inside
        | Catch inside -> steps "Catch" inside
        | plain -> [ $"%s{indent}%A{plain}" ]

    and private body (indent: string) (it: Body) : string list =
        let raw = if it.Raw then ", a function" else ""

        $"{indent}body {it.Id} {it.Ending}{raw}"
        :: List.collect (lines (indent + "  ")) it.Steps

    let print (program: Program) =
        let options = [
            if program.Threads then
                "on threads"
            if program.Probe then
                "probed"
            if program.KeepGoing then
                "KeepGoing"
            if program.CancelRemaining then
                "CancelRemaining"
            if program.Budget > 0 then
                $"within {program.Budget}"
            $"token %A{program.Token}"
            $"grace {program.Grace}"
        ]

        let options = String.Join(", ", options)
        String.Join('\n', $"program {program.Seed}: {options}" :: body "  " program.Root)
