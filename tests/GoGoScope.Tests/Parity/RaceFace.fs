/// Racing in F#, for the stories that both languages tell.
namespace GoGoScope.Tests.Parity

open System
open System.Collections.Generic
open System.Threading
open System.Threading.Tasks
open GoGoScope
open GoGoScope.Contracts

[<Sealed>]
type FSharpRaceFace() =
    inherit RaceFace()

    let each works = Seq.map scoped works

    let joined: Scoped<string array, string> -> Scoped<string, string> =
        Scoped.map (String.concat ",")

    let options (setup: RaceSetup) : Race.Options = {
        Timeout = setup.Timeout
        Concurrency = setup.Concurrency
        Stagger = setup.Pause
    }

    let enough count () : Joiner<string, string, string array> =
        let values = ResizeArray<string>()

        {
            OnStart = ignore
            OnComplete =
                fun _ outcome ->
                    Result.iter values.Add outcome

                    if values.Count = count then
                        JoinStep.Decide
                    else
                        JoinStep.Continue
            Result = fun () -> Ok(values.ToArray())
        }

    let action (work: Func<string, Scope, Task>) (item: string) : Scoped<unit, string> = scope {
        let! here = Scope.current
        do! fun (_: CancellationToken) -> work.Invoke(item, here)
    }

    let change (work: Func<string, Scope, Task<Outcome>>) (item: string) : Scoped<string, string> =
        scoped (Work(fun here -> work.Invoke(item, here)))

    override _.First(here: Scope, works: IReadOnlyList<Work>) = inScope here (Race.first (each works))

    override _.First(here: Scope, setup: RaceSetup, works: IReadOnlyList<Work>) =
        inScope here (Race.firstWith (options setup) (each works))

    override _.FirstOk(here: Scope, works: IReadOnlyList<Work>) =
        inScope here (Race.firstOk (each works))

    override _.FirstOk(here: Scope, setup: RaceSetup, works: IReadOnlyList<Work>) =
        inScope here (Race.firstOkWith (options setup) (each works))

    override _.FirstOkAlone(works) = task {
        let! outcome = (Scope.run (Race.firstOk (each works))).AsTask()
        return said outcome
    }

    override _.Any(here, works) =
        inScope here (Parallel.any (each works))

    override _.Quorum(here, needed, works) =
        inScope here (joined (Parallel.quorum needed (each works)))

    override _.Aggregate(here, works) =
        Parallel.aggregate (each works)
        |> Scoped.map (fun all ->
            String.concat " " [
                for item in all.Completed do
                    $"{item.Index}={item.Value}"

                for item in all.Errors do
                    $"{item.Index}!{Outcome.Of item.Error}"

                $"{all.AllCompleted}"
            ])
        |> inScope here

    override _.SettledUntilError(here, concurrency, progress, works) =
        let options = {
            Parallel.Options.Default with
                Concurrency = concurrency
                OnProgress = progress
                StopOnError = true
        }

        Parallel.settledWith options (each works)
        |> Scoped.map (Seq.map (fun outcome -> (said outcome).ToString()) >> String.concat ",")
        |> inScope here

    override _.Join(here, count, works) =
        inScope here (joined (Parallel.join (enough count) (each works)))

    override _.Map(here: Scope, items: IReadOnlyList<string>, work: Func<string, Scope, Task<Outcome>>) =
        inScope here (joined (Parallel.map (change work) items))

    override _.Map(here: Scope, items: IAsyncEnumerable<string>, work: Func<string, Scope, Task<Outcome>>) =
        inScope here (joined (Parallel.mapAsyncWith Parallel.Options.Default (change work) items))

    override _.ForEach(here: Scope, items: IReadOnlyList<string>, work: Func<string, Scope, Task>) =
        unitInScope here (Parallel.forEach (action work) items)

    override _.ForEach(here: Scope, items: IAsyncEnumerable<string>, work: Func<string, Scope, Task>) =
        unitInScope here (Parallel.forEachAsyncWith Parallel.Options.Default (action work) items)

type RaceParity() =
    inherit RaceStories(FSharpFace(), FSharpRaceFace())
