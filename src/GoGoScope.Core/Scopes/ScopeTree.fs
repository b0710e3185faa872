namespace GoGoScope

open System
open System.Collections.Generic
open System.Text
open System.Threading
open GoGoScope.Missing

/// Pictures of a live tree.
module internal ScopeTree =

    let private state (scope: Scope) =
        if Volatile.Read(&scope.Ended) then "ended"
        elif scope.IsCancelled then $"stopping: {scope.StopReason}"
        elif scope.Count.BodyRuns then "running"
        else "waiting for its children"

    let private line (scope: Scope) =
        let left = scope.Remaining

        let deadline =
            if left = Timeout.InfiniteTimeSpan then
                ""
            else
                let seconds =
                    left.TotalSeconds.ToString("0.###", Globalization.CultureInfo.InvariantCulture)

                $", {seconds} s left"

        let site = if scope.Site = "" then "" else $" at {scope.Site}"
        $"{scope.Name} [{state scope}{deadline}]{site}"

    /// One line for each live scope, children below their parent in start order.
    let text (top: Scope) : string =
        let picture = StringBuilder()
        let left = Stack<struct (Scope * string * string)>()
        left.Push(struct (top, "", ""))

        while left.Count > 0 do
            let struct (scope, branch, indent) = left.Pop()
            picture.Append(branch).Append(line scope).Append('\n') |> ignore
            let kids = scope.Children()

            // past this depth the lines would be mostly indent
            let deep = indent.Length > 120

            for index in kids.Count - 1 .. -1 .. 0 do
                let last = index = kids.Count - 1

                left.Push(
                    struct (kids[index],
                            indent + (if last then "└─ " else "├─ "),
                            (if deep then
                                 indent
                             else
                                 indent + (if last then "   " else "│  ")))
                )

        picture.ToString()
