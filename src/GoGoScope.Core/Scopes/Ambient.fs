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

    /// Answers what was there before.
    static member Enter(scope: Scope) : Scope =
        let before = slot.Value
        slot.Value <- scope
        before

    static member Return(before: Scope) = slot.Value <- before
