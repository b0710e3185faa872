namespace GoGoScope

open System
open System.Threading
open System.Threading.Tasks
open GoGoScope.CompilerServices
open GoGoScope.Missing

type internal AltNode<'T, 'E> =
    | Leaf of AltCase<'T, 'E>
    | Otherwise of AltCase<'T, 'E>
    | Choice of AltNode<'T, 'E> list
    | Guard of (unit -> AltNode<'T, 'E>)

/// One or more cases of a select, as a value: something that may come true, and what it then gives. It does nothing
/// until a select runs with it, and may stand in any number of them.
[<Sealed>]
type Alt<'T, 'E> internal (node: AltNode<'T, 'E>) =
    member internal _.Node = node

/// Selects made of cases.
[<AbstractClass; Sealed>]
type internal SelectKernel =

    static member Change
        (change: AltCase<'A, 'E> -> AltCase<'T, 'E>, node: AltNode<'A, 'E>)
        : AltNode<'T, 'E> =
        match node with
        | Leaf case -> Leaf(change case)
        | Otherwise case -> Otherwise(change case)
        | Choice nodes -> Choice [ for node in nodes -> SelectKernel.Change(change, node) ]
        | Guard make -> Guard(fun () -> SelectKernel.Change(change, make ()))

    static member private HasGuard(node: AltNode<'T, 'E>) : bool =
        match node with
        | Guard _ -> true
        | Choice nodes -> nodes |> List.exists SelectKernel.HasGuard
        | _ -> false

    static member private Flatten(node: AltNode<'T, 'E>) : AltNode<'T, 'E> list =
        match node with
        | Leaf _
        | Otherwise _ -> [ node ]
        | Choice nodes -> nodes |> List.collect SelectKernel.Flatten
        | Guard make -> SelectKernel.Flatten(make ())

    static member private Plan(nodes: AltNode<'T, 'E> list, isPrioritized: bool) : Scoped<'T, 'E> =
        let cases =
            nodes
            |> List.choose (function
                | Leaf case -> Some case
                | _ -> None)

        let otherwise =
            nodes
            |> List.tryPick (function
                | Otherwise case -> Some case
                | _ -> None)

        let isWork (case: AltCase<'T, 'E>) = case.IsWork

        if List.exists isWork cases || Option.exists isWork otherwise then
            let next case =
                NextCase<'T, 'E> case :> Case<Scoped<'T, 'E>, 'E>

            let plan =
                SelectPlan<Scoped<'T, 'E>, 'E>(
                    [| for case in cases -> next case |],
                    (match otherwise with
                     | Some case -> next case
                     | None -> nothing),
                    isPrioritized
                )

            let builder = ScopeBuilder()

            builder {
                let! work = fun scope -> SelectRun.Go(plan, scope, CancellationToken.None)
                return! work
            }
        else
            let plan =
                SelectPlan<'T, 'E>(
                    [| for case in cases -> case :> Case<'T, 'E> |],
                    (match otherwise with
                     | Some case -> case :> Case<'T, 'E>
                     | None -> nothing),
                    isPrioritized
                )

            fun scope -> SelectRun.Go(plan, scope, CancellationToken.None)

    static member Select(alts: seq<Alt<'T, 'E>>, isPrioritized: bool) : Scoped<'T, 'E> =
        Checks.notNull (nameof alts) alts
        let node = Choice [ for alt in alts -> alt.Node ]

        if SelectKernel.HasGuard node then
            fun scope -> (SelectKernel.Plan(SelectKernel.Flatten node, isPrioritized)) scope
        else
            SelectKernel.Plan(SelectKernel.Flatten node, isPrioritized)

    /// A limit of the whole select.
    static member Limit(limit: TimeSpan) : Alt<'T, 'E> =
        Alt(Leaf(TimerCase<'T, 'E>(limit, Error(ScopeError.ofCause (Cause.TimedOut limit)), false)))

/// The cases of selects, and what they are composed with.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module Alt =

    let internal ofSource (source: ISource<'T>) : Alt<'T, 'E> =
        Alt(Leaf(ReceiveCase<'T, 'T, 'E, ItemReceived<'T, 'E>>(source, false)))

    let internal ofSourceOption (source: ISource<'T>) : Alt<'T voption, 'E> =
        Alt(Leaf(ReceiveCase<'T, 'T voption, 'E, OptionReceived<'T, 'E>>(source, true)))

    /// Any case that a primitive of this library gives.
    let internal ofCase (case: Case<'T, 'E>) : Alt<'T, 'E> = Alt(Leaf(PlainCase<'T, 'E> case))

    /// Gives what `change` makes of the value. A quick function: it runs in the select, after the commit.
    let map (change: 'A -> 'T) (alt: Alt<'A, 'E>) : Alt<'T, 'E> =
        Alt(SelectKernel.Change((fun case -> MapCase<'A, 'T, 'E>(case, change)), alt.Node))

    /// Goes on with work, in the scope that selects, once the case was committed and all others are out of the game.
    let wrap (next: 'A -> Scoped<'T, 'E>) (alt: Alt<'A, 'E>) : Alt<'T, 'E> =
        Alt(SelectKernel.Change((fun case -> WrapCase<'A, 'T, 'E>(case, next)), alt.Node))

    /// An item of the channel. A channel that is closed and drained is out of the game; one that was failed gives `Crashed`.
    let receive (channel: Channel<'T>) : Alt<'T, 'E> = ofSource channel.Core

    /// An item of the channel, or `ValueNone` as soon as it is closed and drained.
    let receiveOrClosed (channel: Channel<'T>) : Alt<'T voption, 'E> = ofSourceOption channel.Core

    /// The item was sent: a receiver or a place took it. A closed channel is out of the game.
    let send (item: 'T) (channel: Channel<'T>) : Alt<unit, 'E> =
        Alt(Leaf(SendCase<'T, 'E>(channel.Core, item, false))) |> map ignore

    /// Whether the item was sent; false as soon as the channel is closed.
    let sendOrClosed (item: 'T) (channel: Channel<'T>) : Alt<bool, 'E> =
        Alt(Leaf(SendCase<'T, 'E>(channel.Core, item, true)))

    /// The end of a child, with its outcome; observes it only if this case is the one. Starts a lazy child when the select waits.
    let task (child: ScopeTask<'T, 'E>) : Alt<'T, 'E> =
        child.IsCompleted |> ignore // throws for a handle that is none
        Alt(Leaf(ChildCase<'T, 'E> child))

    /// This time has passed, by the scope's clock, since the select began to wait. From zero to about 49 days.
    let after (duration: TimeSpan) : Alt<unit, 'E> =
        Checks.duration (nameof duration) duration
        Alt(Leaf(TimerCase<unit, 'E>(duration, Ok(), true)))

    /// The scope was asked to stop while the select waits. Its next bind gives `Cancelled` all the same.
    let cancelled<'E> : Alt<CancelReason, 'E> = Alt(Leaf(CancelledCase<'E>()))

    /// Taken when nothing else is ready: the select does not wait. Of several the first one counts.
    let otherwise (value: 'T) : Alt<'T, 'E> = Alt(Otherwise(ReadyCase<'T, 'E> value))

    /// Always ready.
    let always (value: 'T) : Alt<'T, 'E> = Alt(Leaf(ReadyCase<'T, 'E> value))

    /// Never ready.
    let never<'T, 'E> : Alt<'T, 'E> = Alt(Choice [])

    /// Several cases as one.
    let choose (alts: seq<Alt<'T, 'E>>) : Alt<'T, 'E> =
        Alt(Choice [ for alt in alts -> alt.Node ])

    /// A case that is made anew whenever a select begins.
    let guard (make: unit -> Alt<'T, 'E>) : Alt<'T, 'E> = Alt(Guard(fun () -> (make ()).Node))

    /// The case, if the condition holds when a select begins; otherwise it is out of the game.
    let onlyIf (condition: unit -> bool) (alt: Alt<'T, 'E>) : Alt<'T, 'E> =
        guard (fun () -> if condition () then alt else never)

/// Waiting for one of several things.
[<AbstractClass; Sealed; AutoOpen>]
type SelectVerbs =

    /// Waits until one of the cases is ready and commits exactly that one; the others have no effect. Among several that are
    /// ready each has the same chance. `NothingToDo` without cases; `ChannelClosed` when a channel of it is closed and no
    /// other case can come true. A cancel ends the wait, and no case was committed.
    static member select(alts: seq<Alt<'T, 'E>>) : Scoped<'T, 'E> = SelectKernel.Select(alts, false)

    /// As `select`; among several that are ready the first in the list is taken.
    static member selectPrioritized(alts: seq<Alt<'T, 'E>>) : Scoped<'T, 'E> = SelectKernel.Select(alts, true)

    /// As `select`, for at most `limit`: then `TimedOut`, and no case was committed. From zero to about 49 days.
    static member selectWithin (limit: TimeSpan) (alts: seq<Alt<'T, 'E>>) : Scoped<'T, 'E> =
        Checks.duration (nameof limit) limit
        Checks.notNull (nameof alts) alts
        SelectKernel.Select(Seq.append alts [ SelectKernel.Limit limit ], false)
