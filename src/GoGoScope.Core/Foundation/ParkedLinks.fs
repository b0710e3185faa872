namespace GoGoScope.CompilerServices

open System.Collections.Generic
open GoGoScope
open GoGoScope.Missing

/// A caller that is parked in a context, so that a cancel finds it and wakes it with a value. Linked in both
/// directions: it leaves in constant time.
[<AbstractClass; System.ComponentModel.EditorBrowsable(System.ComponentModel.EditorBrowsableState.Never)>]
type CancelLink() =
    [<DefaultValue(false)>]
    val mutable internal Before: CancelLink

    [<DefaultValue(false)>]
    val mutable internal After: CancelLink

    /// A cancel took it out of the list, and calls it or has: whoever wants to use it again must not.
    [<DefaultValue(false)>]
    val mutable internal Taken: bool

    /// Called once, outside every lock, when the context was cancelled while this was parked in it.
    abstract OnCancelled: reason: CancelReason -> unit

    /// What the caller waits for, in a few words, for pictures of the tree; empty: nothing worth telling. Read from any
    /// thread, at any time, also when the wait is over, and never inside a gate: it must be quick and change nothing.
    abstract What: string

    default _.What = ""

/// What a wait that only passes on an outcome waits for itself, for pictures of the tree.
type internal IPassesOn =
    abstract Inner: obj | null

/// The callers parked in one context. Its owner's gate guards every step.
[<Struct; NoComparison; NoEquality>]
type internal ParkedLinks =
    [<DefaultValue(false)>]
    val mutable private first: CancelLink

    member this.IsEmpty = isMissing this.first

    member this.Add(link: CancelLink) =
        link.After <- this.first

        if isThere this.first then
            this.first.Before <- link

        this.first <- link

    /// Harmless for a link that is not in the list any more.
    member this.Remove(link: CancelLink) =
        if obj.ReferenceEquals(this.first, link) then
            this.first <- link.After
        elif isThere link.Before then
            link.Before.After <- link.After

        if isThere link.After then
            link.After.Before <- link.Before

        link.Before <- nothing
        link.After <- nothing

    /// Adds those that are parked, the newest first.
    member this.CopyTo(into: List<CancelLink>) =
        let mutable link = this.first

        while isThere link do
            into.Add link
            link <- link.After

    /// Empties the list, in the order of parking. The links are unhooked one by one, so that one that leaves meanwhile changes nothing.
    member this.TakeAll(into: List<CancelLink>) =
        let mutable link = this.first
        this.first <- nothing

        while isThere link do
            let next = link.After
            link.Before <- nothing
            link.After <- nothing
            link.Taken <- true
            into.Add link
            link <- next

        into.Reverse()
