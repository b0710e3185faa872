namespace GoGoScope.Fuzz.Limits

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope

/// The library as the crowds call it. A sabotage replaces a call by one with a bug.
type Library() =
    abstract Limit: int -> int
    default _.Limit limit = limit
    abstract Priority: int -> int
    default _.Priority priority = priority
    /// Wraps the work of a task.
    abstract Work: id: int * work: Scoped<int, string> -> Scoped<int, string>
    default _.Work(_, work) = work

/// The planted bugs, by name; "" is the true library.
module Sabotage =

    /// Goes on after its task has ended, and so without its permit.
    let private earlyRelease () = {
        new Library() with
            override _.Work(id, work) =
                if id % 3 <> 0 then
                    work
                else
                    fun scope ->
                        let outside = {
                            ScopeOptions.Default with
                                Clock = scope.Clock
                                Dispatcher = scope.Dispatcher
                        }

                        (Scope.runWith outside CancellationToken.None work).AsTask() |> ignore
                        ValueTask<_>(Ok id)
    }

    /// Gives its permit back only long after it has ended.
    let private lostPermit () = {
        new Library() with
            override _.Work(id, work) =
                if id % 3 <> 0 then
                    work
                else
                    scope {
                        let! _ = fork (Scope.delay (TimeSpan.FromHours 1.))
                        return! work
                    }
    }

    let all: (string * Library) list = [
        "", Library()
        "one-too-many",
        {
            new Library() with
                override _.Limit limit = limit + 1
        }
        "no-priority",
        {
            new Library() with
                override _.Priority _ = 0
        }
        "early-release", earlyRelease ()
        "lost-permit", lostPermit ()
    ]
