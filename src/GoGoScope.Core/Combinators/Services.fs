namespace GoGoScope.CompilerServices

open System
open System.ComponentModel
open System.Threading.Tasks
open GoGoScope

/// What stands right of `let!` to find a service: it has no error type of its own, so that only the service's type is named.
[<Struct; NoComparison; NoEquality; EditorBrowsable(EditorBrowsableState.Never)>]
type ServiceLookup<'T> =
    val internal Name: string

    internal new(name) =
        ScopeServices.CheckName name
        { Name = name }

    /// For the builders.
    static member Find(scope: Scope, lookup: ServiceLookup<'T>) : ValueTask<Outcome<'T, 'E>> =
        ScopeServices.Find(scope, lookup.Name)

/// What stands right of `let!` to ask whether there is a service.
[<Struct; NoComparison; NoEquality; EditorBrowsable(EditorBrowsableState.Never)>]
type ServiceCheck<'T> =
    val internal Name: string

    internal new(name) =
        ScopeServices.CheckName name
        { Name = name }

    /// For the builders.
    static member Has(scope: Scope, check: ServiceCheck<'T>) : ValueTask<Outcome<bool, 'E>> =
        match Try.run (fun () -> ScopeServices.Has<'T>(scope, check.Name)) with
        | Ok found -> ValueTask<Outcome<bool, 'E>>(Ok found)
        | Error failure -> ValueTask<Outcome<bool, 'E>>(Error(Explain.Failure(scope, failure)))

namespace GoGoScope

open System
open System.Runtime.InteropServices
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices

/// Services right of `let!`.
[<AutoOpen>]
module ServiceSources =
    type ScopeBuilderBase with

        member inline _.Source(lookup: ServiceLookup<'T>) : Scoped<'T, 'E> =
            fun scope -> ServiceLookup<'T>.Find(scope, lookup)

        member inline _.Source(check: ServiceCheck<'T>) : Scoped<bool, 'E> =
            fun scope -> ServiceCheck<'T>.Has(scope, check)

/// What the shapes of the verbs have in common.
[<RequireQualifiedAccess>]
module internal Providing =

    let by
        (replaces: bool)
        (make: Scoped<'T, 'E>)
        (name: string)
        (release: Func<'T, CancellationToken, ValueTask> | null)
        : Scoped<'T, 'E> =
        ScopeServices.CheckMaking<'T>(name, box make)
        fun scope -> ScopeServices.Provide(scope, name, replaces, make, release)

    let atOnce (release: Action<'T>) =
        Checks.notNull (nameof release) release

        Func<'T, CancellationToken, ValueTask>(fun value _ ->
            release.Invoke value
            ValueTask())

    let waiting (release: Func<'T, CancellationToken, Task>) =
        Checks.notNull (nameof release) release

        Func<'T, CancellationToken, ValueTask>(fun value token -> ValueTask(release.Invoke(value, token)))

/// The verbs around services: what the work in a scope is given by those above it. A service is found by its type, and by
/// a name where there are several of one type; names are told apart by case.
[<AutoOpen>]
module ServiceVerbs =
    type Scope with

        /// Makes a service and shows it to the current scope and to all below it, those that run already too. `make` runs
        /// now, once, in the current scope, and finds the services that are there; what it gives is the result. A service of
        /// the same type and name, here or above, is hidden, not replaced for the scopes above. Without a release the service
        /// stays the caller's, and nobody closes it. An operand of `and!` provides in a scope of its own, which ends with it.
        /// A cancel reaches `make` by its token; what it made all the same is shown to nobody. Errors: those of `make`,
        /// `Crashed` when it throws or gives null; `Rejected (WouldDeadlock ..)` when it provides the very service that it
        /// is making; `Rejected (ScopeEnded ..)`. A service that is a task is an `ArgumentException`.
        static member provide
            (make: Scoped<'T, 'E>, [<Optional; DefaultParameterValue("")>] name: string)
            : Scoped<'T, 'E> =
            Providing.by false make name null

        /// As above. `release` runs when the scope ends, after its children, in line with its other cleanups, the newest
        /// first, and with their bound; from then on the service is not found any more.
        static member provide
            (make: Scoped<'T, 'E>, release: Action<'T>, [<Optional; DefaultParameterValue("")>] name: string)
            : Scoped<'T, 'E> =
            Providing.by false make name (Providing.atOnce release)

        /// As above, for a release that waits. Its token fires when it takes longer than the scope's grace.
        static member provide
            (
                make: Scoped<'T, 'E>,
                release: Func<'T, CancellationToken, Task>,
                [<Optional; DefaultParameterValue("")>] name: string
            ) : Scoped<'T, 'E> =
            Providing.by false make name (Providing.waiting release)

        /// As `Scope.provide`, for a service that is there already, in the current scope, above it, or in the provider that it
        /// falls back on; `make` may ask for it. The scopes above keep theirs, and both are released, the newest first.
        /// When there is none, `make` does not run: `Rejected (NotConfigured ..)`.
        static member replace
            (make: Scoped<'T, 'E>, [<Optional; DefaultParameterValue("")>] name: string)
            : Scoped<'T, 'E> =
            Providing.by true make name null

        /// As above, with a release.
        static member replace
            (make: Scoped<'T, 'E>, release: Action<'T>, [<Optional; DefaultParameterValue("")>] name: string)
            : Scoped<'T, 'E> =
            Providing.by true make name (Providing.atOnce release)

        /// As above, for a release that waits.
        static member replace
            (
                make: Scoped<'T, 'E>,
                release: Func<'T, CancellationToken, Task>,
                [<Optional; DefaultParameterValue("")>] name: string
            ) : Scoped<'T, 'E> =
            Providing.by true make name (Providing.waiting release)

        /// Right of `let!`, in a block of any error type: the service of this type and name, the current scope's own, the
        /// nearest one above, or that of the provider given in `ScopeOptions.Services`. What is not there is
        /// `Rejected (NotConfigured ..)`; what is just being made by a factory that asks for it, `Rejected (WouldDeadlock ..)`;
        /// in a scope that has ended, `Rejected (ScopeEnded ..)`. What the provider throws is `Crashed`.
        static member service<'T>([<Optional; DefaultParameterValue("")>] name: string) : ServiceLookup<'T> =
            ServiceLookup<'T> name

        /// Right of `let!`, in a block of any error type: whether `Scope.service` would find it. False in a scope that has ended.
        static member hasService<'T>
            ([<Optional; DefaultParameterValue("")>] name: string)
            : ServiceCheck<'T> =
            ServiceCheck<'T> name
