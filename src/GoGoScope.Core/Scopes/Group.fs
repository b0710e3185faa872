namespace GoGoScope.CompilerServices

open System.ComponentModel
open System.Runtime.CompilerServices
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Missing

/// The node of an `and!`: one scope, however many operands it has.
[<Sealed>]
type internal GroupNode<'T, 'E>(scope: Scope, operands: Operands<'T>) =
    inherit Node<'T, 'E>(scope)

    override _.Good outcome =
        if outcome.IsOk then Ok operands.Value else outcome

/// A pair of operands, the right one of which may itself be a started pair.
[<Sealed>]
type internal PairOperands<'A, 'B, 'E>(left: ScopeTask<'A, 'E>, right: ScopeTask<'B, 'E>, rest: Operands<'B>)
    =
    inherit Operands<struct ('A * 'B)>()

    static member private ValueOf(task: ScopeTask<'T, 'E>) =
        match task.Peek() with
        | Ok value -> value
        | Error _ -> Unchecked.defaultof<'T> // not reached: a group with a failed operand did not end well

    override _.Value =
        let b =
            if isMissing rest then
                PairOperands<'A, 'B, 'E>.ValueOf right
            else
                rest.Value

        struct (PairOperands<'A, 'B, 'E>.ValueOf left, b)

/// What `MergeSources` makes. It is a `Scoped` like any other, but a merge to the left of it recognises it and starts its
/// operands in the same group: `a and! (b and! c)` is one group of three.
[<AbstractClass>]
type internal Merged<'T, 'E>() =
    inherit FSharpFunc<Scope, ValueTask<Outcome<'T, 'E>>>()

    /// Starts every operand in `group`. Null: all ended well at once, and `value` is set.
    abstract StartIn: group: Scope * value: byref<'T> -> Operands<'T>

    override this.Invoke scope =
        scope.Lent <- scope.Lent - 1 // the builder lent it, and only the group was made in it
        Launch.Child<'T, 'E, _>(scope, ChildKind.Bound, "", 0, GroupBody<'T, 'E> this).AsValueTask()

/// The operands of an `and!` as the body of their group.
and [<Struct; NoComparison; NoEquality>] internal GroupBody<'T, 'E> =
    val private merged: Merged<'T, 'E>
    new(merged) = { merged = merged }

    interface IBody<'T, 'E> with
        member this.Run(scope, outcome) =
            let mutable value = Unchecked.defaultof<'T>
            let operands = this.merged.StartIn(scope, &value)

            if isMissing operands then
                outcome <- Ok value
                true
            else
                if isMissing scope.Node then
                    scope.Node <- GroupNode<'T, 'E>(scope, operands)
                else
                    scope.Rare.Operands <- operands // its node was there before it ran

                scope.Attach()
                (Launch.NodeOf<'T, 'E> scope).BodyEnded(Ok Unchecked.defaultof<'T>)
                false

/// Two operands of an `and!`.
[<Sealed>]
type internal Pair<'A, 'B, 'E>(left: Scoped<'A, 'E>, right: Scoped<'B, 'E>) =
    inherit Merged<struct ('A * 'B), 'E>()

    override _.StartIn(group, value) =
        let a = TaskStart.Operand(group, left)

        match box right with
        | :? Merged<'B, 'E> as merged ->
            let mutable b = Unchecked.defaultof<'B>
            let rest = merged.StartIn(group, &b)

            if a.IsValue && isMissing rest then
                value <- struct (a.Value, b)
                nothing
            else
                PairOperands<'A, 'B, 'E>(a, ScopeTask<'B, 'E>(b), rest)
        | _ ->
            let b = TaskStart.Operand(group, right)

            if a.IsValue && b.IsValue then
                value <- struct (a.Value, b.Value)
                nothing
            else
                PairOperands<'A, 'B, 'E>(a, b, nothing)

/// What the builder's `MergeSources` calls.
[<AbstractClass; Sealed; EditorBrowsable(EditorBrowsableState.Never)>]
type Merge =

    static member Pair(left: Scoped<'A, 'E>, right: Scoped<'B, 'E>) : Scoped<struct ('A * 'B), 'E> =
        Checks.notNull (nameof left) (box left)
        Checks.notNull (nameof right) (box right)
        nonNull (Unsafe.As<Scoped<struct ('A * 'B), 'E>>(Pair<'A, 'B, 'E>(left, right)))
