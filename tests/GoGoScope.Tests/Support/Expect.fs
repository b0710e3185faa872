/// What an outcome must be.
[<RequireQualifiedAccess>]
module GoGoScope.Tests.Expect

open System
open GoGoScope
open Xunit

let private explain outcome =
    match outcome with
    | Ok value -> $"Ok %A{value}"
    | Error(error: ScopeError<'E>) -> String.Join("; ", ScopeError.causes error)

/// Ok, with this value.
let ok (value: 'T) (outcome: Result<'T, ScopeError<'E>>) =
    match outcome with
    | Ok given when given = value -> ()
    | _ -> Assert.Fail $"Expected Ok %A{value}, but it was {explain outcome}"

/// An error with these causes, the first one first.
let causes (expected: Cause<'E> list) (outcome: Result<'T, ScopeError<'E>>) =
    match outcome with
    | Error error when ScopeError.causes error = expected -> ()
    | _ ->
        let wanted = String.Join("; ", expected)
        Assert.Fail $"Expected {wanted}, but it was {explain outcome}"

/// An error with this cause and no others.
let cause (expected: Cause<'E>) (outcome: Result<'T, ScopeError<'E>>) = causes [ expected ] outcome

/// The work's own error and no others.
let failed (error: 'E) (outcome: Result<'T, ScopeError<'E>>) = cause (Cause.Failed error) outcome

/// A cancellation for this reason and nothing else.
let cancelled (reason: CancelReason) (outcome: Result<'T, ScopeError<'E>>) =
    cause (Cause.Cancelled reason) outcome

/// The library's no and nothing else.
let rejected (rejection: Rejection) (outcome: Result<'T, ScopeError<'E>>) =
    cause (Cause.Rejected rejection) outcome

/// A crash by an exception of this type, whatever there is beside it.
let crashed<'X, 'T, 'E when 'X :> exn> (outcome: Result<'T, ScopeError<'E>>) : 'X =
    match outcome with
    | Error {
                Cause = Cause.Crashed(:? 'X as failure)
            } -> failure
    | _ -> failwith $"Expected a crash by {typeof<'X>.Name}, but it was {explain outcome}"
