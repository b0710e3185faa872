namespace GoGoScope

open System
open System.Collections.Generic
open System.Threading
open GoGoScope.CompilerServices

/// The live daemons of one scope, in start order, and whoever waits for the end of one of them.
[<Sealed>]
type internal DaemonList() =
    let gate = Lock()
    let live = List<TreeNode>()
    let waits = List<struct (TreeNode * Action)>()

    member _.Add(daemon: TreeNode) = lock gate (fun () -> live.Add daemon)

    /// Takes an ended one off, and answers who waits for that.
    member _.Remove(daemon: TreeNode) : Action array =
        lock gate (fun () ->
            let place = live.LastIndexOf daemon // mostly the youngest

            if place >= 0 then
                live.RemoveAt place

            let mine = [|
                for struct (awaited, next) in waits do
                    if obj.ReferenceEquals(awaited, daemon) then
                        next
            |]

            waits.RemoveAll(fun (struct (awaited, _)) -> obj.ReferenceEquals(awaited, daemon))
            |> ignore

            mine)

    /// The youngest one that joined after the mark, or of all.
    member _.TryYoungest(mark: int voption, daemon: byref<TreeNode>) : bool =
        let isYounger (node: TreeNode) =
            mark.IsNone || node.Seq - mark.Value > 0

        match lock gate (fun () -> live.FindLast isYounger) with
        | null -> false
        | found ->
            daemon <- found
            true

    /// Calls back when the daemon has ended. False: it has already, and nothing is called.
    member _.Await(daemon: TreeNode, next: Action) : bool =
        lock gate (fun () ->
            let lives = live.Contains daemon

            if lives then
                waits.Add(struct (daemon, next))

            lives)
