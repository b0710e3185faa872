namespace GoGoScope.Tests.Sync

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open Xunit

/// A resource that knows what was done to it.
[<Sealed>]
type Resource(number: int) =
    let mutable users = 0
    let mutable destroyed = 0
    member _.Number = number
    member _.Destroyed = Volatile.Read &destroyed

    /// Nobody else has it, and it still lives.
    member _.Use() =
        if Interlocked.Increment &users <> 1 then
            failwith $"resource {number} is lent twice"

        if Volatile.Read &destroyed > 0 then
            failwith $"resource {number} is lent after its end"

    member _.Leave() = Interlocked.Decrement &users |> ignore
    member _.Destroy() = Interlocked.Increment &destroyed

/// Makes, checks and destroys resources, counts them, and does it badly if told to.
[<Sealed>]
type Factory() =
    let made = List<Resource>()
    let problems = List<string>()
    let mutable living = 0
    let mutable most = 0
    member val OnCreate: int -> CancellationToken -> Task = (fun _ _ -> Task.CompletedTask) with get, set
    member val OnDestroy: int -> CancellationToken -> Task = (fun _ _ -> Task.CompletedTask) with get, set

    member val OnValidate: int -> CancellationToken -> Task<bool> =
        (fun _ _ -> Task.FromResult true) with get, set

    member _.Made = lock made (fun () -> List.ofSeq made)
    member _.Living = Volatile.Read &living
    member _.Most = Volatile.Read &most
    member _.Problems = lock problems (fun () -> List.ofSeq problems)

    member private _.Tell(problem: string) =
        lock problems (fun () -> problems.Add problem)

    member this.Create(token: CancellationToken) : Task<Resource> = task {
        // a place is used from here on
        lock made (fun () ->
            living <- living + 1
            most <- max most living)

        try
            let resource =
                lock made (fun () ->
                    let resource = Resource(made.Count + 1)
                    made.Add resource
                    resource)

            do! this.OnCreate resource.Number token
            return resource
        with failure ->
            lock made (fun () -> living <- living - 1)

            return raise failure
    }

    member this.Destroy (resource: Resource) (token: CancellationToken) : Task = task {
        if resource.Destroy() > 1 then
            this.Tell $"resource {resource.Number} was destroyed twice"

        try
            do! this.OnDestroy resource.Number token
        finally
            lock made (fun () -> living <- living - 1)
    }

    member this.Options(max: int) = {
        ResourcePoolOptions.Default<Resource>(
            max,
            Func<_, _> this.Create,
            Func<_, _, _>(fun resource token -> this.Destroy resource token)
        ) with
            Validate = Func<_, _, _>(fun (resource: Resource) token -> this.OnValidate resource.Number token)
    }

    /// After the end of every pool: each resource that was made is destroyed once, and there were never too many.
    member this.Check(max: int) =
        Assert.Empty this.Problems
        Assert.Equal(0, this.Living)
        Assert.InRange(this.Most, 0, max)
