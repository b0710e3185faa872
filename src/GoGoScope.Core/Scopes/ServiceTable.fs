namespace GoGoScope

open System
open System.Collections.Concurrent
open System.Runtime.CompilerServices
open GoGoScope.Missing

/// Under what a service is found: its type and its name, which is empty for a service without one.
[<Struct; CustomEquality; NoComparison>]
type internal ServiceKey(service: Type, name: string) =
    member _.Service = service
    member _.Name = name

    interface IEquatable<ServiceKey> with
        member _.Equals(other) =
            obj.ReferenceEquals(service, other.Service)
            && String.Equals(name, other.Name, StringComparison.Ordinal)

    override this.Equals(other: obj | null) =
        match other with
        | :? ServiceKey as other -> (this :> IEquatable<ServiceKey>).Equals other
        | _ -> false

    override _.GetHashCode() =
        if name.Length = 0 then
            service.GetHashCode()
        else
            HashCode.Combine(service, name)

    override _.ToString() =
        if name.Length = 0 then
            $"{service}"
        else
            $"{service} '{name}'"

/// A service that was provided.
[<AbstractClass>]
type internal ServiceEntry() =
    /// The one that it hides, which is found again once this one is released.
    [<DefaultValue(false)>]
    val mutable internal Older: ServiceEntry

[<Sealed>]
type internal ServiceEntry<'T>(value: 'T) =
    inherit ServiceEntry()
    member _.Value = value

/// The services of one scope. Lookups take no lock.
[<Sealed>]
type internal ServiceTable() =
    let newest = ConcurrentDictionary<ServiceKey, ServiceEntry>(1, 3)

    member _.TryFind<'T>(key: ServiceKey, value: byref<'T>) : bool =
        let mutable entry: ServiceEntry = nothing

        if newest.TryGetValue(key, &entry) then
            // the key holds the type
            value <- (nonNull (Unsafe.As<ServiceEntry<'T>> entry)).Value
            true
        else
            false

    /// Shows the service. `register` comes first, in the same step: what others register once they see the service is
    /// closed before it, and of two services of one key the one that is found is the one that is released first.
    member _.Add(key: ServiceKey, entry: ServiceEntry, isReleased: bool, register: Action) =
        lock newest (fun () ->
            register.Invoke()

            // what is never released hides the older ones for good
            if isReleased then
                match newest.TryGetValue key with
                | true, older -> entry.Older <- older
                | _ -> ()

            newest[key] <- entry)

    /// Hides a service whose release begins.
    member _.Remove(key: ServiceKey, entry: ServiceEntry) =
        lock newest (fun () ->
            match newest.TryGetValue key with
            | true, found when obj.ReferenceEquals(found, entry) ->
                if isThere entry.Older then
                    newest[key] <- entry.Older
                else
                    newest.TryRemove key |> ignore
            | _ -> ())
