namespace GoGoScope.Fuzz.Trees

open System
open System.Collections.Generic
open GoGoScope

/// An outcome without its value: the causes, the earliest first; none when it was good.
type Ended = Cause<Fault> list

/// What happened. The first number is always the body, the group, the resource or the cleanup that it happened to.
type Event =
    /// The parent is about to start it.
    | Launched of int
    | Started of int
    /// The body's last instruction, on every way out.
    | Left of int
    /// A body that is a function gave its outcome to the library.
    | Delivered of int
    /// A failure with this mark is on its way.
    | Raised of int
    /// A probed scope was told to stop.
    | Told of int * CancelReason
    /// The last cleanup of a probed scope ran: it is over.
    | Closed of int
    /// A step passed the check of its bind and begins; a number in the text order of the body.
    | StepIn of int * Step: int
    | StepOut of int * Step: int * Ended
    /// A scope that its parent binds gave its outcome.
    | BoundEnded of int * Ended
    /// A delay was parked and was woken.
    | Parked of int * Cancelled: bool
    /// Somebody asks for the outcome of a child.
    | Asked of int * Child: int
    | Answered of int * Child: int * Ended
    | Caught of int * exn
    | CancelCalled of int
    | Opened of int
    | Releasing of int
    | Released of int
    | CleanupAdded of int
    | CleanupIn of int
    | CleanupTokenFired of int
    | CleanupOut of int
    | Unobserved of UnobservedError
    | Stuck of StuckChild
    | RootEnded of Ended

/// An event, and when: its place in the order of all events, and the time in milliseconds.
[<Struct>]
type Entry = { At: int; Time: float; Event: Event }

/// Everything that happened in one run, in one order.
[<Sealed>]
type Journal(now: unit -> float) =
    let entries = List<Entry>()

    member _.Add(event: Event) =
        lock entries (fun () ->
            entries.Add {
                At = entries.Count
                Time = now ()
                Event = event
            })

    member _.Entries = lock entries (fun () -> entries.ToArray())

module Event =
    /// A cause as text: equal for equal causes, and short.
    let cause (cause: Cause<Fault>) : string =
        match cause with
        | Cause.Failed(Fault mark) -> $"failed {mark}"
        | Cause.Crashed(:? UntypedFailure as failure) ->
            match failure.Error with
            | :? Fault as error -> let (Fault mark) = error in $"crashed {mark}"
            | error -> $"crashed {error}"
        | Cause.Crashed(:? Boom as failure) -> $"crashed {failure.Message}"
        | Cause.Crashed(:? ForeignStop as failure) -> $"crashed {failure.Message}"
        | Cause.Crashed failure -> $"crashed {failure}"
        | Cause.TimedOut after -> $"timed out after {after.Ticks}"
        | Cause.Cancelled reason -> $"cancelled: {reason}"
        | Cause.Rejected rejection -> $"rejected: {rejection}"
        | Cause.CleanupFailed(:? TimeoutException) -> "cleanup too slow"
        | Cause.CleanupFailed failure -> $"cleanup failed {failure.Message}"

    let ended (causes: Ended) : string =
        if causes.IsEmpty then
            "Ok"
        else
            String.Join(" + ", List.map cause causes)

    let private text (event: Event) : string =
        match event with
        | StepOut(id, step, causes) -> $"StepOut {id}.{step}: {ended causes}"
        | BoundEnded(id, causes) -> $"BoundEnded {id}: {ended causes}"
        | Answered(id, child, causes) -> $"Answered {id} about {child}: {ended causes}"
        | Told(id, reason) -> $"Told {id}: {reason}"
        | Caught(id, failure) -> $"Caught in {id}: {failure.Message}"
        | Unobserved error -> $"Unobserved in {error.What}: {error.Exception.Message}"
        | Stuck child -> $"Stuck {child.Child}: {child.Reason}"
        | RootEnded causes -> $"RootEnded: {ended causes}"
        | other -> $"%A{other}"

    let print (entry: Entry) : string =
        $"%5d{entry.At} %8.2f{entry.Time} %s{text entry.Event}"
