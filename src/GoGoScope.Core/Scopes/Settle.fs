namespace GoGoScope

open System.Collections.Generic
open GoGoScope.Missing

/// What a scope's outcome is, once nothing of it runs any more.
module internal Settle =

    let private isOwnExit (scope: Scope) =
        match scope.Reason with
        | CancelReason.ScopeExited _ as reason ->
            isMissing scope.Parent || not (obj.ReferenceEquals(scope.Parent.Stop, reason))
        | _ -> false

    /// Ok iff the body is Ok and nothing in the scope failed. Otherwise the earliest failure is the cause, and the later
    /// ones follow in start order, each of them once; a cancellation counts only when there is no failure.
    let outcome
        (scope: Scope)
        (body: ScopeNode)
        (result: Outcome<'T, 'E>)
        (good: Outcome<'T, 'E> -> Outcome<'T, 'E>)
        : Outcome<'T, 'E> =
        let extra = scope.Extra
        let failures = List<struct (int * Cause<'E>)>()

        let add place causes =
            for cause in causes do
                // a body that passes on its child's error holds the very same cause
                if not (failures.Exists(fun (struct (_, known)) -> obj.ReferenceEquals(known, cause))) then
                    failures.Add(struct (place, cause))

        let stopped, bodyCauses =
            match result with
            | Ok _ -> false, []
            | Error error when Explain.IsOwnStop(scope, error) -> true, []
            | Error error -> false, ScopeError.causes error

        let timedOut =
            isThere extra.DeadlineReason
            && obj.ReferenceEquals(scope.Stop, extra.DeadlineReason)
            && (stopped || extra.Cut)

        let addTimeout () =
            if timedOut then
                match extra.DeadlineReason with
                | CancelReason.DeadlinePassed budget -> add 0 [ Cause.TimedOut budget ]
                | _ -> ()

        if not (extra.Failures.Exists(fun (struct (_, node)) -> obj.ReferenceEquals(node, body))) then
            add 0 bodyCauses

        let mutable index = 0

        for struct (place, node) in extra.Failures do
            if index = extra.FailuresAtDeadline then
                addTimeout ()

            add
                place
                (if obj.ReferenceEquals(node, body) then
                     bodyCauses
                 else
                     node.CausesAs<'E>())

            index <- index + 1

        if index <= extra.FailuresAtDeadline then
            addTimeout ()

        for node in extra.Unread do
            if not node.Observed then
                add node.Place (node.CausesAs<'E>())

        add System.Int32.MaxValue [ for failure in extra.CleanupFailures -> Cause.CleanupFailed failure ]

        if failures.Count = 0 then
            match result with
            | Ok _ when extra.Cut && scope.IsCancelled && not (isOwnExit scope) ->
                Error(ScopeError.cancelled scope.StopReason)
            | Ok _ -> good result
            | Error _ -> result
        else
            let struct (_, first) = failures[0]

            let later =
                [ for index in 1 .. failures.Count - 1 -> failures[index] ]
                |> List.sortBy (fun (struct (place, _)) -> place)

            Error {
                Cause = first
                Others = [| for struct (_, cause) in later -> cause |]
            }
