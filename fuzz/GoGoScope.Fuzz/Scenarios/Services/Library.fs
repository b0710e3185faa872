namespace GoGoScope.Fuzz.Services

open System
open System.Collections.Generic
open System.Threading.Tasks
open GoGoScope

/// What the programs provide.
[<Sealed>]
type Tool(number: int) =
    member _.Number = number

/// The verbs as the programs call them; a sabotage stands in their place.
type Library() =
    abstract Provide:
        make: Scoped<Tool, string> * release: Action<Tool> * name: string -> Scoped<Tool, string>

    default _.Provide(make, release, name) = Scope.provide (make, release, name)

    abstract Replace:
        make: Scoped<Tool, string> * release: Action<Tool> * name: string -> Scoped<Tool, string>

    default _.Replace(make, release, name) = Scope.replace (make, release, name)

    abstract Find: name: string -> Scoped<Tool, string>

    default _.Find(name) = scope { return! Scope.service<Tool> name }

/// Bugs that the scenario must find.
module Sabotage =

    /// A scope sees the services of its first look, as the original's snapshot did.
    type Snapshot() =
        inherit Library()

        let seen =
            Dictionary<struct (int64 * string), ValueTask<Result<Tool, ScopeError<string>>>>()

        override _.Find(name) =
            let find = base.Find name

            fun here ->
                let key = struct (here.Id, name)

                if not (seen.ContainsKey key) then
                    seen[key] <- find here // it never waits

                seen[key]

    /// Replacing provides, whether there is something to replace or not.
    type ReplaceAnything() =
        inherit Library()
        override _.Replace(make, release, name) = Scope.provide (make, release, name)

    /// The release is registered before the factory runs: the newest service is not always the first one released.
    type RegisterFirst() =
        inherit Library()

        override _.Provide(make, release, name) = scope {
            let made = List<Tool>()

            do!
                Scope.onDispose (fun () ->
                    for tool in made do
                        release.Invoke tool)

            let! tool = Scope.provide (make, name)
            made.Add tool
            return tool
        }

    /// The release is registered only when the block goes on: a cancel may come between.
    type RegisterLate() =
        inherit Library()

        override _.Provide(make, release, name) = scope {
            let! tool = Scope.provide (make, name)
            do! Scope.delay (TimeSpan.FromMilliseconds 0.5)
            do! Scope.onDispose (fun () -> release.Invoke tool)
            return tool
        }

    let all: (string * (unit -> Library)) list = [
        "", Library
        "snapshot", (fun () -> Snapshot())
        "replace-anything", (fun () -> ReplaceAnything())
        "register-first", (fun () -> RegisterFirst())
        "register-late", (fun () -> RegisterLate())
    ]
