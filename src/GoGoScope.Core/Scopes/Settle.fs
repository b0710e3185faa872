namespace GoGoScope

open System
open System.Collections.Generic
open GoGoScope.Missing

/// What a scope's outcome is, once nothing of it runs any more.
module internal Settle =

    let private isOwnExit (scope: Scope) =
        match scope.Reason with
        | CancelReason.ScopeExited _ as reason ->
            isMissing scope.Parent || not (obj.ReferenceEquals(scope.Parent.Stop, reason))
        | _ -> false

    /// The causes of a scope that had more than one, or none but a deadline: in the order of happening.
    let private collect (scope: Scope) (body: ScopeNode) (result: Outcome<'T, 'E>) (failed: FailureLists) =
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

        let stopped, bodyError =
            match result with
            | Ok _ -> false, ValueNone
            | Error error when Explain.IsOwnStop(scope, error) -> true, ValueNone
            | Error error -> false, ValueSome error

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
                if not node.Observed then
                    add node.Place (node.ErrorAs<'E>())

        if isThere failed.CleanupFailures then
            for failure in failed.CleanupFailures do
                addCause Int32.MaxValue (Cause.CleanupFailed failure)

        causes

    /// Ok iff the body is Ok and nothing in the scope failed. Otherwise the earliest failure is the cause, and the later
    /// ones follow in start order, each of them once; a cancellation counts only when there is no failure.
    let outcome
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        (failed: FailureLists)
        : Outcome<'T, 'E> =
        let causes =
            if
                isMissing failed.Failures
                && isMissing failed.Unread
                && isMissing failed.CleanupFailures
                && isMissing scope.Extra.DeadlineReason
            then
                nothing
            else
                collect scope body result failed

        if isMissing causes || causes.Count = 0 then
            match result with
            | Ok _ when failed.Cut && scope.IsCancelled && not (isOwnExit scope) -> Explain.Stopped scope
            | _ -> result
        else
            let struct (_, first) = causes[0]

            let others =
                if causes.Count = 1 then
                    Array.Empty()
                else
                    causes.RemoveAt 0

                    let later =
                        causes.ToArray()
                        |> List.ofArray
                        |> List.sortBy (fun (struct (place, _)) -> place)

                    [| for struct (_, cause) in later -> cause |]

            match result with
            | Error error when
                others.Length = 0
                && error.Others.Count = 0
                && obj.ReferenceEquals(error.Cause, first)
                ->
                result
            | _ -> Error { Cause = first; Others = others }
