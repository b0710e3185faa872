namespace GoGoScope.CompilerServices

open System.Collections.Generic
open System.ComponentModel
open System.Runtime.CompilerServices
open System.Threading
open GoGoScope
open GoGoScope.Missing

/// A place in the tree: its live children, linked through the children themselves, so that one joins and leaves in
/// constant time and costs no allocation. The gate guards the links and whatever else the owner decides together with them.
[<AbstractClass; EditorBrowsable(EditorBrowsableState.Never)>]
type TreeNode internal () =
    inherit WorkContext()

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private before: TreeNode

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private after: TreeNode

    /// The youngest live child; the others follow by `before`, in descending `Seq`.
    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private last: TreeNode

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private gate: int

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private lastSeq: int

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private seq: int

    [<Microsoft.FSharp.Core.DefaultValue(false)>]
    val mutable private attached: bool

    /// Place among the parent's children, from 1; 0 before it is linked.
    member internal this.Seq = this.seq

    /// Whether its parent has it in its list, or had until it ended.
    member internal this.Attached = Volatile.Read(&this.attached)

    /// The number of the youngest child that was ever linked.
    member internal this.NewestSeq = Volatile.Read(&this.lastSeq)

    /// Whether its parent waits for its end: not for that of a daemon, which is stopped when nothing else is left.
    [<EditorBrowsable(EditorBrowsableState.Never)>]
    abstract IsAwaited: bool

    /// Whether a child that joined after `mark` lives. Numbers wrap around, so they are compared by their distance. Exact
    /// under the gate.
    member internal this.HasLiveSince(mark: int) =
        let last = Volatile.Read(&this.last)
        isThere last && last.seq - mark > 0

    /// Exact under the gate.
    member internal this.HasLiveChildren = isThere (Volatile.Read(&this.last))

    /// Whether an awaited child that joined after the mark, or any, lives. Under the gate.
    member internal this.HasAwaited(mark: int voption) =
        let mutable child = this.last

        while isThere child
              && not child.IsAwaited
              && (mark.IsNone || child.seq - mark.Value > 0) do
            child <- child.before

        isThere child && (mark.IsNone || child.seq - mark.Value > 0)

    /// A few instructions under a spin bit: parents start children while others end them, and a monitor would park.
    /// Nothing is called from inside that could wait or throw.
    member internal this.Enter() =
        let mutable spin = SpinWait()

        while Interlocked.Exchange(&this.gate, 1) = 1 do
            spin.SpinOnce -1

    member internal this.Exit() = Volatile.Write(&this.gate, 0)

    /// Under the gate.
    member internal this.Link(child: TreeNode) =
        this.lastSeq <- this.lastSeq + 1
        child.seq <- this.lastSeq
        child.before <- this.last

        if isThere this.last then
            this.last.after <- child

        this.last <- child
        Volatile.Write(&child.attached, true)

    /// Under the gate.
    member internal this.Unlink(child: TreeNode) =
        if isMissing child.after then
            this.last <- child.before
        else
            child.after.before <- child.before

        if isThere child.before then
            child.before.after <- child.after

        child.before <- nothing
        child.after <- nothing

    /// Under the gate: adds the live children, the youngest first.
    member internal this.AddChildren<'N when 'N :> TreeNode and 'N: not struct and 'N: not null>
        (into: List<'N>)
        =
        let mutable child = this.last

        while isThere child do
            into.Add(nonNull (Unsafe.As<'N> child))
            child <- child.before
