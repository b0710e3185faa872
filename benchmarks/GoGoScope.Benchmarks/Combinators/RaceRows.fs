namespace GoGoScope.Benchmarks

open System.Threading.Tasks
open GoGoScope
open GoGoScope.Peers

/// What a race of ten costs over `Task.WhenAny` and `Task.WhenAll`.
module RaceRows =

    let private ready = Task.FromResult 7

    let private pause: Scoped<int, string> =
        fun _ -> Pauses<Result<int, ScopeError<string>>>.Next(Ok 7)

    let private completed: Scoped<int, string> =
        Race.first [
            for number in 1000..1009 ->
                scope {
                    let! value = ready
                    return value + number
                }
        ]

    let private yielding: Scoped<int, string> =
        Race.first [
            for number in 1000..1009 ->
                scope {
                    let! value = pause
                    return value + number
                }
        ]

    let private races count (race: Scoped<int, string>) : Scoped<int, string> = scope {
        let mutable number = 0

        while number < count do
            let! _ = race
            number <- number + 1

        return number
    }

    let rows = [
        {
            Name = "race of 10 completed, losers joined"
            Units = 1000
            Ours = Contender.sync "scope" (Outcome.runs 1000 (races 1000 completed))
            Peer = Contender.sync "WhenAny + WhenAll" (fun () -> (RacePeers.Completed 1000).Wait())
            Target = 0.5
            Bytes = BytesTarget.Free
            CrossesPool = false
            PeerFigure = 0.
        }
        {
            Name = "race of 10 yielding, losers joined"
            Units = 100
            Ours = Contender.waits "scope" (Outcome.runsAsync 100 (races 100 yielding))
            Peer = Contender.waits "WhenAny + WhenAll" (fun () -> RacePeers.Yielding 100)
            Target = 1.0
            Bytes = BytesTarget.Free
            CrossesPool = true
            PeerFigure = 0.
        }
    ]
