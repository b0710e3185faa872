namespace GoGoScope

open System

/// What the end of a child means to its parent.
type internal ChildKind =
    /// Nobody above.
    | Root = 0uy
    /// Its outcome goes to whoever binds it.
    | Bound = 1uy
    /// Its failure fails the scope.
    | Fork = 2uy
    /// Its outcome is a value; a failure surfaces only if nobody looked.
    | Task = 3uy
    /// One of several that are needed together: one that gives no value, for whatever reason, fails them all.
    | Operand = 4uy
    /// Its failure fails the scope; it is stopped when everything else in the scope has ended.
    | Daemon = 5uy
    /// A task like any other, but its outcome goes only to the contest that started it.
    | Competitor = 6uy
    /// One try of a task that is repeated: it takes the permits, and not the task.
    | Attempt = 7uy

/// What is special about a child, from its start.
[<Flags>]
type internal ChildTraits =
    | None = 0uy
    /// It does not hear its parent's cancel.
    | Shielded = 1uy
    /// Its failure is only a value until it has said that it is ready.
    | Starting = 2uy
    /// It is repeated: its attempts take the permits.
    | Repeated = 4uy
