namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.Missing

/// How a scope ended, in the eyes of its parent.
type internal Ending =
    | Good = 0
    /// It was told to stop, and nothing failed.
    | Stopped = 1
    | Failed = 2

/// What a scope's outcome is, once nothing of it runs any more.
module internal Settle =

    /// It stopped what was left of itself.
    let private isOwnExit (scope: Scope) =
        match scope.Reason with
        | CancelReason.ScopeExited _ -> isThere scope.Stop && not scope.ToldFromAbove
        | _ -> false

    /// The causes of a scope that had more than one, or none but a deadline: in the order of happening.
    let private collect
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        stopped
        (failed: FailureLists)
        =
        let extra = scope.Extra
        let causes = List<struct (int * Cause<'E>)>()

        let addCause place cause =
            // a body that passes on its child's error holds the very same cause
            if not (causes.Exists(fun (struct (_, known)) -> obj.ReferenceEquals(known, cause))) then
                causes.Add(struct (place, cause))

        let add place (error: ScopeError<'E>) =
            addCause place error.Cause

            for other in error.Others do
                addCause place other

        let bodyError =
            match result with
            | Error error when not stopped -> ValueSome error
            | _ -> ValueNone

        let timedOut =
            isThere extra.DeadlineReason
            && obj.ReferenceEquals(scope.Stop, extra.DeadlineReason)
            && (stopped || failed.Cut)

        let addTimeout () =
            if timedOut then
                match extra.DeadlineReason with
                | CancelReason.DeadlinePassed budget -> addCause 0 (Cause.TimedOut budget)
                | _ -> ()

        let count =
            if isMissing failed.Failures then
                0
            else
                failed.Failures.Count

        let isBody (struct (_: int, node: ScopeNode)) = obj.ReferenceEquals(node, body)

        // a body that failed when there was nothing to record it in yet was before everything else
        if bodyError.IsSome && (count = 0 || not (failed.Failures.Exists isBody)) then
            add 0 bodyError.Value

        for index in 0 .. count - 1 do
            if index = extra.FailuresAtDeadline then
                addTimeout ()

            let struct (place, node) = failed.Failures[index]

            if not (isBody failed.Failures[index]) then
                add place (node.ErrorAs<'E>())
            elif bodyError.IsSome then
                add 0 bodyError.Value

        if count <= extra.FailuresAtDeadline then
            addTimeout ()

        if isThere failed.Unread then
            for node in failed.Unread do
                if not node.Observed && not node.WasStopped then
                    add node.Place (node.ErrorAs<'E>())

        if isThere failed.CleanupFailures then
            for failure in failed.CleanupFailures do
                addCause Int32.MaxValue (Cause.CleanupFailed failure)

        causes

    /// The one failure that there was, when there is nothing else to weigh; null otherwise.
    let private onlyFailure
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        stopped
        (failed: FailureLists)
        : ScopeError<'E> | null =
        if
            isThere failed.Failures
            && failed.Failures.Count = 1
            && isMissing failed.Unread
            && isMissing failed.CleanupFailures
            && isMissing scope.Extra.DeadlineReason
        then
            let struct (_, node) = failed.Failures[0]

            if obj.ReferenceEquals(node, body) then
                null
            else
                match result with
                | Error _ when not stopped -> null
                | _ -> node.ErrorAs<'E>()
        else
            null

    let private ofSeveral
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        stopped
        (lists: FailureLists)
        =
        // whether a `task` child that was stopped matters is known only now: somebody may have looked at it since
        let failed =
            if
                isThere lists.Unread
                && lists.Unread.Exists(fun node -> node.WasStopped && not node.Observed)
            then
                { lists with Cut = true }
            else
                lists

        let causes =
            if
                isMissing failed.Failures
                && isMissing failed.Unread
                && isMissing failed.CleanupFailures
                && isMissing scope.Extra.DeadlineReason
            then
                nothing
            else
                collect scope body result stopped failed

        if isMissing causes || causes.Count = 0 then
            match result with
            | Error _ when not stopped -> struct (result, Ending.Failed)
            | Error _ -> struct (Explain.Stopped scope, Ending.Stopped)
            | Ok _ when failed.Cut && scope.IsCancelled && not (isOwnExit scope) ->
                struct (Explain.Stopped scope, Ending.Stopped)
            | Ok _ -> struct (result, Ending.Good)
        else
            let struct (_, first) = causes[0]

            let others =
                if causes.Count = 1 then
                    Array.Empty()
                else
                    causes.RemoveAt 0
                    let later = List.ofSeq causes |> List.sortBy (fun (struct (place, _)) -> place)
                    [| for struct (_, cause) in later -> cause |]

            match result with
            | Error error when
                others.Length = 0
                && error.Others.Count = 0
                && obj.ReferenceEquals(error.Cause, first)
                ->
                struct (result, Ending.Failed)
            | _ -> struct (Error { Cause = first; Others = others }, Ending.Failed)

    /// Most failures are alone, and need no lists.
    let private ofLists scope body (result: Outcome<'T, 'E>) stopped (failed: FailureLists) =
        match onlyFailure scope body result stopped failed with
        | null -> ofSeveral scope body result stopped failed
        | failure -> struct (Error failure, Ending.Failed)

    /// Ok iff the body is Ok and nothing in the scope failed. Otherwise the earliest failure is the cause, and the later
    /// ones follow in start order, each of them once; a cancellation counts only when there is no failure. `stopped` tells
    /// that the body ended because the scope was told to stop. Takes the failures out of the scope.
    let outcome
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        stopped
        : struct (Outcome<'T, 'E> * Ending) =
        if isThere scope.Extra then
            ofLists scope body result stopped (scope.Extra.TakeFailures())
        else
            match result with
            | Ok _ -> struct (result, Ending.Good)
            | Error _ when stopped -> struct (Explain.Stopped scope, Ending.Stopped)
            | Error _ -> struct (result, Ending.Failed)

    /// What went wrong so far, of a scope that goes on. With `take` it does not surface again.
    let soFar (scope: Scope) (body: ScopeNode) (take: bool) : Outcome<unit, 'E> =
        if isMissing scope.Extra then
            Ok()
        else
            let lists =
                if take then
                    scope.Extra.TakeFailures()
                else
                    scope.Extra.PeekFailures()

            let struct (outcome, _) = ofLists scope body (Ok()) false lists
            outcome
