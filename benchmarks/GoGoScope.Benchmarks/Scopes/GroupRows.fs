namespace GoGoScope.Benchmarks

open System.Threading.Tasks
open GoGoScope
open GoGoScope.Peers

/// What `and!` costs over `Task.WhenAll`.
module GroupRows =

    let private ready = Task.FromResult 7

    let private completed: Scoped<int, string> = scope {
        let! value = ready
        return value + 1000
    }

    let private pause: Scoped<int, string> =
        fun _ -> Pauses<Result<int, ScopeError<string>>>.Next(Ok 7)

    let private yielding: Scoped<int, string> = scope {
        let! value = pause
        return value + 1000
    }

    let private pairs count (operand: Scoped<int, string>) : Scoped<int, string> = scope {
        let mutable number = 0

        while number < count do
            let! _ = operand
            and! _ = operand
            number <- number + 1

        return number
    }

    let rows = [
        {
            Name = "`and!` of two completed, in an open scope"
            Units = 1000
            Ours = Contender.sync "scope" (Outcome.runs 1000 (pairs 1000 completed))
            Peer = Contender.sync "Task.WhenAll" (fun () -> (GroupPeers.Completed 1000).Wait())
            Target = 1.2
            Bytes = BytesTarget.AtMost 40.
            CrossesPool = false
            PeerFigure = 0.
        }
        {
            Name = "`and!` of two yielding, in an open scope"
            Units = 1000
            Ours = Contender.waits "scope" (Outcome.runsAsync 1000 (pairs 1000 yielding))
            Peer = Contender.waits "Task.WhenAll" (fun () -> GroupPeers.Yielding 1000)
            Target = 1.3
            Bytes = BytesTarget.Free
            CrossesPool = true
            PeerFigure = 0.
        }
    ]
