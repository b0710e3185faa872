namespace GoGoScope

open System
open System.Runtime.CompilerServices
open System.Threading
open System.Threading.Tasks
open Microsoft.Extensions.DependencyInjection
open GoGoScope.Missing

/// A factory that runs now, and those that wait for it. It flows with the execution context into all that the factory does.
[<Sealed>]
type internal ServiceMaking(scope: Scope, key: ServiceKey, outer: ServiceMaking) =
    static let slot = AsyncLocal<ServiceMaking>()

    [<DefaultValue(false)>]
    val mutable private ended: bool

    member _.Key = key
    member _.Scope = scope
    member _.Outer = outer

    /// What a child that outlives the factory does is no part of it.
    member this.End() = Volatile.Write(&this.ended, true)

    static member Current = slot.Value

    /// Runs the factory.
    member this.Run(make: Scoped<'T, 'E>) : ValueTask<Outcome<'T, 'E>> =
        slot.Value <- this

        try
            Await.Work(scope, make)
        finally
            slot.Value <- outer

    /// The way from the service that is asked for back to itself; null when there is none. A lookup is caught in any scope,
    /// a second making of the same service in its own.
    static member Circle(key: ServiceKey, owner: Scope) : string | null =
        let isMaking (making: ServiceMaking) =
            not (Volatile.Read(&making.ended))
            && (making.Key :> IEquatable<ServiceKey>).Equals key
            && (isMissing owner || obj.ReferenceEquals(owner, making.Scope))

        let mutable first = slot.Value

        while isThere first && not (isMaking first) do
            first <- first.Outer

        if isMissing first then
            null
        else
            let mutable path = [ key.ToString() ]
            let mutable making = slot.Value

            while not (obj.ReferenceEquals(making, first)) do
                path <- making.Key.ToString() :: path
                making <- making.Outer

            String.Join(" -> ", key.ToString() :: path)

/// What is asked of the same type over and over, once per type.
[<AbstractClass; Sealed>]
type internal ServiceType<'T> =

    /// A service that is a task would be a factory that somebody forgot to await.
    static member val IsTask =
        typeof<Task>.IsAssignableFrom typeof<'T>
        || typeof<'T> = typeof<ValueTask>
        || (typeof<'T>.IsGenericType
            && (typeof<'T>.GetGenericTypeDefinition() = typedefof<ValueTask<_>>
                || typeof<'T>.GetGenericTypeDefinition() = typedefof<Async<_>>))

/// Services: provided in a scope, found in it and below, released with it.
[<AbstractClass; Sealed>]
type internal ScopeServices =

    static member private FromProvider(provider: IServiceProvider, key: ServiceKey) : obj | null =
        if key.Name.Length = 0 then
            provider.GetService key.Service
        else
            match provider with
            | :? IKeyedServiceProvider as keyed -> keyed.GetKeyedService(key.Service, key.Name)
            | _ -> null

    /// The scope's own, then those of the scopes above, the nearest first, then the provider that the scopes inherit. Throws
    /// only what the provider throws.
    static member TryFind<'T>(scope: Scope, name: string, value: byref<'T>) : bool =
        let key = ServiceKey(typeof<'T>, name)
        let mutable found = false
        let mutable at = if Volatile.Read(&scope.Ended) then nothing else scope

        while not found && isThere at do
            let extra = at.Extra

            if isThere extra then
                let table = Volatile.Read(&extra.Services)

                if isThere table then
                    found <- table.TryFind(key, &value)

            at <- at.Parent

        if not found && not (Volatile.Read(&scope.Ended)) then
            match scope.Environment.Services with
            | null -> ()
            | provider ->
                match ScopeServices.FromProvider(provider, key) with
                | null -> ()
                | given ->
                    value <- unbox<'T> given
                    found <- true

        found

    static member Has<'T>(scope: Scope, name: string) : bool =
        let mutable value = Unchecked.defaultof<'T>
        ScopeServices.TryFind<'T>(scope, name, &value)

    /// Why a service was not found.
    static member private WhyMissing<'T>(scope: Scope, name: string) : Rejection =
        let key = ServiceKey(typeof<'T>, name)

        if Volatile.Read(&scope.Ended) then
            Rejection.ScopeEnded scope.Name
        else
            match ServiceMaking.Circle(key, nothing) with
            | null ->
                Rejection.NotConfigured
                    $"the service {key}: nothing provides it in the scope '{scope.Name}' or above (Scope.provide, in C# Provide)"
            | circle ->
                Rejection.WouldDeadlock $"the factory of a service asks for what it is making: {circle}"

    static member Find<'T, 'E>(scope: Scope, name: string) : ValueTask<Outcome<'T, 'E>> =
        let mutable value = Unchecked.defaultof<'T>

        let found =
            try
                Ok(ScopeServices.TryFind<'T>(scope, name, &value))
            with failure ->
                Error(Explain.Failure(scope, failure))

        match found with
        | Ok true -> ValueTask<Outcome<'T, 'E>>(Ok value)
        | Ok false ->
            ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected (ScopeServices.WhyMissing<'T>(scope, name))))
        | Error error -> ValueTask<Outcome<'T, 'E>>(Error error)

    static member private Table(scope: Scope) : ServiceTable =
        let extra = scope.Rare

        if isMissing extra.Services then
            Interlocked.CompareExchange(&extra.Services, ServiceTable(), nothing) |> ignore

        extra.Services

    /// Shows what was made and registers its release, in one step. The scope is counted, so it has not closed. What was
    /// made for a scope that was told to stop meanwhile is released with it, and never shown.
    static member private Register
        (scope: Scope, key: ServiceKey, value: 'T, release: Func<'T, CancellationToken, ValueTask> | null)
        : Outcome<'T, 'E> =
        let table = ScopeServices.Table scope
        let entry = ServiceEntry<'T> value

        let register () =
            match release with
            | null -> ()
            | release ->
                OnDispose.TryAdd(
                    scope,
                    Cleanup(fun token ->
                        table.Remove(key, entry)
                        release.Invoke(value, token))
                )
                |> ignore

        if scope.IsCancelled then
            register ()
            Explain.Stopped scope
        else
            table.Add(key, entry, not (isNull release), register)
            Ok value

    static member private Make
        (
            scope: Scope,
            key: ServiceKey,
            make: Scoped<'T, 'E>,
            release: Func<'T, CancellationToken, ValueTask> | null
        ) : ValueTask<Outcome<'T, 'E>> =
        let making = ServiceMaking(scope, key, ServiceMaking.Current)

        let made (outcome: Outcome<'T, 'E>) : Outcome<'T, 'E> =
            making.End()

            try
                match outcome with
                | Ok value when isNull (box value) ->
                    InvalidOperationException $"The factory of the service {key} gave null."
                    |> ScopeError.crashed
                    |> Error
                | Ok value -> ScopeServices.Register(scope, key, value, release)
                | Error _ -> outcome
            finally
                scope.Leave()

        let factory = making.Run make

        if not factory.IsCompleted then
            scope.Attach() // what waits is in the tree

        // a factory that throws later is an outcome first, so that `made` always comes
        Await.Changed(scope, Await.Changed(scope, factory, id), made)

    /// Runs the factory in the scope, which does not end before it, and registers what it made.
    static member Provide<'T, 'E>
        (
            scope: Scope,
            name: string,
            replaces: bool,
            make: Scoped<'T, 'E>,
            release: Func<'T, CancellationToken, ValueTask> | null
        ) : ValueTask<Outcome<'T, 'E>> =
        let key = ServiceKey(typeof<'T>, name)

        let no (rejection: Rejection) =
            scope.Leave()
            ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected rejection))

        let start () =
            match ServiceMaking.Circle(key, scope) with
            | null when not (RuntimeHelpers.TryEnsureSufficientExecutionStack()) ->
                no (
                    Rejection.WouldDeadlock
                        $"the factory of the service {key} is nested too deep in other factories"
                )
            | null -> ScopeServices.Make(scope, key, make, release)
            | circle ->
                no (Rejection.WouldDeadlock $"the factory of a service provides what it is making: {circle}")

        if scope.IsCancelled then
            ValueTask<Outcome<'T, 'E>>(Explain.Stopped scope)
        elif scope.Count.Enter() = Entry.Closed then
            ValueTask<Outcome<'T, 'E>>(Error(ScopeError.rejected (Rejection.ScopeEnded scope.Name)))
        elif replaces then
            match Try.run (fun () -> ScopeServices.Has<'T>(scope, name)) with
            | Ok true -> start ()
            | Ok false ->
                no (
                    Rejection.NotConfigured
                        $"the service {key}: there is nothing to replace in the scope '{scope.Name}' or above (Scope.provide, in C# Provide, comes first)"
                )
            | Error failure ->
                scope.Leave()
                ValueTask<Outcome<'T, 'E>>(Error(Explain.Failure(scope, failure)))
        else
            start ()

    /// Checks at the door.
    static member CheckName(name: string) = Checks.notNull (nameof name) name

    /// Checks at the door of what makes a service.
    static member CheckMaking<'T>(name: string, make: obj | null) =
        ScopeServices.CheckName name
        Checks.notNull (nameof make) make

        if ServiceType<'T>.IsTask then
            raise (
                ArgumentException(
                    $"A service cannot be a {typeof<'T>}: give a factory that waits for it (a block in F#, ProvideAsync in C#).",
                    nameof make
                )
            )
