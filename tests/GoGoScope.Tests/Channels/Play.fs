namespace GoGoScope.Tests.Channels

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Tests
open Xunit

/// The only error of these programs.
type Fault = Broken of string

/// Runs a program under many interleavings.
[<RequireQualifiedAccess>]
module Play =

    /// Runs the work under this many seeds, each on a stage of its own, and looks at every outcome. Nothing may be left over.
    let under
        (seeds: int)
        (work: Stage -> Scoped<'T, Fault>)
        (check: Result<'T, ScopeError<Fault>> -> unit)
        : Task =
        Story.run (fun () -> task {
            for seed in 1..seeds do
                let stage = Stage.Seeded seed

                let watched = scope {
                    do! stage.Watched()
                    return! work stage
                }

                let! outcome = stage.Run watched

                try
                    check outcome
                    stage.NoLeaks()
                    Assert.Empty stage.Unobserved
                with failure ->
                    raise (InvalidOperationException($"with seed {seed}: {failure.Message}", failure))
        })

    /// Runs the work under 30 seeds and expects this value each time.
    let gives (value: 'T) (work: Scoped<'T, Fault>) : Task =
        under 30 (fun _ -> work) (Expect.ok value)

    /// Runs work that asserts for itself.
    let holds (work: Scoped<unit, Fault>) : Task = gives () work

    /// A child whose outcome is a value of its own.
    let child (work: Scoped<'T, Fault>) : Scoped<ScopeTask<'T, Fault>, Fault> = Scope.task work

    /// The outcome of a child.
    let outcome (child: ScopeTask<'T, Fault>) : Scoped<Result<'T, ScopeError<Fault>>, Fault> =
        ScopeTask.result child

    /// The outcome of work that is bound here.
    let tried (work: Scoped<'T, Fault>) : Scoped<Result<'T, ScopeError<Fault>>, Fault> = Scoped.result work
