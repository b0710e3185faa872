/// Laws of services, for random programs and random trees.
module GoGoScope.Tests.Scopes.ServiceLaws

open System
open System.Collections.Generic
open System.Threading.Tasks
open FsCheck
open GoGoScope
open GoGoScope.Tests
open Xunit

/// What is done with the services of one scope of a tree.
type Deed =
    | Provide of Key: byte * IsReleased: bool
    | Replace of Key: byte * IsReleased: bool
    | Fail of Key: byte
    | Cleanup

/// In which of the scopes of the tree, by its number.
type Move = { Where: byte; Deed: Deed }

/// The key of a service: a few names, so that they meet.
let private keyOf (key: byte) =
    match key % 3uy with
    | 0uy -> ""
    | other -> $"{other}"

/// What the scopes should hold, in plain lists: the newest first.
type private Model(parents: int array) =
    let services = [| for _ in parents -> List<struct (string * int)>() |]
    let ends = [| for _ in parents -> Stack<string>() |]
    member _.Ends(place: int) = List.ofSeq ends[place]

    member model.Find(place: int, name: string) : int option =
        match services[place] |> Seq.tryFindBack (fun (struct (key, _)) -> key = name) with
        | Some(struct (_, number)) -> Some number
        | None when parents[place] < 0 -> None
        | None -> model.Find(parents[place], name)

    /// Whether the deed is done, as number `number`.
    member model.Do(place: int, deed: Deed, number: int) : bool =
        let add key isReleased =
            services[place].Add(struct (keyOf key, number))

            if isReleased then
                ends[place].Push $"service {number}"

            true

        match deed with
        | Provide(key, isReleased) -> add key isReleased
        | Replace(key, isReleased) -> (model.Find(place, keyOf key)).IsSome && add key isReleased
        | Fail _ -> false
        | Cleanup ->
            ends[place].Push $"cleanup {number}"
            true

/// Parents of the scopes of a tree: each is above those that come later; the first one is the root.
let private treeOf (shape: byte list) : int array = [|
    yield -1

    for index, above in List.indexed (List.truncate 12 shape) do
        yield int above % (index + 1)
|]

let private openTree (stage: Stage) (parents: int array) : Scope array =
    let scopes = Array.zeroCreate<Scope> parents.Length

    for place in 0 .. parents.Length - 1 do
        scopes[place] <-
            Scope.Open {
                stage.Options with
                    Name = $"scope {place}"
                    Parent = if place = 0 then null else scopes[parents[place]]
            }

    scopes

/// From the leaves: a scope waits for those that were opened below it.
let private close (scopes: Scope array) : Task<unit> = task {
    for place in scopes.Length - 1 .. -1 .. 0 do
        do! Story.ended (scopes[place].DisposeAsync())
}

let private find (name: string) (scope: Scope) : int option =
    let mutable found = ref 0

    if ScopeServices.TryFind<int ref>(scope, name, &found) then
        Some found.Value
    else
        None

/// Does the deed in an opened scope. The services are numbers, boxed.
let private act (told: List<string>) (scope: Scope) (deed: Deed) (number: int) : Task<bool> = task {
    let made: Scoped<int ref, string> = Scoped.value (ref number)
    let release (service: int ref) = told.Add $"service {service.Value}"

    let! (outcome: Result<unit, ScopeError<string>>) =
        match deed with
        | Provide(key, true) ->
            Story.wait (Scoped.map ignore (Scope.provide (made, release, keyOf key)) scope)
        | Provide(key, false) -> Story.wait (Scoped.map ignore (Scope.provide (made, keyOf key)) scope)
        | Replace(key, true) ->
            Story.wait (Scoped.map ignore (Scope.replace (made, release, keyOf key)) scope)
        | Replace(key, false) -> Story.wait (Scoped.map ignore (Scope.replace (made, keyOf key)) scope)
        | Fail key ->
            Story.wait (
                Scoped.map
                    ignore
                    (Scope.provide ((Scoped.fail "no": Scoped<int ref, string>), release, keyOf key))
                    scope
            )
        | Cleanup -> Story.wait (Scope.onDispose (fun () -> told.Add $"cleanup {number}") scope)

    return outcome.IsOk
}

[<Fact>]
let ``every lookup in any tree gives what a sequential model gives, after every step`` () =
    Law.holds (fun (shape: byte list, moves: Move list) -> task {
        let parents = treeOf shape
        let model = Model parents
        let scopes = openTree (Stage()) parents
        let told = List<string>()
        let mutable holds = true

        for number, move in List.indexed moves do
            let place = int move.Where % scopes.Length
            let expected = model.Do(place, move.Deed, number + 1)
            let! did = act told scopes[place] move.Deed (number + 1)
            holds <- holds && did = expected

            for place in 0 .. scopes.Length - 1 do
                for name in [ ""; "1"; "2" ] do
                    holds <- holds && find name scopes[place] = model.Find(place, name)

        do! close scopes
        return holds
    })

[<Fact>]
let ``whatever the sequence, releases and cleanups run newest first, each once, a scope's after those below it``
    ()
    =
    Law.holds (fun (shape: byte list, moves: Move list) -> task {
        let parents = treeOf shape
        let model = Model parents
        let scopes = openTree (Stage()) parents
        let told = List<string>()

        for number, move in List.indexed moves do
            let place = int move.Where % scopes.Length
            model.Do(place, move.Deed, number + 1) |> ignore
            let! _ = act told scopes[place] move.Deed (number + 1)
            ()

        do! close scopes

        return
            List.ofSeq told = [
                for place in scopes.Length - 1 .. -1 .. 0 do
                    yield! model.Ends place
            ]
            && scopes |> Array.forall (fun scope -> find "" scope = None)
    })

/// Each level forks the next and provides, down to `provider`, when all of them run; the deepest one says what it found
/// before and after.
let rec private levels (provider: int) (depth: int) (at: int) : Scoped<int option * int option, string> =
    scope {
        if at = depth then
            let! here = Scope.current
            let before = find "" here
            do! Step.delay 10.
            return before, find "" here
        else
            let! below = fork (levels provider depth (at + 1))
            do! Step.delay 5.

            if at <= provider then
                let! _ = Scope.provide (Scoped.value (ref at))
                ()

            return! below
    }

[<Fact>]
let ``running children of any depth see what any scope above them provides`` () =
    Law.holds (fun (depth: byte, provider: byte) -> task {
        let depth = int depth % 8 + 1
        let provider = int provider % (depth + 1)
        let stage = Stage()

        let! outcome = stage.Run(levels provider depth 0)
        return outcome = Ok(None, Some(min provider (depth - 1)))
    })

let rec private isBelow (parents: int array) (place: int) (other: int) =
    other = place || (parents[other] >= 0 && isBelow parents place parents[other])

[<Fact>]
let ``replacing succeeds exactly where the service is found, and leaves the scopes above alone`` () =
    Law.holds (fun (shape: byte list, provided: byte list, at: byte, key: byte) -> task {
        let parents = treeOf shape
        let scopes = openTree (Stage()) parents
        let told = List<string>()

        for number, where in List.indexed provided do
            let! _ =
                act told scopes[int where % scopes.Length] (Provide(where, false)) (number + 1)

            ()

        let place = int at % scopes.Length
        let before = scopes |> Array.map (find (keyOf key))
        let! did = act told scopes[place] (Replace(key, true)) 1000
        let after = scopes |> Array.map (find (keyOf key))

        let kept =
            Seq.forall
                (fun other -> isBelow parents place other || after[other] = before[other])
                (seq { 0 .. scopes.Length - 1 })

        do! close scopes

        return
            did = before[place].IsSome
            && kept
            && after[place] = (if did then Some 1000 else None)
            && List.ofSeq told = (if did then [ "service 1000" ] else [])
    })
