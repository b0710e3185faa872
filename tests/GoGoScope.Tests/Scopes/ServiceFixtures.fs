/// What the tests of services provide, and how they look at it.
[<AutoOpen>]
module GoGoScope.Tests.Scopes.ServiceFixtures

open System
open GoGoScope
open GoGoScope.Tests
open Microsoft.Extensions.DependencyInjection
open Xunit

type Db = { Url: string }
type Cache = { Db: Db; Size: int }

let db url : Scoped<Db, 'E> = Scoped.value { Url = url }

/// The service's text, or what there is in its place.
let url (name: string) : Scoped<string, string> = scope {
    match! Scope.hasService<Db> name with
    | true ->
        let! found = Scope.service<Db> name
        return found.Url
    | false -> return "-"
}

/// Gives what it is asked for from a list, and counts.
type Container(services: (string * Db) list) =
    let services = dict services
    member val Asked = 0 with get, set

    member private this.Get(key: string, service: Type) : obj | null =
        this.Asked <- this.Asked + 1

        match service = typeof<Db>, services.TryGetValue key with
        | true, (true, found) -> found
        | _ -> null

    interface IKeyedServiceProvider with
        member this.GetService service = this.Get("", service)
        member this.GetKeyedService(service, key) = this.Get($"{key}", service)
        member _.GetRequiredKeyedService(_, _) = raise (NotSupportedException())

let why (outcome: Result<'T, ScopeError<string>>) =
    match outcome with
    | Error { Cause = Cause.Rejected rejection } -> rejection
    | other -> failwith $"%A{other}"

/// The outcome as a value, in the current scope.
let attempt (work: Scoped<'T, string>) : Scoped<Result<'T, ScopeError<string>>, string> =
    fun here -> Await.Changed(here, Await.Work(here, work), Ok)

let names (parts: string list) (text: string) =
    for part in parts do
        Assert.Contains(part, text)
