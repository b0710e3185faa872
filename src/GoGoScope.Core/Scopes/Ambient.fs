namespace GoGoScope

open System.Threading
open GoGoScope.Missing

/// The one slot behind `Scope.Current`. It is set only where `Ambient` is on.
[<AbstractClass; Sealed>]
type internal Ambient =
    static let slot = AsyncLocal<Scope>()

    static member Current: Scope | null =
        let current = slot.Value
        if isMissing current then null else current

    /// Only where there is one.
    static member Here: Scope = slot.Value

    /// Whether the code that runs here is a part of a child of the scope, as far as that is known.
    static member IsWithin(scope: Scope) =
        scope.Environment.Ambient
        && isThere slot.Value
        && not (obj.ReferenceEquals(slot.Value, scope))
        && slot.Value.IsWithin scope

    /// The same, or a part of its body.
    static member IsPartOf(scope: Scope) =
        scope.Environment.Ambient && isThere slot.Value && slot.Value.IsWithin scope

    /// Answers what was there before.
    static member Enter(scope: Scope) : Scope =
        let before = slot.Value
        slot.Value <- scope
        before

    static member Return(before: Scope) = slot.Value <- before
