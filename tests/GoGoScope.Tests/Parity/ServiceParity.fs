/// The stories around services, told in F#.
namespace GoGoScope.Tests.Parity

open System
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

/// The verbs of F# around services.
[<Sealed>]
type FSharpServiceFace() =
    inherit ServiceFace(FSharpFace())

    let factory (make: Make) : Scoped<Tool, string> = scope {
        let! here = Scope.current

        let! struct (tool, failure) =
            fun (_: Threading.CancellationToken) -> make.Invoke here

        match failure, tool with
        | NonNull failure, _ ->
            match failure.Error with
            | NonNull error ->
                return! fun (_: Scope) -> ValueTask<Result<Tool, ScopeError<string>>>(Error error)
            | _ -> return failwith "a failure without an error"
        | _, NonNull tool -> return tool
        | _ -> return failwith "neither tool nor failure"
    }

    let text = Scoped.map (fun (tool: Tool) -> tool.Text)

    override _.Open(setup, services) =
        Scope.Open {
            ScopeOptions.Default with
                Name = setup.Name
                Services = services
        }

    override _.Provide(here, make, release, name) =
        match release with
        | null -> inScope here (text (Scope.provide (factory make, name)))
        | release -> inScope here (text (Scope.provide (factory make, release, name)))

    override _.Replace(here, make, release, name) =
        match release with
        | null -> inScope here (text (Scope.replace (factory make, name)))
        | release -> inScope here (text (Scope.replace (factory make, release, name)))

    override _.Find(here, name) =
        inScope
            here
            (scope {
                let! tool = Scope.service<Tool> name
                return tool.Text
            })

    override _.Has(here, name) =
        match
            (inScope
                here
                (scope {
                    let! there = Scope.hasService<Tool> name
                    return $"{there}"
                }))
                .Result.Value
        with
        | "True" -> Task.FromResult true
        | _ -> Task.FromResult false

type ServiceParity() =
    inherit ServiceStories(FSharpServiceFace())
