namespace GoGoScope.Benchmarks

open System.Threading.Tasks
open GoGoScope
open GoGoScope.Peers

/// What bounded parallelism costs over `Parallel.ForEachAsync`.
module ParallelRows =

    let private count = 1000
    let private limit = 10
    let private numbers = [| 0 .. count - 1 |]

    let private atOnce: Scoped<int, string> array =
        numbers |> Array.map (fun number -> scope { return number + 1000 })

    let private pause: Scoped<int, string> =
        fun _ -> Pauses<Result<int, ScopeError<string>>>.Next(Ok 1000)

    let private yielding: Scoped<int, string> array =
        numbers
        |> Array.map (fun number -> scope {
            let! value = pause
            return number + value
        })

    let private all (items: Scoped<int, string> array) : Scoped<int, string> =
        let work =
            Parallel.allWith
                {
                    Parallel.Options.Default with
                        Concurrency = limit
                }
                items

        work |> Scoped.map (fun results -> results.Length)

    let private row what items (peer: int array * int -> Task<int array>) target figure = {
        Name = $"parallel 1000 at limit 10 with results, {what}, per item"
        Units = count
        Ours = Contender.waits "scope" (Outcome.runsAsync count (all items))
        Peer = Contender.waits "Parallel.ForEachAsync" (fun () -> peer (numbers, limit))
        Target = target
        Bytes = BytesTarget.AtMostPeerPlus 8.
        CrossesPool = true
        PeerFigure = figure
    }

    let rows = [
        row "no-op" atOnce ParallelPeers.Completed 0.5 114.
        row "yielding" yielding ParallelPeers.Yielding 0.9 171.
    ]
